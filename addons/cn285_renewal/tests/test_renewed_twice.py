from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestRenewedTwice(TermCase):
    """Renewals asked twice, planned beside other changes, or found late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"cn285_change_day": "new", "cn285_end_day": "billed"})

    def _plan(self, contract, kind, day, item=None, **values):
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": item.id if item else False,
                "type": kind,
                "date_effective": day,
                "values": values,
            }
        )
        change.action_schedule()
        return change

    def test_renew_pressed_twice(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-02-01 10:00:00"):
            contract.action_renew()
            with self.assertRaisesRegex(ValidationError, "is planned already"):
                contract.action_renew()
        planned = contract.change_ids.filtered(lambda change: change.state != "draft")
        self.assertEqual(planned.mapped("state"), ["scheduled"])

    def test_a_second_renewal_from_before_is_cancelled(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-02-01 10:00:00"):
            twice = self.env["cn285.contract.change"].create(
                [{**contract._prepare_renewal(), "origin": "staff"} for _time in range(2)]
            )
            twice._to_schedule(("draft",))
            later = self._plan(contract, "quantity", "2026-04-15", contract.item_ids, quantity=2.0)
        with freeze_time("2026-05-01 10:00:00"):
            twice._apply_due(contract)
        self.assertEqual(twice.mapped("state"), ["applied", "cancelled"])
        self.assertEqual(later.state, "applied")
        self.assertEqual((contract.term_end, contract.date_end), (date(2027, 3, 14),) * 2)
        self.assertEqual(contract.term_number, 1)

    def test_a_second_tacit_renewal_does_not_stop_the_next(self):
        contract = self._yearly()
        with freeze_time("2026-02-01 10:00:00"):
            twice = self.env["cn285.contract.change"].create(
                [{**contract._prepare_renewal(), "origin": "staff"} for _time in range(2)]
            )
            twice._to_schedule(("draft",))
        with freeze_time("2026-03-16 10:00:00"):
            twice._apply_due(contract)
        self._renew_on("2027-03-15")
        self.assertEqual((contract.term_number, contract.term_end), (2, date(2028, 3, 14)))

    def test_what_is_planned_after_an_agreed_renewal(self):
        """365.00 in the first year; 730.00 from 15 June 2026 on: 92 days of 365.00, 273 of it."""
        contract = self._yearly(renewal_mode="explicit")
        item = contract.item_ids
        self.assertEqual(contract.date_end, date(2026, 3, 14))
        with freeze_time("2026-02-01 10:00:00"):
            with self.assertRaisesRegex(ValidationError, "ends on 03/14/2026"):
                self._plan(contract, "price", "2026-06-15", item, price_unit=730.0)
            contract.action_renew()
            self._plan(contract, "price", "2026-06-15", item, price_unit=730.0)
            self._plan(contract, "add_item", "2026-06-15", product_id=self.setup_fee.id)
            self._plan(contract, "pause", "2026-07-01", item, date_end="2026-07-10")
            with self.assertRaisesRegex(ValidationError, "ends on 03/14/2027"):
                self._plan(contract, "quantity", "2027-03-15", item, quantity=2.0)
        for day in ("2026-03-15", "2026-06-15", "2026-07-01", "2026-07-11"):
            with freeze_time(f"{day} 10:00:00"):
                self.env["cn285.contract.change"]._apply_due(contract)
        self.assertFalse(contract.change_ids.filtered("error"))
        planned = contract.change_ids.filtered(lambda change: change.state != "draft")
        self.assertEqual(set(planned.mapped("state")), {"applied"})
        self.assertEqual(contract.date_end, date(2027, 3, 14))
        rows = item.schedule_ids.filtered(lambda row: row.period_start >= date(2026, 3, 15))
        # 92 days at 1.00 a day, 273 less 10 at 2.00.
        self.assertMoney(sum(rows.mapped("amount")), "618.00")

    def test_terminated_after_an_agreed_renewal(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-02-01 10:00:00"):
            contract.action_renew()
            change = self._plan(contract, "terminate", "2026-09-30")
        with freeze_time("2026-10-01 10:00:00"):
            change._apply_due(contract)
        self.assertEqual(change.state, "applied")
        self.assertEqual(contract.date_end, date(2026, 9, 30))

    def test_planned_after_an_extension(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-02-01 10:00:00"):
            self._plan(contract, "extend_term", "2026-03-01", term_end="2026-08-31")
            change = self._plan(contract, "price", "2026-08-01", contract.item_ids, price_unit=1.0)
            with self.assertRaisesRegex(ValidationError, "ends on 08/31/2026"):
                self._plan(contract, "price", "2026-09-01", contract.item_ids, price_unit=1.0)
        self.assertEqual(change.state, "scheduled")

    def test_extended_twice(self):
        contract = self._yearly()
        with freeze_time("2026-02-01 10:00:00"):
            self._plan(contract, "extend_term", "2026-03-01", term_end="2026-08-31")
            with self.assertRaisesRegex(ValidationError, "is planned already"):
                self._plan(contract, "extend_term", "2026-03-01", term_end="2026-08-31")
            shorter = self._plan(contract, "extend_term", "2026-03-02", term_end="2026-07-31")
        with freeze_time("2026-03-02 10:00:00"):
            shorter._apply_due(contract)
        self.assertEqual((shorter.state, contract.term_end), ("cancelled", date(2026, 8, 31)))

    def test_refused_twice(self):
        contract = self._yearly()
        with freeze_time("2026-01-10 10:00:00"):
            contract.action_refuse_renewal()
            with self.assertRaisesRegex(ValidationError, "already|does not renew"):
                self._plan(contract, "terminate", "2026-03-14")

    # === FOUND LATE === #

    def test_a_renewal_found_late(self):
        """The contract still runs: something of it was not billed."""
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-07-20 10:00:00"):  # 127 days after
            contract.action_renew()
            self._bill("2026-07-20")
        self.assertEqual((contract.term_number, contract.term_end), (1, date(2027, 3, 14)))
        self.assertEqual(
            [self._cents(amount) for amount in contract.invoice_ids.mapped("amount_untaxed")],
            ["365.00", "365.00"],
        )

    def test_a_renewal_found_after_the_contract_closed(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2025-03-15 10:00:00"):
            self._bill("2025-03-15")
        with freeze_time("2026-03-16 10:00:00"):
            self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual((contract.state, contract.item_ids.state), ("closed", "ended"))
        with freeze_time("2026-07-20 10:00:00"):
            contract.action_renew()
            self._bill("2026-07-20")
        self.assertEqual((contract.state, contract.item_ids.state), ("active", "active"))
        self.assertEqual((contract.term_end, contract.date_end), (date(2027, 3, 14),) * 2)
        self.assertEqual(
            [self._cents(amount) for amount in contract.invoice_ids.mapped("amount_untaxed")],
            ["365.00", "365.00"],
        )

    def test_a_terminated_contract_is_not_brought_back(self):
        contract = self._yearly(renewal_mode="explicit")
        with freeze_time("2026-03-01 10:00:00"):
            self._bill("2026-03-01")
            self._plan(contract, "terminate", "2026-03-14")
        with freeze_time("2026-03-16 10:00:00"):
            self.env["cn285.contract.change"]._apply_due(contract)
            self.env["cn285.contract"]._cron_extend_schedules()
            self.assertEqual(contract.state, "closed")
            with self.assertRaisesRegex(ValidationError, "only a running contract"):
                contract.action_renew()
