from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestTerm(TermCase):
    """Terms from the start day, renewals as contract changes, refusals, revised prices."""

    # === TERMS === #

    def test_first_term_begins_at_confirmation(self):
        contract = self._yearly(commitment_length=24)
        self.assertEqual(contract.term_start, date(2025, 3, 15))
        self.assertEqual(contract.term_end, date(2026, 3, 14))
        self.assertEqual(contract.renewal_date, date(2026, 3, 15))
        self.assertEqual(contract.commitment_end, date(2027, 3, 14))
        self.assertEqual(contract.date_concluded, date(2025, 3, 15))
        self.assertFalse(contract.date_end, "it goes on until somebody refuses")

    def test_without_a_term_there_is_nothing_to_renew(self):
        with self.assertRaisesRegex(UserError, "has no term"):
            self._yearly(term_length=0).action_renew()

    def test_what_does_not_go_on_ends(self):
        self.assertEqual(self._yearly(renewal_mode="expiry").date_end, date(2026, 3, 14))
        self.assertEqual(self._yearly(renewal_mode="explicit").date_end, date(2026, 3, 14))
        self.assertEqual(self._yearly(renewal_max=2, renewal_length=6).date_end, date(2027, 3, 14))
        self.assertFalse(self._yearly(term_length=0).term_end)

    def test_template_hands_its_rules_over(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Two years",
                "term_length": 24,
                "notice_length": 0,
                "commitment_length": 12,
                "telecom": True,
                "item_ids": [(0, 0, {"product_id": self.subscription.id, "price_unit": 30.0})],
            }
        )
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.consumer.id, "template_id": template.id, "notice_unit": "week"}
        )
        self.assertEqual((contract.term_length, contract.notice_length), (24, 0))
        self.assertEqual(contract.notice_unit, "week", "what was given stays")
        self.assertTrue(contract.telecom)

    def test_rules_that_cannot_be(self):
        for values, message in (
            ({"telecom": True, "commitment_length": 25}, "24 months"),
            ({"telecom": True, "commitment_length": 3, "commitment_unit": "year"}, "24 months"),
            ({"term_length": -1}, "cannot be -1"),
            ({"exit_fee": "percent", "exit_fee_value": 101.0}, "between 0 and 100"),
            ({"renewal_revision": "index"}, "choose the index"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._create_contract([{}], confirm=False, **values)

    # === RENEWALS === #

    def test_29_february(self):
        """A contract of 29 February renews on 28 February, and in 2028 on the 29th again."""
        with freeze_time("2024-02-29 10:00:00"):
            contract = self._create_contract([{}], date_start=date(2024, 2, 29), term_length=12)
        days = []
        for year in (2025, 2026, 2027, 2028):
            self._renew_on(f"{year}-03-01")
            days.append(contract.term_start)
        self.assertEqual(
            days, [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]
        )

    def test_missed_renewals_are_caught_up_one_by_one(self):
        contract = self._yearly()
        self._renew_on("2028-06-01")
        self.assertEqual(contract.term_number, 3)
        self.assertEqual(contract.term_end, date(2029, 3, 14))
        renewals = contract.change_ids.filtered(lambda change: change.type == "renew")
        self.assertEqual(renewals.mapped("state"), ["applied"] * 3)
        self.assertEqual(set(renewals.mapped("origin")), {"system"})
        self._renew_on("2028-06-01")
        self.assertEqual(contract.term_number, 3)

    def test_not_before_its_day(self):
        contract = self._yearly()
        self._renew_on("2026-03-14")
        self.assertEqual(contract.term_number, 0)
        self._renew_on("2026-03-15")
        self.assertEqual(contract.term_number, 1)

    def test_renewals_at_most(self):
        contract = self._yearly(renewal_max=1)
        self._renew_on("2028-06-01")
        self.assertEqual(contract.term_number, 1)
        self.assertEqual(contract.date_end, date(2027, 3, 14))

    def test_renewed_on_agreement(self):
        contract = self._yearly(renewal_mode="explicit", renewal_length=6)
        self._renew_on("2026-03-15")
        self.assertEqual(contract.term_number, 0)
        with freeze_time("2026-02-01"):
            contract.action_renew()
        self._renew_on("2026-03-15")
        with freeze_time("2026-03-15"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(contract.term_end, date(2026, 9, 14))
        self.assertEqual(contract.date_end, date(2026, 9, 14))

    def test_opting_out_and_in_again(self):
        contract = self._yearly()
        self._change(contract, "auto_renewal", "2025-04-01", auto_renew=False)
        self.assertFalse(contract.auto_renew)
        self.assertEqual(contract.date_end, date(2026, 3, 14))
        self.assertEqual(contract.notice_ids.state, "cancelled")
        self._change(contract, "auto_renewal", "2025-05-01", auto_renew=True)
        self.assertFalse(contract.date_end)
        self.assertNotEqual(contract.notice_ids.state, "cancelled")

    def test_opting_out_credits_what_was_billed_beyond_the_term(self):
        """365.00 for 2026 and a term until 30 June: 184 of 365 days, 184.00, are credited."""
        for again, billed in ((False, "367.00"), (True, "582.00")):
            with freeze_time("2026-01-01 10:00:00"):
                contract = self._create_contract(
                    [
                        {"price_unit": 31.0, "alignment": "calendar"},
                        {"price_unit": 365.0, "recurring_unit": "year", "alignment": "calendar"},
                    ],
                    term_length=6,
                )
                self._bill("2026-01-01")
            later = self._change(contract, "pause", "2026-11-05", on="2026-01-05")
            self._change(contract, "auto_renewal", "2026-01-20", auto_renew=False)
            self.assertEqual(later.state, "cancelled")
            with freeze_time("2026-01-21 10:00:00"):
                self._bill("2026-01-21")
            self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed_signed")), "212.00")
            if again:
                self._change(contract, "auto_renewal", "2026-02-01", auto_renew=True)
            with freeze_time("2026-07-02 10:00:00"):
                self._bill("2026-07-02")
            self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed_signed")), billed)

    def test_extension(self):
        contract = self._yearly()
        self._change(contract, "extend_term", "2025-04-01", term_end="2026-06-30")
        self.assertEqual(contract.term_end, date(2026, 6, 30))
        self._renew_on("2026-07-01")
        self.assertEqual(contract.term_end, date(2027, 6, 30))

    def _change(self, contract, kind, day, on=None, **values):
        change = self.env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": kind, "date_effective": day, "values": values}
        )
        with freeze_time(f"{on or day} 10:00:00"):
            change.action_schedule()
        return change

    # === PRICES === #

    def test_revised_by_a_percentage(self):
        contract = self._yearly(renewal_revision="percent", renewal_percent=2.0)
        with freeze_time("2026-03-20"):
            self._bill(date(2026, 3, 20))
        amounts = [row[3] for row in self._rows(contract, state="invoiced")]
        self.assertEqual(amounts, ["365.00", "372.30"])
        self.assertMoney(contract.item_ids.price_unit, "372.30")

    def test_revised_by_an_index(self):
        index = self.env["cn285.price.index"].create(
            {
                "name": "Syntec",
                "value_ids": [
                    (0, 0, {"date": "2025-01-01", "value": 312.4}),
                    (0, 0, {"date": "2026-01-01", "value": 319.8}),
                    (0, 0, {"date": "2027-01-01", "value": 316.0}),
                ],
            }
        )
        contract = self._yearly(renewal_revision="index", renewal_index_id=index.id)
        capped = self._yearly(renewal_revision="index", renewal_index_id=index.id, renewal_cap=1.0)
        self._renew_on("2026-03-15")
        # 365 × 319.8 / 312.4
        self.assertMoney(contract.item_ids.price_unit, "373.65")
        self.assertMoney(capped.item_ids.price_unit, "368.65")
        self._renew_on("2027-03-15")
        # 373.65 × 316 / 319.8
        self.assertMoney(contract.item_ids.price_unit, "369.21")

    def test_index_without_value_holds_its_contract_only(self):
        index = self.env["cn285.price.index"].create({"name": "Empty"})
        broken = self._yearly(renewal_revision="index", renewal_index_id=index.id)
        good = self._yearly()
        self._renew_on("2026-03-15")
        self.assertEqual((broken.term_number, good.term_number), (0, 1))
        self.assertIn("Empty", broken.change_ids.error)
        index.value_ids = [(0, 0, {"date": "2025-01-01", "value": 100.0})]
        with freeze_time("2026-03-16"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(broken.term_number, 1)

    # === REFUSAL === #

    def test_refused_in_time(self):
        contract = self._yearly()
        with freeze_time("2026-02-14 22:00:00"):
            change = contract.action_refuse_renewal()
        self.assertEqual(change.state, "scheduled")
        self.assertEqual(contract.planned_end, date(2026, 3, 14))
        self.assertEqual(contract.notice_ids.date_refused, date(2026, 2, 14))

    def test_refused_too_late(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        with freeze_time("2026-02-15 10:00:00"), self.assertRaisesRegex(UserError, "02/14/2026"):
            contract.action_refuse_renewal()

    def test_refusal_ends_the_contract(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        with freeze_time("2026-02-01 10:00:00"):
            contract.notice_ids.action_refuse()
        self._renew_on("2026-03-16")
        self.assertEqual(contract.term_number, 0)
        with freeze_time("2026-03-16"):
            self._bill(date(2026, 3, 16))
            self.env["cn285.contract"]._close_finished(self.company)
        self.assertEqual(contract.date_end, date(2026, 3, 14))
        self.assertEqual([row[3] for row in self._rows(contract)], ["365.00"])
        self.assertEqual(contract.state, "closed")

    # === THE LAW === #

    def test_free_to_leave_after_a_missed_notice_until_the_next_good_one(self):
        contract = self._yearly()
        self._notices_on("2026-01-20")
        self.assertEqual(contract.notice_ids.state, "missed")
        self._renew_on("2026-03-15")
        self.assertEqual(contract.free_exit_from, date(2026, 3, 15))
        self._notices_on("2026-12-20")
        self._renew_on("2027-03-15")
        self.assertFalse(contract.free_exit_from)

    def test_cost_of_renewals(self):
        counts = []
        for number in (1, 15):
            contracts = self.env["cn285.contract"].browse()
            for _index in range(number):
                contracts |= self._yearly(renewal_revision="percent", renewal_percent=1.0)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._renew_on("2026-03-15")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(contracts.mapped("term_number")), {1})
        self.assertLess(counts[1], 4 * counts[0], counts)
