from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ContractCase

# Tells what does not fit: elements wider than what they stand in.
FITS = """
    const wide = [...document.querySelectorAll(%(selector)r)].filter(
        (one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1);
    const page = document.documentElement;
    if (!document.querySelector(%(selector)r)) {
        console.error("nothing to look at");
    } else if (wide.length || page.scrollWidth > page.clientWidth + 1) {
        console.error("cut off: " + wide.map((one) => one.innerText.slice(0, 80)).join(" | "));
    } else {
        console.log("test successful");
    }
"""


class SizeCase(ContractCase, HttpCase):
    """Screens of a size, with a contract of long numbers and names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "size_clerk",
            groups="cn285_contract.group_billing_manager",
            password="size_clerk",
        )
        contact = cls.env["res.partner"].create(
            {"name": "Camille", "parent_id": cls.customer.id, "email": "camille@example.com"}
        )
        new_test_user(
            cls.env,
            "size_portal",
            groups="base.group_portal",
            password="size_portal",
            partner_id=contact.id,
        )
        cls.contract = cls._create_contract(
            [
                {
                    "name": "Location de véhicule de service, kilométrage illimité",
                    "code": f"AB-12{number}-CD",
                    "beneficiary_id": contact.id,
                    "price_unit": 12_345.67,
                    "quantity": 1_234.5,
                    "date_end": "2027-12-31",
                }
                for number in range(3)
            ]
        )
        cls._bill("2026-02-15")

    def _assert_fits(self, url, selector, login):
        ready = f"!!document.querySelector({selector!r})"
        with mute_logger("odoo.http"):
            self.browser_js(url, FITS % {"selector": selector}, ready, login=login)


@tagged("post_install", "-at_install")
class TestDesk(SizeCase):
    browser_size = "1280x900"

    def test_numbers_of_items_are_not_cut(self):
        self._assert_fits(
            f"/odoo/cn285-contracts/{self.contract.id}",
            ".o_field_widget[name=item_ids] .o_data_cell.o_list_number",
            "size_clerk",
        )


@tagged("post_install", "-at_install")
class TestPhone(SizeCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_portal(self):
        for url in (f"/my/contracts/{self.contract.id}", "/my/contracts"):
            with self.subTest(url):
                self._assert_fits(url, "#wrapwrap table, .table-responsive", "size_portal")

    def test_form_with_items(self):
        self._assert_fits(
            f"/odoo/cn285-contracts/{self.contract.id}",
            ".o_field_widget[name=item_ids] .o_kanban_record:not(.o_kanban_ghost)",
            "size_clerk",
        )

    def test_lists_are_cards(self):
        for path in ("contract-items", "billing-schedule", "contract-templates"):
            action = self.env["ir.actions.act_window"].search([("path", "=", f"cn285-{path}")])
            self.assertIn("kanban", action.view_mode, path)
        self._assert_fits(
            "/odoo/cn285-contract-items",
            ".o_kanban_record:not(.o_kanban_ghost)",
            "size_clerk",
        )
