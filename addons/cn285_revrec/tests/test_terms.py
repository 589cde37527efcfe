from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase

UNTIL = date(2026, 1, 31)


@tagged("post_install", "-at_install")
class TestTerms(RevrecCase):
    """Schedules of rows not yet invoiced are made anew where their terms changed, and only there"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscription.categ_id = cls.env["product.category"].create({"name": "Access"})
        cls.contract = cls._create_contract(
            [{"price_unit": 120.0}, {"price_unit": 60.0}], date_start="2026-01-01"
        )
        cls.item, cls.other = cls.contract.item_ids
        cls.source = cls.env["cn285.revrec.source"]
        cls.source._sync(cls.company, UNTIL)

    def _schedules(self, items=None):
        return self.env["cn285.revrec.schedule"].search(
            [("item_id", "in", (items or self.contract.item_ids).ids)]
        )

    def _made_anew(self):
        """Bring up to date; how many schedules of the item and of the other one were written."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_revrec_schedule SET write_date = now() AT TIME ZONE 'UTC' + '1 hour'"
        )
        self.source._sync(self.company, UNTIL)
        self.env.cr.execute(
            """SELECT count(*) FILTER (WHERE item_id = %s), count(*) FILTER (WHERE item_id = %s)
                 FROM cn285_revrec_schedule WHERE write_date <= now() AT TIME ZONE 'UTC'""",
            [self.item.id, self.other.id],
        )
        return self.env.cr.fetchone()

    def _later(self, records):
        """As if these were written by somebody else, after the schedules."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET write_date = now() AT TIME ZONE 'UTC' + '2 hours'"
            " WHERE id = ANY(%s)",
            [records.ids],
        )

    def test_what_is_written_without_other_terms_is_left_alone(self):
        rows = len(self._schedules(self.item))
        self.assertGreater(rows, 1)
        months = self._schedules().mapped(self._months)
        for records in (self.contract, self.contract.item_ids, self.contract.schedule_ids):
            self._later(records)
        self.assertEqual(self._made_anew(), (0, 0))
        self.assertEqual(self._schedules().mapped(self._months), months)
        self.contract.schedule_ids.invalidate_recordset()
        row = self.contract.schedule_ids.filtered(lambda one: one.item_id == self.item)[0]
        self.env.cr.execute(
            "UPDATE cn285_billing_schedule SET amount = amount + 1 WHERE id = %s", [row.id]
        )
        self.assertEqual(self._made_anew(), (1, 0))

    def test_each_of_the_terms(self):
        position = self.env["account.fiscal.position"].create({"name": "Elsewhere"})
        journal = self.company.cn285_revrec_journal_id.copy({"type": "sale", "code": "SALE9"})
        analytic = self.env["account.analytic.account"].create(
            {"name": "Lyon", "plan_id": self.env["account.analytic.plan"].create({"name": "P"}).id}
        )
        monthly = self._create_rule("By month", method="monthly")
        unbilled = self.accounts["4181"].copy({"code": "418199"})
        cases = {
            "service": (
                self.item,
                {"cn285_service_start": "2026-01-10", "cn285_service_end": "2026-02-09"},
                lambda one: str(one.service_end) == "2026-02-09",
                1,
            ),
            "analytic": (
                self.item,
                {"analytic_distribution": {str(analytic.id): 100.0}},
                lambda one: one.analytic_distribution == {str(analytic.id): 100.0},
                1,
            ),
            "rule of the item": (
                self.item,
                {"cn285_revrec_rule_id": monthly.id},
                lambda one: one.method == "monthly",
                1,
            ),
            "fiscal position": (
                self.contract,
                {"fiscal_position_id": position.id},
                lambda one: one.revenue_account_id,
                2,
            ),
            "journal": (
                self.contract,
                {"journal_id": journal.id},
                lambda one: one.source_journal_id == journal,
                2,
            ),
            "account of the company": (
                self.company,
                {"cn285_unbilled_account_id": unbilled.id},
                lambda one: one.unbilled_account_id == unbilled,
                2,
            ),
            "rule": (self.daily, {"method": "monthly"}, lambda one: one.method == "monthly", 2),
            "account of the category": (
                self.subscription.categ_id,
                {"cn285_unbilled_account_id": unbilled.id},
                lambda one: one.unbilled_account_id == unbilled,
                2,
            ),
            "rule of the product": (
                self.subscription.product_tmpl_id,
                {"cn285_revrec_rule_id": monthly.id},
                lambda one: one.rule_id == monthly,
                2,
            ),
        }
        written = ("rule", "account of the category", "rule of the product")
        for label, (records, vals, holds, items) in cases.items():
            with self.subTest(label), self.env.cr.savepoint() as savepoint:
                changed = self.item if items == 1 else self.contract.item_ids
                rows = [len(self._schedules(item)) for item in self.contract.item_ids]
                write = records._write_inside if records == self.contract else records.write
                write(vals)
                if label in written:
                    self._later(records)
                self.assertEqual(self._made_anew(), (rows[0], rows[1] if items == 2 else 0))
                schedules = self._schedules(changed)
                schedules.invalidate_recordset()
                self.assertTrue(all(schedules.mapped(holds)))
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_other_currencies_are_converted_at_the_rate_of_the_day(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        for day, rate in (("2025-12-01", 2.0), ("2026-01-15", 4.0)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": dollar.id,
                    "name": day,
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        contract = self._create_contract(
            [{"price_unit": 100.0}], date_start="2026-02-01", currency_id=dollar.id
        )
        for day, amounts in (("2026-01-10", {50.0}), ("2026-01-16", {25.0})):
            with freeze_time(f"{day} 10:00:00"):
                self.source._sync(self.company, UNTIL)
                schedules = self._schedules(contract.item_ids)
                schedules.invalidate_recordset()
                self.assertEqual(set(schedules.mapped("amount")), amounts)
                self.assertEqual(set(schedules.line_ids.schedule_id.mapped("amount")), amounts)
