"""A year in time travel: by months, in one jump, and rebuilt, the ledger says the same."""

from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from odoo.addons.cn285_analytics.tests.common import AnalyticsCase
from odoo.addons.cn285_analytics.tests.test_golden import TIES
from odoo.tests import tagged

START, END = date(2026, 1, 15), date(2027, 1, 15)


@tagged("post_install", "-at_install")
@freeze_time(f"{START} 10:00:00")
class TestAnalyticsInTimeTravel(AnalyticsCase):
    def _travel(self, stops):
        for day in stops:
            self.env["cn285.time.travel"].create({"date_to": day}).action_travel()
        return self._facts()

    def test_by_months_is_in_one_jump_is_a_rebuild(self):
        self.company._cn285_mark_test_database()
        plain = self._monthly(100.0, 20.0)
        paused = self._create_contract([{"price_unit": 40.0}])
        listed = self._create_contract([{"price_unit": False}])
        self._create_contract(date_start=date(2026, 3, 3))
        self._change(plain, "quantity", "2026-02-10", item=plain.item_ids[0], quantity=2.0)
        self._change(plain, "end_item", "2026-08-10", item=plain.item_ids[1])
        self._change(paused, "pause", "2026-01-20")
        self._change(listed, "terminate", "2026-10-31")
        months = [START + relativedelta(months=number) for number in range(1, 13)]
        with self.env.cr.savepoint() as savepoint:
            by_months = self._travel(months)
            savepoint.rollback()
        self.env.invalidate_all()
        jump = self._travel([END])
        self.assertEqual(by_months, jump)
        self.assertEqual(self.ledger._update(self.company, whole=True), 0)
        self.assertEqual(self._facts(), jump)
        self.env.cr.execute(TIES, [self.company.id])
        full, apart = self.env.cr.fetchone()
        self.assertGreater(full, 25)
        self.assertEqual(apart, 0)
