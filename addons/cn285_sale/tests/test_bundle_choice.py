"""A customer chooses the components of a bundle on the page of its quotation, by the rules."""

from datetime import date

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_bundle import BundleCase


class ChoiceCase(BundleCase, HttpCase):
    """Team, of which the customer chooses: 35.00 a calendar month with a telephone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.cn285_customers_choose = True
        cls.order = cls._bundled(cls.team, cn285_date_start=date(2027, 1, 1))
        cls.order.action_quotation_sent()
        cls.line = cls.order.order_line[0]
        cls.token = cls.order.sudo()._portal_ensure_token()

    def _taken(self):
        self.env.invalidate_all()
        taken = self.line.sudo()._cn285_taken()
        return {choice.product_id.name: count for choice, count in taken.items() if count}


@tagged("post_install", "-at_install")
class TestBundleChoice(ChoiceCase):
    def _choose(self, one, token=None, **counts):
        """Send the form: one of the line, and how many of each option."""
        data = {f"choice_{self.choices[getattr(self, name)].id}": n for name, n in counts.items()}
        data[f"slot_{self.line_slot.id}"] = self.choices[one].id
        data["csrf_token"] = http.Request.csrf_token(self)
        page = f"/my/orders/{self.order.id}/cn285_bundle/{self.line.id}"
        return self.url_open(f"{page}?access_token={token or self.token}", data=data).text

    @mute_logger("odoo.http")
    def test_by_the_rules(self):
        """Mobile and twice internet: 47.00; what breaks a rule is told, and not taken."""
        self.authenticate(None, None)
        self.assertIn("cn285_choose", self.url_open(self.order.get_portal_url()).text)
        page = self._choose(self.mobile, net="2")
        self.assertEqual(self._taken(), {"Mobile": 1, "Internet": 2})
        self.assertMoney(self.order.cn285_mrr, "47.00")
        self.assertIn("56.40", page)
        for counts, words in (
            ({"press": "1", "fax": "1"}, "cannot stand with"),
            ({"net": "4"}, "at most 3"),
        ):
            self.assertIn(words, self._choose(self.mobile, **counts))
            self.assertEqual(self._taken(), {"Mobile": 1, "Internet": 2})
        self.assertNotIn("at most 3", self.url_open(self.order.get_portal_url()).text)
        # Numbers that are none are none; a choice of another bundle is nobody's.
        self._choose(self.phone, net="-1", fax="1e9", support="x")
        self.assertEqual(self._taken(), {"Telephone": 1})

    @mute_logger("odoo.http")
    def test_who_may_not_and_when(self):
        """Not without the link, not by who only looks, not where the seller chooses, not later."""
        viewer = new_test_user(
            self.env, "choice_viewer", "base.group_portal", password="choice_viewer"
        )
        viewer.partner_id.write({"parent_id": self.customer.id, "cn285_portal_role": "view"})
        self.authenticate("choice_viewer", "choice_viewer")
        self._choose(self.mobile)
        self.authenticate(None, None)
        self._choose(self.mobile, token="no")
        self.team.cn285_customers_choose = False
        self._choose(self.mobile)
        self.assertNotIn("cn285_choose", self.url_open(self.order.get_portal_url()).text)
        self.team.cn285_customers_choose = True
        self.order.action_confirm()
        self._choose(self.mobile)
        self.assertEqual(self._taken(), {"Telephone": 1})


@tagged("post_install", "-at_install")
class TestBundleChoiceOnAPhone(ChoiceCase):
    """A French customer, a screen of 390 px."""

    browser_size = "390x844"
    touch_enabled = True

    def test_chosen(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        modules = ["cn285_contract", "cn285_sale"]
        self.env["ir.module.module"]._load_module_terms(modules, ["fr_FR"])
        self.customer.lang = "fr_FR"
        self.start_tour(self.order.sudo().get_portal_url(), "cn285_sale_bundle_choice_tour")
        self.assertEqual(self._taken(), {"Mobile": 1, "Internet": 2})
