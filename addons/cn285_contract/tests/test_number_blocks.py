"""Contracts that are made together draw their numbers together, and as Odoo would."""

from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestNumberBlocks(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = cls.env["ir.sequence"].create(
            {
                "name": "Contracts of this company",
                "code": "cn285.contract",
                "prefix": "B/%(year)s/",
                "suffix": "/X",
                "padding": 4,
                "number_next": 7,
                "company_id": cls.company.id,
            }
        )

    def _make(self, *names):
        contracts = self.env["cn285.contract"].create(
            [{"partner_id": self.customer.id, **({"name": name} if name else {})} for name in names]
        )
        return contracts.mapped("name")

    def test_numbers_follow_one_another(self):
        prefix = self.sequence._get_prefix_suffix()[0]
        [before] = self._make(None)
        number = int(before[len(prefix) : -2])
        numbers = [f"{prefix}{number + more:04}/X" for more in (1, 2, 3, 4)]
        self.assertEqual(self._make(None, "OLD-1", None, "/"), [numbers[0], "OLD-1", *numbers[1:3]])
        self.assertEqual(self._make(None), numbers[3:])

    def test_sequences_that_odoo_draws_from(self):
        """Without gaps, and anew each year."""
        self.sequence.implementation = "no_gap"
        first = self._make(None, None)
        self.assertEqual([name[-6:-2] for name in first], ["0007", "0008"])
        self.sequence.write({"implementation": "standard", "use_date_range": True})
        again = self._make(None, None, None)
        self.assertEqual([name[-6:-2] for name in again], ["0001", "0002", "0003"])

    def test_many_cost_no_more_queries_than_few(self):
        def count(number):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["ir.sequence"]._cn285_next_block("cn285.contract", number)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(100), count(2))
