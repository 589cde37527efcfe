"""Months that SQL makes of movements are those of the engine; sums of them are kept."""

import random
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time
from odoo.addons.cn285_contract.models.bulk import copy_made
from odoo.addons.cn285_contract.tests.sums import SumsCase
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine.movements import Movement
from ..engine.roll import Roll, months_of, roll_of
from ..models.mrr_roll import COUNTS, FLOWS, LEVELS
from .common import AnalyticsCase

TODAY = date(2026, 6, 30)
KINDS = (
    *("new", "reactivation", "expansion", "contraction", "churn", "transfer", "pause"),
    *("internal", "currency"),
)
NAMES = {"new_business": "new"}


def stories(count, item, leaving):
    """Movements of customers that nobody has thought of, in the order of their days.

    :param leaving: kinds by which customers leave
    """
    chance = random.Random(20)
    for _number in range(count):
        days = sorted(
            date(2025, 11, 1) + timedelta(days=chance.randrange(300))
            for _one in range(chance.randrange(7))
        )
        logos, worth, rows, begun = 0, 0, [], False
        for day in sorted(days * chance.choice((1, 1, 2))):
            if not begun:
                amount = chance.choice((0, 100, 100))
                begun, step = amount > 0, int(amount > 0)
            else:
                amount = chance.choice((-worth, -20, 0, 5, 40, 100))
                step = chance.choice((0, 1 - 2 * logos))
            logos, worth = logos + step, worth + amount
            kind = chance.choice({1: ("new", "reactivation"), -1: leaving, 0: KINDS}[step])
            company = Decimal(amount) * chance.choice((1, 1, Decimal("0.9")))
            rows.append(Movement(item, day, kind, "terms", Decimal(amount), company, step))
        yield rows


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 10:00:00")
class TestMonths(AnalyticsCase, SumsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contract = cls._create_contract()
        item = contract.item_ids
        cls.told = [
            *stories(70, item.id, ("churn", "churn", "contraction")),
            *stories(70, item.id, ("churn", "transfer")),
        ]
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(len(cls.told))]
        )
        rows = [
            (customer.id, row)
            for customer, told in zip(cls.customers, cls.told, strict=True)
            for row in told
        ]
        cls.env.flush_all()
        count = len(rows)
        columns = {
            "company_id": [cls.company.id] * count,
            "customer_id": [customer for customer, _row in rows],
            "contract_id": [contract.id] * count,
            "item_id": [item.id] * count,
            "currency_id": [contract.currency_id.id] * count,
            "date": [row.day for _customer, row in rows],
            "kind": [row.kind for _customer, row in rows],
            "cause": ["terms"] * count,
            "amount": [str(row.amount) for _customer, row in rows],
            "amount_company": [str(row.company) for _customer, row in rows],
            "logos": [row.logos for _customer, row in rows],
        }
        copy_made(cls.env.cr, "cn285_mrr_movement", [lambda: columns])
        cls.ledger._tell_months(cls.company, cls.customers.ids, TODAY)

    def _stored(self, customer):
        names = (*LEVELS, *FLOWS, *COUNTS)
        rows = self.env.execute_query(
            SQL(
                """SELECT month, cohort, number, %s FROM cn285_mrr_month
                    WHERE customer_id = %s ORDER BY month""",
                SQL(", ").join(SQL("%s::text", SQL.identifier(name)) for name in names),
                customer.id,
            )
        )
        return [(*row[:3], *map(Decimal, row[3:])) for row in rows]

    def _by_engine(self, told):
        names = [NAMES.get(name, name) for name in (*LEVELS, *FLOWS, *COUNTS)]
        return [
            (
                *(month.start, month.cohort, month.number),
                *(Decimal(getattr(month.roll, name)) for name in names),
            )
            for month in months_of(told, TODAY)
        ]

    def test_they_are_those_of_the_engine(self):
        some = 0
        for customer, told in zip(self.customers, self.told, strict=True):
            expected = self._by_engine(told)
            self.assertEqual(self._stored(customer), expected, told)
            some += len(expected)
        self.assertGreater(some, 300)

    def test_a_span_is_the_sum_of_its_customers(self):
        """Who leaves by a transfer is told by months only: the first ones leave by churn."""
        months = self.env["cn285.mrr.month"]
        before = {span: months._roll(*span) for span in self._spans()}
        self.env.cr.execute(
            "DELETE FROM cn285_mrr_month WHERE customer_id = ANY(%s)", [self.customers[:70].ids]
        )
        seen = 0
        for (first, last), roll in before.items():
            end = (last + timedelta(days=31)).replace(day=1)
            rolls = [self._rolled(rows, first, end) for rows in self.told[:70]]
            expected = sum(rolls, start=Roll())
            others = months._roll(first, last)
            self.assertEqual(roll, others + expected, (first, last))
            seen += expected.logos_lost
        self.assertTrue(seen)

    @staticmethod
    def _rolled(rows, first, end):
        """Of a customer; before the cohort's month there is none, whatever moved."""
        rows = [row for row in rows if row.day <= TODAY]
        cohort = next((month.cohort for month in months_of(rows, TODAY)), None)
        if cohort is None or end <= cohort:
            return Roll()
        return roll_of(rows, first, end)

    @staticmethod
    def _spans():
        months = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, m, 1) for m in range(1, 7))]
        return [(first, last) for first in months for last in months if first <= last]

    def test_what_dashboards_ask_is_read_from_sums(self):
        months = self.env["cn285.mrr.month"]
        levels = [f"{name}:sum" for name in (*LEVELS, *FLOWS, *COUNTS)]
        figures = ["__count", *levels, "arr:sum", "nrr:avg", "arpa:avg", "quick_ratio:avg"]
        domains = [[], [("month", "=", date(2026, 5, 1))], [("cohort", ">=", date(2026, 1, 1))]]
        groups = [[], ["month:month"], ["cohort:month", "number"], ["month:year"]]
        self.assert_same(figures, months, domains, groups)
        by_customer = [[("customer_id", "in", self.customers.ids[:9])]]
        self.assert_same(figures, months, by_customer, groups[:2], by_sums=False)

    def test_sums_follow(self):
        sums = self.env["cn285.mrr.month.sum"]
        self.assert_kept(sums)
        some = self.customers[:40].ids
        self.ledger._tell_months(self.company, some, TODAY)
        self.assert_kept(sums)
        self.ledger._begin_months(self.company, TODAY, date(2026, 8, 2))
        self.assert_kept(sums)
        last = self.env["cn285.mrr.month"].search_count([("month", "=", date(2026, 8, 1))])
        self.assertGreater(last, 20)
