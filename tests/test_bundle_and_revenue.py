"""A bundle on one line of an invoice is recognised component by component."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_revrec.tests.common import RevrecCase
from odoo.addons.cn285_sale.tests.common_bundle import BundleCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestBundleAndRevenue(RevrecCase, BundleCase):
    def test_each_component_by_its_own_rule(self):
        """Office for February: telephone and internet by day on one line, the fax at once on one.

        Billed on 1 February 15.55 + 11.67 = 27.22 wait on 487, and 7.78 is revenue.
        """
        products = self.phone | self.fax | self.net
        products.property_account_income_id = self.accounts["706"]
        (self.phone | self.net).cn285_revrec_rule_id = self.daily
        self.fax.cn285_revrec_rule_id = self._create_rule("At once", method="at_once")
        contract = self._contracted(self.office, cn285_date_start=date(2026, 2, 1))
        self._bill("2026-02-01")
        lines = contract.invoice_ids.invoice_line_ids
        self.assertEqual(
            [(self._cents(line.price_subtotal), line.account_id) for line in lines],
            [("27.22", self.accounts["487"]), ("7.78", self.accounts["706"])],
        )
        self.assertEqual(lines.product_id, self.office)
        with freeze_time("2026-03-02 09:00:00"):
            self._run("2026-02")
        schedules = self.env["cn285.revrec.schedule"].search([("contract_id", "=", contract.id)])
        self.assertEqual(
            {one.product_id: self._cents(one.amount) for one in schedules},
            {self.phone: "15.55", self.fax: "7.78", self.net: "11.67"},
        )
        self.assertEqual(
            {one.item_id.product_id for one in schedules}, {self.phone, self.fax, self.net}
        )
