"""Deferred revenue of contracts that come from another system: its opening, to the cent."""

import base64
import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.importing.test_take_over import ITEMS, TakeOverCase
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from openpyxl import load_workbook

from .common import RevrecCase

OPENED = date(2026, 1, 1)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestOpening(RevrecCase, TakeOverCase):
    """Two items, taken over on 1 January; both are earned by the day.

    A year to 30 June, of which the old system billed 960.00: 184 of 365 days are of last year, so
    483.95 was earned there and 476.05 is left. A month from 31 December, 100.00: 3.23 and 96.77.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_revrec_from = OPENED
        cls.accountant = new_test_user(
            cls.env, "opening_accountant", groups="cn285_revrec.group_revrec_manager"
        )

    def _schedule(self, key):
        return self.env["cn285.revrec.schedule"].search(
            [("item_id", "=", self._loaded(key).id), ("is_opening", "=", True)]
        )

    def _book_opening(self, amount):
        """The opening entry that the accountant books by hand."""
        other = self.env["account.account"].create(
            {"name": "Opening", "code": "890000", "account_type": "asset_current"}
        )
        lines = [(self.accounts["487"], -amount), (other, amount)]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": OPENED,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "balance": balance, "name": "Opening"})
                    for account, balance in lines
                ],
            }
        )
        move.action_post()

    def _opening(self):
        """The tie-out as the accountant sees it: by contract, and what is booked."""
        report = self.env["cn285.revrec.opening"].with_user(self.accountant)
        report.invalidate_model(flush=False)
        rows = report.search([("account_id", "=", self.accounts["487"].id)])
        return sorted(
            (row.contract_id.name or "", self._cents(row.deferred), self._cents(row.booked))
            for row in rows
        ), self._cents(sum(rows.mapped("difference")))

    def test_what_is_left_of_old_invoices_is_deferred_and_ties_out(self):
        self._load_as(self.manager)
        year, month = self._schedule("TO-Y"), self._schedule("TO-M")
        self.assertEqual((self._cents(year.amount), self._cents(month.amount)), ("476.05", "96.77"))
        # 476.05 over 181 days: running totals of 31, 59, 90 … days, each rounded once.
        self.assertEqual(
            self._months(year),
            ["2026-01 81.53", "2026-02 73.65", "2026-03 81.53", "2026-04 78.90", "2026-05 81.54",
             "2026-06 78.90"],
        )  # fmt: skip
        self.assertEqual(year.move_id.ids, [])
        self.assertFalse(self._schedule("TO-F"), "the set-up fee has no recognition rule")
        name = self._loaded("TO-C").name
        self.assertEqual(self._opening(), ([(name, "572.82", "0.00")], "-572.82"))
        self._book_opening(572.82)
        expected = [("", "0.00", "572.82"), (name, "572.82", "0.00")]
        self.assertEqual(self._opening(), (expected, "0.00"))
        wizard = self.env["cn285.revrec.report.wizard"].with_user(self.accountant)
        wizard = wizard.create({"report": "opening"})
        wizard.action_xlsx()
        sheet = load_workbook(io.BytesIO(base64.b64decode(wizard.file))).active
        amounts = [row[2:5] for row in sheet.iter_rows(min_row=4, max_row=5, values_only=True)]
        self.assertCountEqual(amounts, [(572.82, 0, -572.82), (0, 572.82, 572.82)])

    def test_months_release_the_opening_balance(self):
        """January releases 81.53 and 96.77; an end in March gives back what was not released."""
        self._load_as(self.manager)
        self._book_opening(572.82)
        with freeze_time("2026-02-02 10:00:00"):
            self._run("2026-01")
        self.assertEqual(self._balance("487", "2026-01-31"), "-394.52")
        self.assertTiesOut("2026-01-31")
        sums = self._rollforward("2026-01-01", "2026-01-31")
        self.assertEqual(
            (sums["opening"], sums["billed"], sums["recognised"], sums["closing"]),
            ("572.82", "0.00", "178.30", "394.52"),
        )
        with self.assertRaisesRegex(UserError, "was recognised here"):
            self._loaded("TO-Y").with_user(self.manager).billed_amount = 480.0
        self._end("TO-Y", "2026-03-31")
        with freeze_time("2026-04-02 10:00:00"):
            contract = self._loaded("TO-C")
            self._bill(date(2026, 4, 1), contract_ids=[(6, 0, contract.ids)])
            self._run_months("2026-02", "2026-03")
        credit = self.env["cn285.revrec.schedule"].search(
            [("origin_id", "=", self._schedule("TO-Y").id)]
        )
        self.assertMoney(credit.amount, "-239.34")
        self.assertTiesOut("2026-03-31")
        with freeze_time("2026-07-02 10:00:00"):
            self._run_months("2026-04", "2026-06")
        self.assertTiesOut("2026-06-30")
        lines = (self._schedule("TO-Y") | credit).line_ids
        self.assertMoney(sum(lines.mapped("amount")), "236.71")

    def test_the_old_systems_own_figure_and_corrections(self):
        """500.00 deferred there: parted over the months that are left, in their proportion."""
        head, *lines = self._items().splitlines()
        text = "\n".join([f"{head},deferred", *(f"{line},500" for line in lines)])
        self._load_as(self.manager, items=text)
        schedule = self._schedule("TO-Y")
        self.assertMoney(schedule.amount, "500.00")
        self.assertEqual(self._months(schedule)[0], "2026-01 85.64")
        # Corrected, as long as nothing of it was recognised; the list shows it at once.
        self._loaded("TO-Y").cn285_deferred_before = 0.0
        self._loaded("TO-Y").with_user(self.manager).billed_amount = 480.0
        name = self._loaded("TO-C").name
        self.assertEqual(self._opening(), ([(name, "238.03", "0.00")], "-238.03"))

    def test_without_a_first_day_nothing_is_opened(self):
        self.company.cn285_revrec_from = False
        self._load_as(self.manager)
        self.assertFalse(self._schedule("TO-Y"))

    def _items(self):
        return "\n".join(line for line in ITEMS.splitlines() if line[:4] in ("id,c", "TO-Y"))
