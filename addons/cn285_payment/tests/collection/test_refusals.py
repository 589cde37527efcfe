"""Refused invoices are tried again as the answer says, and returns open invoices again."""

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestRefusals(CollectionCase):
    day = date(2026, 1, 30)
    stock = 16

    def _refused(self, *answers):
        move = self._invoice()
        with self._answers(*answers):
            self._collect(move, self.day)
        # The others are of no concern here.
        (self.invoices - move).cn285_contract_ids.collection_mode = "manual"
        return move

    def test_golden_days(self):
        move = self._refused("insufficient_funds")
        days = ["2026-01-31", "2026-02-01", "2026-02-02", "2026-02-05", "2026-02-06"]
        with self._answers("insufficient_funds"):
            for day in [*days, "2026-02-12", "2026-02-13", "2026-02-14", "2026-03-20"]:
                self._retry(day)
                self._due(day)
        attempts = self._attempts(move)
        self.assertEqual(
            attempts.mapped("date"),
            [date(2026, 1, 30), date(2026, 1, 31), *(date(2026, 2, day) for day in (2, 6, 13))],
        )
        self.assertEqual(attempts[-1].retry_reason, "exhausted")
        self.assertEqual(attempts.mapped("name"), [f"C{move.id}-{n}" for n in range(1, 6)])
        self.assertEqual(self._open(move), 120.0)

    def test_days_of_the_policy(self):
        """A policy of the contract's template, of a tag, of the payer: each before the next."""
        policies = self.env["cn285.dunning.policy"]
        of_template, of_tag, own = policies.create(
            [
                {"name": name, "retries_by": "own", "retries": days, "sequence": 90}
                for name, days in (("a", "2, 5"), ("b", "3"), ("c", ""))
            ]
        )
        template = self.env["cn285.contract.template"].create(
            {"name": "T", "dunning_policy_id": of_template.id}
        )
        tag = self.env["res.partner.category"].create(
            {"name": "Slow", "cn285_dunning_policy_id": of_tag.id}
        )
        move, other = self.invoices[:2]
        move.cn285_contract_ids.template_id = template
        with self._answers("insufficient_funds"):
            self._collect(move | other, self.day)
            self._retry("2026-01-31")
            self.assertEqual(len(self._attempts(move)), 1)
            self.assertEqual(len(self._attempts(other)), 2, "1, 3, 7, 14, as the company says")
            self._retry("2026-02-01")
            self.assertEqual(len(self._attempts(move)), 2)
            self._retry("2026-02-04")
        attempts = self._attempts(move)
        self.assertEqual(attempts[-1].retry_reason, "exhausted")
        self.assertEqual(attempts[-1].date, date(2026, 2, 4))
        days = policies._retry_days(move)[move]
        self.assertEqual((days.cards, days.debits), ((2, 5), ()))
        self.customer.category_id = tag
        self.assertEqual(policies._retry_days(move)[move].cards, (3,))
        self.customer.cn285_dunning_policy_id = own
        self.assertEqual(policies._retry_days(move)[move].cards, (), "never again")
        # What is left to the company is its: of direct debits too.
        own.retries_by = "company"
        self.company.cn285_debit_retries = "4, 8"
        days = policies._retry_days(other)[other]
        self.assertEqual((days.cards, days.debits), ((1, 3, 7, 14), (4, 8)))
        for wrong in ("3, 2", "0", "soon", "366"):
            with self.assertRaisesRegex(ValidationError, "Days of retries"):
                own.write({"debit_retries": wrong})

    def test_a_hard_refusal_ends_it_and_new_means_are_charged_that_day(self):
        move = self._refused("insufficient_funds")
        with self._answers("lost_card"):
            self._retry("2026-01-31")
        self.assertEqual(self.card.cn285_state, "revoked")
        with self._answers("done") as calls:
            self._retry("2026-02-02")
            self._due("2026-02-03")
            self.assertFalse(calls)
            new = self._token(self.customer)
            with freeze_time("2026-02-08 11:00:00"), trap_jobs() as trap:
                self.customer.cn285_payment_token_id = new
                self._perform(trap)
        self.assertPaid(move)
        last = self._attempts(move)[-1]
        self.assertEqual((last.date, last.token_id), (date(2026, 2, 8), new))

    def test_means_of_the_contract_are_charged_when_they_come(self):
        move = self._refused("expired_card")
        self.assertEqual(self.card.cn285_state, "expired")
        new = self._token(self.customer)
        with self._answers("done"), freeze_time("2026-02-01 11:00:00"), trap_jobs() as trap:
            move.cn285_contract_ids.payment_token_id = new
            self._perform(trap)
        self.assertPaid(move)

    def test_renewed_means_start_anew(self):
        move = self._refused("expired_card")
        with self._answers("done"), freeze_time("2026-02-01 11:00:00"), trap_jobs() as trap:
            self.card._cn285_renew({"cn285_expiry_date": date(2029, 2, 28)})
            self._perform(trap)
        self.assertEqual(self.card.cn285_state, "valid")
        self.assertPaid(move)

    def test_the_customer_first(self):
        move = self._refused("authentication_required")
        attempt = self._attempts(move)
        self.assertEqual((attempt.outcome, attempt.retry_reason), ("customer", "customer"))
        with self._answers("done") as calls:
            for day in ("2026-01-31", "2026-02-06", "2026-02-28"):
                self._retry(day)
                self._due(day)
            self.assertFalse(calls)
            self._collect(move, date(2026, 3, 1), "button")
        self.assertPaid(move)

    def test_a_customer_who_confirms_is_paid_by_the_same_transaction(self):
        move = self._refused("authentication_required")
        attempt = self._attempts(move)
        with freeze_time("2026-01-31 10:00:00"), trap_jobs() as trap:
            attempt.transaction_id._process(
                "demo", {"reference": attempt.name, "simulated_state": "done"}
            )
            self.assertFalse(move._cn285_collectable())
            self._perform(trap)
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)

    def test_means_refused_for_good_are_not_charged_by_hand(self):
        move = self._refused("stolen_card")
        with self._answers("done") as calls:
            self._collect(move, date(2026, 2, 1), "button")
        self.assertFalse(calls)

    def test_the_usual_means_stand_in_for_refused_ones(self):
        own = self._token(self.customer)
        self._invoice().cn285_contract_ids.payment_token_id = own
        move = self._refused("lost_card")
        with self._answers("done"):
            self._due("2026-01-31")
        last = self._attempts(move)[-1]
        self.assertEqual((last.token_id, last.state), (self.card, "done"))

    def test_our_mistake_is_tried_the_next_day_and_not_counted(self):
        move = self._refused("invalid_amount")
        attempt = self._attempts(move)
        self.assertEqual((attempt.state, attempt.outcome), ("cancelled", "config"))
        with self._answers("insufficient_funds"):
            self._due("2026-01-30")
            self.assertEqual(len(self._attempts(move)), 1)
            self._due("2026-01-31")
        self.assertEqual(self._attempts(move)[-1].retry_date, date(2026, 2, 1))

    def test_the_fifteenth_attempt_in_thirty_days_is_ours_to_refuse(self):
        self.company.cn285_retries = ", ".join(str(day) for day in range(1, 29))
        move = self._refused("insufficient_funds")
        with self._answers("insufficient_funds"):
            for number in range(1, 28):
                self._retry(self.day + timedelta(days=number))
        attempts = self._attempts(move)
        self.assertEqual(len(attempts), 14)
        self.assertEqual(attempts[-1].retry_reason, "network")
        with self._answers("done") as calls:
            self._collect(move, self.day + timedelta(days=28), "button")
        self.assertFalse(calls)

    def test_other_invoices_of_a_card_and_amount_count_for_the_networks(self):
        with self._answers("insufficient_funds") as calls:
            for move in self.invoices:
                self._collect(move, self.day)
        self.assertEqual(len(calls), 14)

    def test_days_of_the_company(self):
        self.company.cn285_retries = "2"
        move = self._refused("do_not_honor")
        with self._answers("do_not_honor"):
            for day in ("2026-01-31", "2026-02-01", "2026-02-02", "2026-02-10"):
                self._retry(day)
        self.assertEqual(self._attempts(move).mapped("date"), [date(2026, 1, 30), date(2026, 2, 1)])

    def test_refusals_are_told_once(self):
        told = []
        steps = lambda self: [told.extend]  # noqa: E731
        with patch.object(type(self.env["cn285.collection"]), "_declined_steps", steps):
            move = self._refused("do_not_honor")
            with freeze_time("2026-01-30 12:00:00"), trap_jobs():
                self.env["cn285.collection"]._cron_ask_unknown()
        self.assertEqual(told, list(self._attempts(move)))

    # === RETURNS === #

    def _paid(self):
        move = self._invoice()
        with self._answers("done"):
            self._collect(move, self.day)
        self.assertPaid(move)
        (self.invoices - move).cn285_contract_ids.collection_mode = "manual"
        return move

    def test_a_return_opens_the_invoice_again(self):
        move = self._paid()
        attempt = self._attempts(move)
        with freeze_time("2026-02-03 09:00:00"), trap_jobs():
            self.env["cn285.collection"]._returned(attempt, "insufficient_funds", date(2026, 2, 3))
        self.assertEqual((attempt.state, attempt.returned_on), ("returned", date(2026, 2, 3)))
        self.assertEqual(move.amount_residual, 120.0)
        entry = attempt.return_move_id
        self.assertEqual(entry.date, date(2026, 2, 3))
        receivable = entry.line_ids.filtered(lambda line: line.debit)
        self.assertEqual(receivable.debit, 120.0)
        self.assertTrue(receivable.reconciled)
        self.assertEqual(attempt.payment_id.state, "in_process")
        # It enters the same retries as a refusal, counted from its day.
        self.assertEqual(attempt.retry_date, date(2026, 2, 4))
        with self._answers("done"):
            self._retry("2026-02-04")
        self.assertPaid(move)
        accounts = move.line_ids.account_id.filtered(
            lambda account: account.account_type == "asset_receivable"
        )
        attempts = self._attempts(move)
        entries = move | attempts.payment_id.move_id | attempts.return_move_id
        self.assertEqual(len(entries), 4)
        lines = entries.line_ids.filtered(lambda line: line.account_id in accounts)
        self.assertEqual(sum(lines.mapped("balance")), 0.0)
        self.assertEqual(set(lines.mapped("reconciled")), {True})
        self.assertEqual(len(self._attempts(move).payment_id), 2)

    def test_a_return_is_booked_once(self):
        move = self._paid()
        attempt = self._attempts(move)
        collection = self.env["cn285.collection"]
        with freeze_time("2026-02-03 09:00:00"), trap_jobs():
            collection._returned(attempt, "fraudulent", date(2026, 2, 3))
            entry = attempt.return_move_id
            collection._returned(attempt, "fraudulent", date(2026, 2, 3))
        self.assertEqual(attempt.return_move_id, entry)
        self.assertEqual(self.card.cn285_state, "revoked")
        self.assertFalse(attempt.retry_date)
        with self._answers("done") as calls:
            self._retry("2026-02-04")
            self._due("2026-02-04")
        self.assertFalse(calls)

    def test_a_pending_one_that_returns_makes_no_entry(self):
        move = self._invoice()
        with self._answers("pending"):
            attempt = self._collect(move, self.day)
        with freeze_time("2026-02-01 09:00:00"), trap_jobs():
            self.env["cn285.collection"]._returned(attempt, "do_not_honor", date(2026, 2, 1))
        self.assertEqual((attempt.state, attempt.transaction_id.state), ("declined", "error"))
        self.assertFalse(attempt.return_move_id)
        self.assertEqual(move.amount_residual, 120.0)

    def test_a_return_in_a_foreign_currency_leaves_no_difference(self):
        dollars = self.env.ref("base.USD")
        dollars.active = True
        for day, rate in (("2026-01-01", 1.25), ("2026-02-01", 1.10)):
            self.env["res.currency.rate"].create(
                {"name": day, "rate": rate, "currency_id": dollars.id}
            )
        contract = self._automatic(date_start=self.day, currency_id=dollars.id)
        move = self._billed(contract, self.day)
        with self._answers("done"):
            attempt = self._collect(move, self.day)
        self.assertPaid(move)
        with freeze_time("2026-02-03 09:00:00"), trap_jobs():
            self.env["cn285.collection"]._returned(attempt, "do_not_honor", date(2026, 2, 3))
        self.assertEqual(move.amount_residual, 120.0)
        payment_line = attempt.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id == attempt.payment_id.destination_account_id
        )
        self.assertTrue(payment_line.reconciled)
        entry = attempt.return_move_id
        self.assertEqual(sum(entry.line_ids.mapped("balance")), 0.0)
        self.assertEqual(set(entry.line_ids.mapped("currency_id")), {dollars})
