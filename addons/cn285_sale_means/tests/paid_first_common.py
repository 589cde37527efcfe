"""A customer whose changes are paid first, and what he and the provider do of it."""

import json

from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_sale.tests.customer_common import CustomerCase
from odoo.fields import Command
from odoo.tests import new_test_user

QUANTITY = {"kind": "quantity", "quantity_max": 10.0, "paid_first": True}


class PaidFirstCase(CustomerCase):
    """Two units of 31.00 in March, billed; the 16th leaves 16 of 31 days; 20 % of VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.seller = new_test_user(
            cls.env, "hand_seller", "cn285_contract.group_billing_manager", lang="en_US"
        )
        cls.options.item_ids.alignment = "anniversary"
        cls._allow(
            QUANTITY,
            {"kind": "upgrade", "paid_first": True},
            {"kind": "downgrade", "paid_first": True},
            {
                "kind": "add",
                "paid_first": True,
                "offered_ids": [Command.set(cls.options.item_ids.ids)],
            },
        )
        cls.contract = cls._contract(user_id=cls.seller.id)
        cls.item = cls.contract.item_ids
        cls.before = cls.contract.invoice_ids

    def _more(self, quantity="5", **values):
        """Ask for a quantity, agree, and be led to where it is paid: the change, its prepayment."""
        values = {"item": self.item.id, "quantity": quantity, **values}
        page = self._preview(self.contract, "quantity", **values)
        self._landed = self._confirm(self.contract, "quantity", page)
        self.env.invalidate_all()
        change = self.contract.change_ids.sorted("id")[-1:]
        return change, change.prepayment_ids

    def _rpc(self, route, **params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        headers = {"Content-Type": "application/json"}
        return self.url_open(route, data=body, headers=headers).json()

    def _begin(self, prepayment, amount):
        return self._rpc(
            f"/my/prepayments/{prepayment.id}/transaction",
            provider_id=self.provider.id,
            payment_method_id=self.method.id,
            token_id=None,
            amount=amount,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
            is_validation=False,
            access_token=prepayment.access_token,
        )

    def _tell(self, begun, state="done"):
        """The provider tells what became of it."""
        self._rpc(
            "/payment/demo/simulate_payment",
            reference=begun["result"]["reference"],
            simulated_state=state,
            payment_details="4242",
        )
        self._rpc("/payment/status/poll")
        self.env.invalidate_all()

    def _pay(self, prepayment, amount=57.6, state="done"):
        self._tell(self._begin(prepayment, amount), state)
        if state == "done":
            prepayment._job_advance()
        self.env.invalidate_all()

    def _new_invoices(self):
        return self.contract.invoice_ids - self.before
