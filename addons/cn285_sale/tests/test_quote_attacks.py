"""What sellers, clerks and customers might try, so that other than the agreed is billed."""

import re
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import QuoteCase
from .test_quote_versions import DRAWN


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestSellersByRpc(QuoteCase):
    """A seller without rights on contracts, and what he names in calls."""

    def test_no_contract_by_default(self):
        """A draft of somebody else's contract is not confirmed by a quotation that claims it."""
        foreign = self._create_contract(confirm=False)
        lines = [Command.create({"product_id": self.subscription.id})]
        vals = {"partner_id": self.customer.id, "order_line": lines}
        orders = self.env["sale.order"].with_user(self.seller)
        chosen = {
            "default_cn285_contract_id": foreign.id,
            "default_cn285_activation": "done",
            "default_cn285_version": 7,
            "default_cn285_kind": "amendment",
        }
        order = orders.with_context(**chosen).create(vals)
        self.assertFalse(order.cn285_contract_id or order.cn285_activation)
        self.assertEqual((order.cn285_version, order.cn285_kind), (1, "new"))
        defaults = self.env["ir.default"].with_user(self.seller).sudo()
        defaults.set("sale.order", "cn285_contract_id", foreign.id, user_id=self.seller.id)
        order = orders.create(vals)
        self.assertFalse(order.cn285_contract_id)
        order.action_confirm()
        self.assertNotEqual(order.cn285_contract_id, foreign)
        self.assertEqual(foreign.state, "draft")

    def test_no_item_of_another_contract(self):
        """Neither named in a new line, nor by default."""
        item = self._create_contract(confirm=False).item_ids
        with self.assertRaises(UserError):
            self._quote([{"cn285_item_id": item.id}])
        order = self._quote()
        line = (
            self.env["sale.order.line"]
            .with_user(self.seller)
            .with_context(default_cn285_item_id=item.id)
            .create({"order_id": order.id, "product_id": self.subscription.id})
        )
        self.assertFalse(line.cn285_item_id)

    def test_defaults_do_not_reach_the_contract(self):
        """Who confirms chooses nothing of the contract besides what the quotation says."""
        order = self._quote()
        order.with_context(
            default_date_end="2026-01-31", default_client_ref="mine", default_discount=90.0
        ).action_confirm()
        contract = order.sudo().cn285_contract_id
        self.assertEqual((contract.state, contract.date_end), ("active", False))
        self.assertFalse(contract.client_ref)
        self.assertEqual(contract.item_ids.mapped("discount"), [0.0, 0.0])

    def test_what_the_contract_bills_stays_its(self):
        """Neither moved to another order, nor called an expense: it would be invoiced twice."""
        order, other = self._quote(), self._quote()
        order.action_confirm()
        line = order.order_line[0]
        for vals in (
            {"order_id": other.id},
            {"is_expense": True},
            {"is_downpayment": True},
            {"display_type": "line_note"},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                line.write(vals)
        order.order_line.qty_delivered = 1.0
        self.subscription.sudo().write({"type": "consu", "invoice_policy": "order"})
        self.env.invalidate_all()
        line.sudo()._compute_qty_to_invoice()
        self.assertEqual(line.qty_to_invoice, 0.0)

    def test_terms_of_another_company(self):
        """Their price is not told by a line that names them, and not sold by."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        template = (
            self.env["cn285.contract.template"]
            .with_company(elsewhere)
            .create(
                {
                    "name": "Secret",
                    "company_id": elsewhere.id,
                    "item_ids": [
                        Command.create({"product_id": self.subscription.id, "price_unit": 7.77})
                    ],
                }
            )
        )
        terms = {"cn285_template_item_id": template.item_ids.id, "billing_type": "fixed"}
        with self.assertRaises(UserError):
            self._quote([terms])
        line = (
            self.env["sale.order.line"]
            .with_user(self.seller)
            .new({**terms, "order_id": self._quote().id, "product_id": self.subscription.id})
        )
        self.assertNotEqual(line.price_unit, 7.77)

    def test_reasons_are_text(self):
        order = self._quote().sudo()
        order._cn285_not_activated("<b>Bold</b> & <img src=x>")
        self.assertIn("&lt;b&gt;Bold", order.activity_ids.note)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestSignedQuotes(QuoteCase, SignCase):
    """While and after a quotation is signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env["res.users"].search([("login", "=", "quote_seller")])
        cls.quote_rule = cls.rule.copy({"what": "quote"})
        cls.clerk = new_test_user(
            cls.env,
            "quote_clerk",
            "sales_team.group_sale_salesman_all_leads,cn285_contract.group_contract_user",
        )

    def _out(self, order):
        order.action_cn285_send_for_signature()
        return order._cn285_signatures()[:1]

    def test_the_drafted_contract_is_not_edited(self):
        """Signed at 31.00, its contract raised to 999.00 meanwhile."""
        order = self._quote()
        request = self._out(order)
        contract = order.sudo().cn285_contract_id.with_user(self.clerk)
        for attempt in (
            lambda: contract.item_ids[0].write({"price_unit": 999.0}),
            lambda: contract.item_ids[0].unlink(),
            lambda: contract.write({"partner_invoice_id": self.clerk.partner_id.id}),
            lambda: contract.write({"user_id": self.clerk.id, "term_length": 99}),
            lambda: contract.write(
                {"item_ids": [Command.create({"product_id": self.subscription.id})]}
            ),
        ):
            with self.assertRaisesRegex(UserError, "new version"):
                attempt()
        contract.write({"user_id": self.clerk.id})
        self.assertFalse(self._sign(request.signer_ids))
        self.assertMoney(contract.sudo().item_ids[0].price_unit, "31.00")
        self.assertEqual(contract.sudo().state, "active")

    def test_the_drafted_contract_was_edited_all_the_same(self):
        """By the program, or below an item: nobody signs, and what is sent anew is the offer."""
        order = self._quote()
        request = self._out(order)
        code = self._mailed_code(request.signer_ids)
        contract = order.sudo().cn285_contract_id
        contract.item_ids[0].price_unit = 999.0
        with self.assertRaisesRegex(UserError, "newer version"):
            self._sign(request.signer_ids, code=code)
        self.assertEqual(contract.state, "draft")
        request.with_user(self.clerk).action_send_anew()
        self.assertEqual(request.state, "replaced")
        later = order._cn285_signatures()[:1]
        self.assertEqual((later.state, later.order_id), ("sent", order))
        self.assertFalse(self._sign(later.signer_ids))
        self.assertEqual(contract.state, "active")
        self.assertEqual(sorted(contract.item_ids.mapped("price_unit")), [31.0, 250.0])
        self.assertEqual(order.sudo().order_line.cn285_item_id, contract.item_ids)

    def test_sent_anew(self):
        """After it was declined: the same quotation, by the request's own button."""
        order = self._quote()
        request = self._out(order)
        request.signer_ids._decline("Not yet")
        request.with_user(self.clerk).action_send_anew()
        later = order._cn285_signatures()[:1]
        self.assertNotEqual(later, request)
        self.assertFalse(self._sign(later.signer_ids))
        self.assertEqual((order.state, order.cn285_contract_id.state), ("sale", "active"))

    def test_one_way_at_a_time(self):
        """No rule asks, and it was sent: neither a click nor a drawn name accepts it besides."""
        self.quote_rule.active = False
        order = self._quote(require_signature=True)
        order.action_quotation_sent()
        self.assertTrue(order._has_to_be_signed())
        request = self._out(order)
        self.assertFalse(order._has_to_be_signed())
        self.assertTrue(order._cn285_may_sign())
        with self.assertRaisesRegex(UserError, "being signed"):
            order.action_confirm()
        self.assertEqual(order.state, "sent")
        request.with_user(self.clerk).action_cancel()
        self.assertTrue(order._has_to_be_signed())
        self.rule.active = False
        order.action_confirm()
        self.assertEqual(order.cn285_contract_id.state, "active")

    def test_not_signed_after_its_last_day(self):
        order = self._quote(validity_date=date(2026, 1, 10))
        request = self._out(order)
        self.assertEqual(request.expires_on, date(2026, 1, 10))
        with freeze_time("2026-01-11 09:00:00"), self.assertRaisesRegex(UserError, "over"):
            request.signer_ids._send_code("192.0.2.7")
        late = self._quote(validity_date=date(2026, 1, 4))
        with self.assertRaisesRegex(UserError, "expired"):
            self._out(late)

    def test_nobodys_mailbox_is_filled(self):
        """Whoever has the address of the page asks for the link again and again."""
        order = self._quote()
        order.action_quotation_sent()
        for _time in range(9):
            order.sudo()._cn285_send_from_page()
        [request] = order._cn285_signatures()
        mails = self.env["mail.mail"].search_count([("email_to", "=", request.signer_ids.email)])
        self.assertLessEqual(mails, 5)
        with freeze_time("2026-01-05 10:30:00"):
            order.sudo()._cn285_send_from_page()
        later = self.env["mail.mail"].search_count([("email_to", "=", request.signer_ids.email)])
        self.assertEqual(later, mails + 1)

    def test_it_bears_the_name_as_signed(self):
        order = self._quote()
        self.assertFalse(self._sign(self._out(order).signer_ids, name="Camille Martin"))
        self.assertEqual(order.signed_by, "Camille Martin")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestCustomersByTheLink(QuoteCase, HttpCase):
    def _link(self, order):
        return order.sudo()._portal_ensure_token()

    def test_less_than_none_of_an_option(self):
        """A negative quantity would lower what is billed each month."""
        order = self._quote(
            [
                {},
                {
                    "product_id": False,
                    "display_type": "line_section",
                    "name": "Options",
                    "is_optional": True,
                },
                {"product_id": self.subscription.id, "name": "Option", "product_uom_qty": 0},
            ]
        )
        order.action_quotation_sent()
        option = order.order_line[-1]
        token = self._link(order)

        def ask(**values):
            self.make_jsonrpc_request(
                f"/my/orders/{order.id}/update_line_dict",
                {"line_id": option.id, "access_token": token, **values},
            )
            option.invalidate_recordset()
            return option.product_uom_qty

        self.assertEqual(ask(input_quantity=2), 2.0)
        for bad in (-10, 1e300, "3", True, [1], {"a": 1}):
            self.assertEqual(ask(input_quantity=bad), 2.0, bad)
        self.assertEqual(ask(remove=True), 1.0)

    def test_nothing_changes_after_it_was_signed(self):
        """Signed in the portal, to be paid still: neither customer nor seller changes it."""
        order = self._quote(require_signature=True, require_payment=True, prepayment_percent=1.0)
        order.action_quotation_sent()
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": self._link(order), "name": "Paul", "signature": DRAWN},
        )
        self.assertIn("redirect_url", answer)
        order.invalidate_recordset()
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.signed_on)
        self.assertFalse(order._can_be_edited_on_portal())
        with self.assertRaisesRegex(UserError, "was signed"):
            order.order_line[0].price_unit = 999.0

    def test_another_customers_version(self):
        """The new version is another customer's: the old link leads neither there nor back."""
        order = self._quote()
        order.action_quotation_sent()
        second = order.browse(order.action_cn285_new_version()["res_id"])
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        second.partner_id = stranger
        second.action_quotation_sent()
        for mine, other in ((order, second), (second, order)):
            page = self.url_open(mine.sudo().get_portal_url())
            self.assertIn(f"/my/orders/{mine.id}", page.url)
            self.assertNotIn(self._link(other), page.text)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestSigningByTheLink(QuoteCase, SignCase, HttpCase):
    def test_refused_half_way(self):
        """Without an address nobody is asked to sign, and no contract is left behind."""
        self.rule.copy({"what": "quote"})
        self.customer.email = False
        order = self._quote()
        order.action_quotation_sent()
        page = self.url_open(order.sudo().get_portal_url()).text
        form = re.search(r'action="([^"]+cn285_sign[^"]+)"', page).group(1).replace("&amp;", "&")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        answer = self.url_open(form, data={"csrf_token": token})
        self.assertIn("message=cant_sign", answer.url)
        self.env.invalidate_all()
        self.assertFalse(order.sudo().cn285_contract_id)
        self.assertFalse(self.env["cn285.contract"].search([("order_id", "=", order.id)]))
        order.sudo().order_line[0].price_unit = 30.0  # the seller makes a new version
