from odoo.fields import Command
from odoo.tests import tagged

from .customer_common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerTour(CustomerCase):
    """A French customer, a screen of 390 px: several kinds of change, one after the other."""

    browser_size = "390x844"
    touch_enabled = True

    def test_several_kinds(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["cn285_contract", "cn285_renewal", "cn285_sale"], ["fr_FR"]
        )
        self.buyer.lang = "fr_FR"
        self._allow(
            {"kind": "quantity", "quantity_max": 10.0},
            "upgrade",
            {"kind": "add", "offered_ids": [Command.set(self.options.item_ids.ids)]},
            {"kind": "billing_day", "day_from": 1, "day_to": 28},
            "pause",
            "regret",
        )
        contract = self._contract()
        self.start_tour(
            f"/my/contracts/{contract.id}", "cn285_sale_customer_changes_tour", login="hand_buyer"
        )
        contract.invalidate_recordset()
        self.assertEqual(
            contract.change_ids.sorted("id").mapped(lambda one: (one.type, one.state)),
            [
                ("quantity", "applied"),
                ("upsell", "applied"),
                ("add_item", "applied"),
                ("billing_day", "applied"),
                ("pause", "cancelled"),
            ],
        )
        self.assertEqual(set(contract.change_ids.mapped("origin")), {"customer"})
