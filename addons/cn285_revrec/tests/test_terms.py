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
        # Another journal and fiscal position may send revenue elsewhere: all is made anew by now.
        self._made_anew()
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

    def _now(self, name, contract=None):
        """What schedules say after they were brought up to date, in the order of their periods."""
        self.env.flush_all()
        self.source._sync(self.company, UNTIL)
        schedules = self._schedules((contract or self.contract).item_ids).sorted("service_start")
        schedules.invalidate_recordset()
        return schedules.mapped(name)

    @freeze_time("2026-01-10 10:00:00")
    def test_a_rate_that_is_put_right_or_comes_late(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rates = self.env["res.currency.rate"]
        first = {"currency_id": dollar.id, "company_id": self.company.id}
        first = rates.create({**first, "name": "2025-12-01", "rate": 2.0})
        contract = self._create_contract(
            [{"price_unit": 100.0}], date_start="2026-01-05", currency_id=dollar.id
        )
        # January, invoiced on the 5th, and February, which is converted as of today.
        self.assertEqual(self._now("amount", contract)[:2], [50.0, 50.0])
        first.rate = 4.0
        self.assertEqual(self._now("amount", contract)[:2], [25.0, 25.0])
        late = first.copy({"name": "2026-01-06", "rate": 5.0})
        self.assertEqual(self._now("amount", contract)[:2], [25.0, 20.0])
        late.unlink()
        self.assertEqual(self._now("amount", contract)[:2], [25.0, 25.0])
        self.env.ref("base.USD").rate_ids.filtered(lambda one: one != first).unlink()
        self.assertEqual(self._made_anew(), (0, 0))

    def test_accounts_that_a_fiscal_position_puts_in_their_place(self):
        revenue = self._schedules().revenue_account_id
        export, islands = (revenue.copy({"code": f"7069{one}0"}) for one in (1, 2))
        position = self.env["account.fiscal.position"].create({"name": "Elsewhere"})
        partner = self.contract.partner_id.with_company(self.company)
        partner.property_account_position_id = position
        self.assertEqual(self._now("revenue_account_id"), revenue)
        mapping = self.env["account.fiscal.position.account"].create(
            {
                "position_id": position.id,
                "account_src_id": revenue.id,
                "account_dest_id": export.id,
            }
        )
        self.assertEqual(self._now("revenue_account_id"), export)
        mapping.account_dest_id = islands
        self.assertEqual(self._now("revenue_account_id"), islands)
        partner.property_account_position_id = False
        self.assertEqual(self._now("revenue_account_id"), revenue)
        country = self.env.ref("base.nz")
        position.write({"auto_apply": True, "country_id": country.id})
        partner.country_id = country
        self.assertEqual(self._now("revenue_account_id"), islands)
        mapping.unlink()
        self.assertEqual(self._now("revenue_account_id"), revenue)

    def test_the_account_of_the_company_or_of_the_journal(self):
        template = self.subscription.product_tmpl_id.with_company(self.company)
        revenue = template.property_account_income_id or self.company.income_account_id
        template.property_account_income_id = False
        template.categ_id.property_account_income_categ_id = False
        one, two = (revenue.copy({"code": f"7069{code}0"}) for code in (3, 4))
        self.company.income_account_id = one
        self.assertEqual(self._now("revenue_account_id"), one)
        self.company.income_account_id = False
        journal = self.contract._get_sale_journals()[self.contract]
        for account in (one, two):
            journal.default_account_id = account
            self.assertEqual(self._now("revenue_account_id"), account)

    def test_what_is_not_spread_any_more_is_not_accrued(self):
        once = self._create_rule("At once", method="at_once")
        rows = len(self._schedules(self.item))
        self.item.cn285_revrec_rule_id = once
        self._now("amount")
        self.assertFalse(self._schedules(self.item))
        self.assertEqual(len(self._schedules(self.other)), rows)
        self.item.cn285_revrec_rule_id = False
        self.assertEqual(sorted(set(self._now("amount"))), [60.0, 120.0])
        self.assertEqual(len(self._schedules(self.item)), rows)
        self.subscription.product_tmpl_id.cn285_revrec_rule_id = False
        self._later(self.subscription.product_tmpl_id)
        self._now("amount")
        self.assertFalse(self._schedules())
