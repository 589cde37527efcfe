"""Usage at prices that include tax, in several lines: row, lines and invoice agree to the cent."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-15 10:00:00")
class TestUsageTaxIncluded(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.tax.copy(
            {"name": "VAT 20 % included", "price_include_override": "tax_included"}
        )
        cls.subscription.taxes_id = cls.tax

    def _assert_agree(self, move, expected=None):
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        rows = self._cents(sum(move.cn285_schedule_ids.mapped("amount")))
        self.assertEqual(self._cents(sum(lines.mapped("price_subtotal"))), rows)
        self.assertEqual(self._cents(move.amount_untaxed), rows)
        if expected:
            self.assertEqual(rows, expected)

    METHODS = ("round_per_line", "round_globally")

    def _round(self, method):
        self.company.tax_calculation_rounding_method = method
        return self.subTest(method)

    def test_a_minimum_in_a_line_of_its_own(self):
        for method in self.METHODS:
            with self._round(method):
                contract = self._usage_contract({"price_unit": 0.012, "minimum_amount": 5.0})
                self._use(contract, 258)
                move = self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contract.ids)]).invoice_ids
                self._assert_agree(move, "4.17")
                self.assertMoney(move.amount_total, "5.00")

    def test_tiers_of_many_quantities(self):
        for method in self.METHODS:
            with self._round(method):
                contracts = self.env["cn285.contract"]
                for units in range(7, 33, 5):
                    contract = self._usage_contract(
                        {"charge_model": "graduated", "tier_ids": self.TIERS, "price_unit": 0},
                        {"discount": 7},
                    )
                    self._use(contract, units + 0.37)
                    contracts |= contract
                run = self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contracts.ids)])
                self.assertFalse(run.issue_ids)
                for move in run.invoice_ids:
                    self._assert_agree(move)

    def test_late_usage_and_beneficiaries(self):
        anna, bert = self.env["res.partner"].create(
            [{"name": name, "ref": f"t-{name}"} for name in ("Anna", "Bert")]
        )
        for method in self.METHODS:
            with self._round(method):
                contract = self._usage_contract(
                    {"price_unit": 0.0137}, {"usage_rated_by": "beneficiary"}
                )
                for number, partner in enumerate((anna, bert)):
                    self._use(contract, 101 + 37 * number, beneficiary=partner.ref)
                mine = {"contract_ids": [(6, 0, contract.ids)]}
                self._assert_agree(self._bill(date(2026, 2, 1), **mine).invoice_ids)
                for number, partner in enumerate((anna, bert)):
                    self._use(contract, 11 + 17 * number, beneficiary=partner.ref)
                self._assert_agree(self._bill(date(2026, 2, 15), **mine).invoice_ids)
