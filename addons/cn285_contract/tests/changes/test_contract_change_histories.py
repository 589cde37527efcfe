from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase

START, END = date(2026, 1, 1), date(2026, 6, 30)
days = st.integers(0, 150).map(lambda number: START + timedelta(days=number))
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("quantity"),
            days,
            st.fixed_dictionaries({"quantity": st.sampled_from([0.5, 1.0, 2.0, 7.0])}),
        ),
        st.tuples(
            st.just("price"),
            days,
            st.fixed_dictionaries({"price_unit": st.sampled_from([9.99, 29.0, 33.33])}),
        ),
        st.tuples(
            st.just("billing_day"),
            days,
            st.fixed_dictionaries({"billing_day": st.integers(1, 31)}),
        ),
        st.tuples(st.just("upsell"), days, st.just({})),
        st.tuples(
            st.just("pause"),
            days,
            st.integers(1, 40).map(lambda length: {"length": length}),
        ),
        st.tuples(st.just("bill"), days, st.just({})),
    ),
    min_size=2,
    max_size=6,
)


@tagged("post_install", "-at_install")
class TestHistories(MoneyCase):
    """Any sequence of changes and billings: invoiced less credited is what the history owes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_backdate_days = 366
        cls.premium = cls._create_product("Premium", 99.0)
        cls.env["cn285.tier.path"].create(
            {"product_from_id": cls.subscription.id, "product_to_id": cls.premium.id}
        )

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        # An example takes seconds: a failing one is told as it is, and not made smaller.
        phases=[Phase.generate],
    )
    @given(steps, st.sampled_from(["advance", "arrears"]), st.sampled_from(["once", "next"]))
    def test_any_history(self, script, timing, when):
        try:
            with self.env.cr.savepoint():
                self._play_script(script, timing, when)
                raise _Undo
        except _Undo:
            self.env.invalidate_all()

    def _play_script(self, script, timing, when):
        self.company.cn285_change_billing = when
        today = START
        with self._travel(today):
            contract = self._create_contract(
                [{"price_unit": 29.0, "alignment": "calendar", "timing": timing}], date_end=END
            )
        for kind, day, values in script:
            # The clock goes on: what is dated before it is dated back.
            today = max(today, day) if kind == "bill" else today
            with self._travel(today):
                self._step(contract, kind, day, values, today)
        with self._travel("2026-12-31"):
            self._bill("2026-12-31")
        self.assertFalse(
            contract.change_ids.filtered(lambda change: change.state == "scheduled").mapped("error")
        )
        self._assert_owed(contract)

    def _step(self, contract, kind, day, values, today):
        if kind == "bill":
            self._bill(today)
            return
        items = contract.item_ids.filtered(
            lambda item: (
                item.state == "active"
                and item.date_start <= day <= (item.date_end or END)
                and (kind != "upsell" or item.product_id == self.subscription)
            )
        )
        # One pause at a time, and one way up from a product: the second of them is refused.
        if not items or (
            kind in ("pause", "upsell") and kind in contract.change_ids.mapped("type")
        ):
            return
        if kind == "upsell":
            values = {"product_id": self.premium.id, "price_unit": 99.0}
        elif kind == "pause":
            values = {"date_end": str(min(day + timedelta(days=values["length"]), END))}
        self._change(contract, kind, day, item=items[0], **values)

    def _assert_owed(self, contract):
        for item in contract.item_ids:
            owed = 0.0
            if item.state not in ("cancelled", "withdrawn"):
                [(rows, finished)] = item._plan_rows(date(2027, 1, 1)).values()
                self.assertTrue(finished)
                owed = sum(row["net"] for row in rows)
            rows = item.schedule_ids.filtered(lambda row: row.state == "invoiced")
            self.assertEqual(self._cents(sum(rows.mapped("net"))), self._cents(owed), item.name)
        waiting = contract.schedule_ids.filtered(lambda row: row.state == "planned")
        self.assertFalse(waiting)


class _Undo(Exception):
    """Leaves the savepoint of an example, so that the next one starts anew."""
