from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .common import AnalyticsCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestGolden(AnalyticsCase):
    """Cases that need records: taxes, bundles, and changes entered in any order."""

    def test_reverse_charge_on_the_same_pricelist(self):
        """120.00 with 20 % VAT inside: 100.00, for who pays no VAT, too."""
        inside = self.tax.copy(
            {"name": "20 % inside", "price_include_override": "tax_included", "amount": 20.0}
        )
        none = self.tax.copy({"name": "Reverse charge", "amount": 0.0})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        none.write({"original_tax_ids": [(6, 0, inside.ids)], "fiscal_position_ids": position.ids})
        product = self._create_product("Hosting", 120.0, taxes_id=[(6, 0, inside.ids)])
        item = {"product_id": product.id, "price_unit": False}
        other = self.env["res.partner"].create({"name": "Abroad"})
        home = self._create_contract([item])
        abroad = self._create_contract([item], partner_id=other.id, fiscal_position_id=position.id)
        self._record()
        for contract in (home, abroad):
            self.assertEqual(self._entries(contract), [("2026-01-01", "100.00", "start")])

    def test_a_bundle_by_product(self):
        parts = [self._create_product(name, 0.0) for name in ("Software", "Support")]
        contract = self._create_contract(
            [
                {"product_id": product.id, "price_unit": price}
                for product, price in zip(parts, (60.0, 40.0), strict=True)
            ]
        )
        self._record()
        groups = self.env["cn285.mrr.item.month"]._read_group(
            [("contract_id", "=", contract.id), ("is_current", "=", True)],
            ["product_id"],
            ["closing:sum"],
        )
        self.assertEqual(groups, [(parts[0], 60.0), (parts[1], 40.0)])
        self.assertEqual(self._month(self.customer, "2026-01").closing, 100.0)

    @freeze_time("2026-04-15 10:00:00")
    def test_in_whatever_order_changes_are_entered(self):
        """The value of each day is the same in the end."""
        self.company.cn285_backdate_days = 3660
        contract = self._monthly(100.0, 20.0)
        first, second = contract.item_ids
        self._record()
        steps = (
            lambda: self._change(contract, "quantity", "2026-02-10", item=first, quantity=2.0),
            lambda: self._change(contract, "end_item", "2026-03-31", item=second),
            lambda: self._change(contract, "price", "2026-04-01", item=first, price_unit=80.0),
        )
        found = set()
        for order in (steps, steps[::-1]):
            with self.env.cr.savepoint() as savepoint:
                for step in order:
                    step()
                    self._record()
                sums, _movements, _months, _items = self._facts()
                own = tuple(row for row in sums if row[0] in contract.item_ids.ids)
                found.add(own)
                savepoint.rollback()
            self.env.invalidate_all()
        [told] = found
        self.assertEqual(
            [(day.isoformat(), float(net)) for item, day, net, _full in told if item == first.id],
            [("2026-01-01", 100.0), ("2026-02-10", 100.0), ("2026-04-01", -40.0)],
        )

    def test_what_was_billed_is_the_value_of_its_days(self):
        """Full periods to the cent, with all discounts: what is in the ledger was invoiced."""
        discount = {"date_start": date(2026, 1, 1), "date_end": date(2026, 3, 31), "percent": 25}
        contract = self._create_contract(
            [
                {"price_unit": 99.99, "discount_ids": [(0, 0, discount)]},
                {"price_unit": 14.0, "recurring_unit": "week", "quantity": 3},
                {"price_unit": 1999.0, "recurring_unit": "year", "discount": 7.5},
                {"price_unit": False, "quantity": 2},
            ]
        )
        self._change(contract, "price", "2026-05-01", item=contract.item_ids[0], price_unit=50.0)
        with freeze_time("2026-07-02 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self._bill("2026-07-01")
            self._record()
        self.env.flush_all()
        self.env.cr.execute(TIES, [self.company.id])
        full, apart = self.env.cr.fetchone()
        self.assertGreater(full, 30)
        self.assertEqual(apart, 0)


#: Of the invoiced full periods of a company in which nothing changes: how many there are, and of
#: how many the amount is not the value of their first day times their months, within half a cent.
TIES = """
WITH periods AS (
    SELECT row.id, row.net, row.amount, item.recurring_interval
               * CASE terms.unit WHEN 'year' THEN 12 WHEN 'semester' THEN 6 WHEN 'quarter' THEN 3
                                 WHEN 'month' THEN 1 WHEN 'week' THEN 12 / 52.0
                                 ELSE 12 / 365.0 END AS months,
           (SELECT sum(entry.delta_net) FROM cn285_mrr_entry entry
             WHERE entry.item_id = row.item_id AND entry.date <= row.period_start) AS value,
           EXISTS (SELECT FROM cn285_mrr_entry entry
                    WHERE entry.item_id = row.item_id AND entry.date > row.period_start
                      AND entry.date <= row.period_end) AS has_knot
      FROM cn285_billing_schedule row
      JOIN cn285_contract_item item ON item.id = row.item_id
     CROSS JOIN LATERAL (SELECT item.recurring_unit AS unit) terms
     WHERE row.company_id = %s AND row.kind = 'fixed' AND row.state = 'invoiced'
       AND row.proration = 1 AND item.in_mrr AND COALESCE(item.period_count, 0) = 0
       AND NOT EXISTS (SELECT FROM cn285_contract_item_version version
                        WHERE version.item_id = item.id
                          AND version.recurring_unit != item.recurring_unit)
)
SELECT count(*), count(*) FILTER (WHERE abs(value * months - amount) > 0.005 + months * 0.000001)
  FROM periods WHERE NOT has_knot
"""
