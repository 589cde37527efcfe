"""A new version takes the place of a quotation, which stays readable."""

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import QuoteCase

# A picture of one pixel.
DRAWN = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestVersions(QuoteCase):
    def _next(self, order):
        return order.browse(order.action_cn285_new_version()["res_id"])

    def test_new_version(self):
        order = self._quote(term_length=12)
        order.action_quotation_sent()
        second = self._next(order)
        self.assertEqual(second.name, f"{order.name}/2")
        self.assertEqual((order.state, order.cn285_superseded_by_id), ("cancel", second))
        self.assertEqual((second.state, second.cn285_version, second.term_length), ("draft", 2, 12))
        self.assertEqual(second.cn285_date_start, order.cn285_date_start)
        self.assertEqual(second.order_line.mapped("alignment")[0], "calendar")
        third = self._next(second)
        self.assertEqual(third.name, f"{order.name}/3")
        self.assertEqual(third.cn285_version_ids, order | second | third)
        self.assertEqual(order._cn285_current(), third)
        for old in (order, second):
            with self.assertRaises(UserError):
                old.action_draft()
            with self.assertRaises(UserError):
                self._next(old)
            with self.assertRaises(UserError):
                old.action_confirm()
        third.action_confirm()
        self.assertEqual(third.cn285_contract_id.state, "active")
        with self.assertRaises(UserError):
            self._next(third)

    def test_comparison(self):
        order = self._quote()
        second = self._next(order)
        monthly, fee = second.order_line
        monthly.write({"product_uom_qty": 2, "price_unit": 30.0})
        fee.unlink()
        found = second._cn285_compare(order)
        self.assertEqual(found["removed"], [order.order_line[1].name])
        self.assertFalse(found["added"])
        [(name, facts)] = found["changed"]
        self.assertEqual(name, monthly.name)
        self.assertEqual([fact[1:] for fact in facts], [("1.00", "2.00"), ("31.00", "30.00")])
        self.assertMoney(found["mrr"], "29.00")
        self.assertIn("Removed", second.cn285_comparison)


@tagged("post_install", "-at_install")
class TestVersionsOnline(QuoteCase, HttpCase):
    def test_old_link_leads_to_the_current_one(self):
        order = self._quote()
        order.action_quotation_sent()
        old = order.sudo().get_portal_url()
        page = self.url_open(old).text
        self.assertIn("What you will be billed", page)
        self.assertIn("272.00", page)
        second = order.browse(order.action_cn285_new_version()["res_id"])
        page = self.url_open(old)
        self.assertIn("This version was replaced", page.text)
        second.action_quotation_sent()
        page = self.url_open(old)
        self.assertIn(f"/my/orders/{second.id}", page.url)
        page = self.url_open(f"{old}&cn285_version=1")
        self.assertIn(f"/my/orders/{order.id}", page.url)
        self.assertIn("This version was replaced", page.text)

    def test_accepted_online(self):
        """Odoo's acceptance without wkhtmltopdf: signed, confirmed, the contract made; once."""
        order = self._quote(require_signature=True, require_payment=False)
        order.action_quotation_sent()
        token = order.sudo()._portal_ensure_token()
        sign = {
            "access_token": token,
            "name": "Paul Martin",
            "signature": DRAWN,
        }
        answer = self.make_jsonrpc_request(f"/my/orders/{order.id}/accept", sign)
        self.assertIn("redirect_url", answer)
        order.invalidate_recordset()
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        self.assertEqual(order.sudo().cn285_contract_id.state, "active")
        again = self.make_jsonrpc_request(f"/my/orders/{order.id}/accept", sign)
        self.assertIn("error", again)
