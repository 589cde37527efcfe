from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.sums import SumsCase
from odoo.tests import new_test_user, tagged

from .test_usage_sharing import SharingCase

# What lists and pivots of ratings ask for.
FIGURES = (
    "__count",
    "quantity:sum",
    "amount:sum",
    "event_count:sum",
    "currency_id:array_agg_distinct",
    "amount:sum_currency",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-01 10:00:00")
class TestRatingSums(SumsCase, SharingCase):
    """Groups of ratings are read from sums, or a page at a time, and are those of all rows."""

    def test_groups_are_those_of_all_rows(self):
        ratings = self.env["cn285.usage.rating"]
        users = [
            new_test_user(self.env, f"rating_{name}", groups=f"cn285_contract.group_{name}")
            for name in ("contract_user", "contract_user_own")
        ]
        contracts = [
            self._usage_contract({"price_unit": price}, {**self.CALENDAR}) for price in (1.5, 0.3)
        ]
        contracts[0].user_id = users[1]
        for month, contract in ((1, contracts[0]), (1, contracts[1]), (2, contracts[1])):
            self._use(contract, 10 * month, f"2026-0{month}-10")
        run = self._bill(date(2026, 3, 1))
        self.assertTrue(run.invoice_ids)
        clerk, seller = (ratings.with_user(user) for user in users)
        domains = ([], [("period_start", ">", "2026-01-15")])
        groups = ([], ["period_start:month"], ["company_id", "period_start:year"])
        self.assert_same(FIGURES, clerk, domains, groups)
        self.assert_same(FIGURES, clerk, ([("amount", ">", 5)],), groups[:2], by_sums=False)
        self.assert_same(FIGURES, seller, domains, groups[:2], by_sums=False)
        self.assert_kept(self.env[ratings._sums])
        self._assert_pages(clerk, "item_id")
        self._assert_pages(clerk, "calculator_id")
        # Rated anew, and not at all any more.
        run.invoice_ids.button_draft()
        run.invoice_ids.unlink()
        ratings.search([])[:1].sudo().unlink()
        self.assert_kept(self.env[ratings._sums])

    def _assert_pages(self, ratings, name):
        """Pages of groups by a link have each group once."""
        whole = ratings._read_group([], [name], ["__count", "amount:sum"])
        expected = {record.id: (count, total) for record, count, total in whole}
        found = []
        for offset in range(len(expected)):
            page = ratings.web_read_group([], [name], ["amount:sum"], limit=1, offset=offset)
            self.assertEqual(page["length"], len(expected))
            found += page["groups"]
        figures = {group[name][0]: (group["__count"], group["amount:sum"]) for group in found}
        self.assertEqual(figures, expected)
