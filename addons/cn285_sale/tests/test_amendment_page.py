"""The customer reads what an amendment changes on the page, and accepts it there."""

import json

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .amendment_common import AmendmentCase

DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


@tagged("post_install", "-at_install")
class TestAmendmentPage(AmendmentCase, HttpCase):
    """Five seats of 10.00 that are billed since today become eight today: 30.00."""

    def _sent(self):
        today = self.company._cn285_today()
        contract = self._create_contract(
            [{"product_id": self.seats.id, "price_unit": 10.0, "quantity": 5.0}],
            date_start=today,
            user_id=self.seller.id,
        )
        self._bill(today, contract_ids=[Command.set(contract.ids)])
        order = self._amend(contract, require_signature=True)
        order.order_line[0].product_uom_qty = 8
        order.action_quotation_sent()
        return contract, order

    def _accept(self, order):
        signed = {"name": "Jeanne Martin", "signature": DOT}
        answer = self.url_open(
            f"/my/orders/{order.id}/accept",
            data=json.dumps({"params": {"access_token": order.access_token, **signed}}),
            headers={"Content-Type": "application/json"},
        )
        order.invalidate_recordset()
        return answer.text

    def test_read_and_accepted(self):
        contract, order = self._sent()
        order._portal_ensure_token()
        page = self.url_open(order.get_portal_url()).text.replace("\u00a0", " ")
        for text in ("What changes", "Quantity: 5 → 8", "30.00", "Next invoice"):
            self.assertIn(text, page)
        self._accept(order)
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        contract.invalidate_recordset()
        self.assertEqual(contract.item_ids[0].quantity, 8.0)
        page = self.url_open(order.get_portal_url()).text.replace("\u00a0", " ")
        self.assertIn("30.00", page)
        self._accept(order)
        self.assertEqual(len(contract.change_ids), 1)

    def test_stale_is_not_accepted(self):
        contract, order = self._sent()
        order._portal_ensure_token()
        self.env["cn285.contract.change"].create(
            {
                "item_id": contract.item_ids[0].id,
                "type": "quantity",
                "date_effective": self.company._cn285_today(),
                "values": {"quantity": 6},
            }
        ).action_schedule()
        page = self.url_open(order.get_portal_url())
        self.assertIn("Cannot be accepted", page.text)
        with mute_logger("odoo.http"):
            self.assertIn("is 6 by now", self._accept(order))
        self.assertEqual((order.state, order.signed_by), ("sent", False))

    def test_of_others_nothing_is_read(self):
        _contract, order = self._sent()
        new_test_user(self.env, "quote_stranger", "base.group_portal")
        self.authenticate("quote_stranger", "quote_stranger")
        page = self.url_open(f"/my/orders/{order.id}")
        self.assertNotIn("30.00", page.text)
