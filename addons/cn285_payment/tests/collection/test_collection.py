"""Invoices are charged to the customer's means, once, and booked as Odoo books them."""

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestCollection(CollectionCase):
    def test_a_due_invoice_is_paid(self):
        move = self._invoice()
        with self._answers("done") as calls:
            attempt = self._collect(move)
        self.assertEqual(calls, [f"C{move.id}-1"])
        self.assertPaid(move)
        self.assertEqual(attempt.state, "done")
        self.assertEqual(attempt.amount, 120.0)
        self.assertEqual(attempt.payment_id, attempt.transaction_id.payment_id)
        self.assertTrue(attempt.transaction_id.is_post_processed)
        self.assertEqual(attempt.payment_id.date, date(2026, 1, 1))

    def test_another_process_is_quicker_time_and_again(self):
        """What it writes between our transaction's begin and our claim: claimed anew, then left."""
        first, second = self.invoices
        attempts = type(self.env["cn285.payment.attempt"])
        claim, quicker = attempts._set_first_sent, {first.id: 3, second.id: 99}

        def claimed(attempt):
            quicker[attempt.move_id.id] -= 1
            if quicker[attempt.move_id.id] >= 0:
                raise SerializationFailure("could not serialize access due to concurrent update")
            return claim(attempt)

        with patch.object(attempts, "_set_first_sent", claimed), self._answers("done") as calls:
            self._collect(first | second)
        self.assertEqual(calls, [f"C{first.id}-1"])
        self.assertPaid(first)
        waiting = self.env["cn285.payment.attempt"].search([("move_id", "=", second.id)])
        self.assertEqual(waiting.state, "open", "whoever has it sends it")

    def test_nobody_takes_the_reference_of_an_attempt(self):
        """A customer's browser says how his payment is called: not as the next attempt will be."""
        move = self._invoice()
        transactions = self.env["payment.transaction"]
        shared = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "amount": 1.0,
            "currency_id": self.eur.id,
            "partner_id": self.customer.id,
        }
        name = f"C{move.id}"
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in name)
        for prefix in (f"{name}-1", name, name, name, f"{wide}-1", f"R{move.id}-1"):
            reference = transactions._compute_reference("demo", prefix=prefix)
            transactions.create({**shared, "reference": reference})
            self.assertTrue(reference.startswith("tx-"), reference)
        with self._answers("done") as calls:
            self._collect(move)
        self.assertEqual(calls, [f"C{move.id}-1"])
        self.assertPaid(move)
        for free in ("INV/2026/00001", "R-C1-1", "tx-1", "TOPUP00001", "C1-x"):
            self.assertEqual(transactions._compute_reference("demo", prefix=free), free)

    def test_booked_as_odoo_books_it(self):
        own, odoo = self.invoices
        with self._answers("done"):
            attempt = self._collect(own)
            made = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": self.card.id,
                    "operation": "offline",
                    "amount": 120.0,
                    "currency_id": self.eur.id,
                    "partner_id": odoo.partner_id.id,
                    "reference": "by-odoo",
                    "invoice_ids": [(6, 0, odoo.ids)],
                }
            )
            made._charge_with_token()
            made._post_process()

        def lines(payment):
            return sorted(
                (line.account_id.code, line.balance, line.partner_id.id, line.reconciled)
                for line in payment.move_id.line_ids
            )

        self.assertEqual(lines(attempt.payment_id), lines(made.payment_id))
        for name in [
            "state",
            "partner_id",
            "journal_id",
            "payment_method_line_id",
            "payment_type",
            "partner_type",
            "currency_id",
            "amount",
            "destination_account_id",
            "outstanding_account_id",
            "payment_token_id",
        ]:
            self.assertEqual(attempt.payment_id[name], made.payment_id[name], name)
        self.assertEqual(own.payment_state, odoo.payment_state)
        self.assertEqual(attempt.payment_id.invoice_ids, own)

    def test_ten_are_booked_with_as_many_questions_each_as_one(self):
        """Payments of a batch are made together: more of them take few questions more."""

        contracts = self.env["cn285.contract"].union(
            *(self._automatic(invoice_separately=True) for _number in range(11))
        )
        fresh = self._billed(contracts)

        def asked(moves):
            with self._answers("done"), freeze_time("2026-01-01 09:00:00"):
                attempts = self.env["cn285.collection"]._make_attempts(moves, "due")
                for attempt in attempts:
                    self.env["cn285.collection"]._send_one(attempt)
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env["cn285.collection"]._book(attempts)
                self.env.flush_all()
            self.assertEqual(set(moves.mapped("amount_residual")), {0.0})
            return self.env.cr.sql_log_count - before

        asked(self.invoices[0])
        one, eleven = asked(self.invoices[1]), asked(fresh)
        self.assertLess((eleven - one) / 10, one / 3)

    # === WHAT IS NOT COLLECTED === #

    def test_what_is_not_due_waits(self):
        term = self.env.ref("account.account_payment_term_30days")
        move = self._billed(self._automatic(payment_term_id=term.id))
        with self._answers("done") as calls:
            self.assertFalse(self._collect(move))
            self._due("2026-01-30")
            self.assertNotIn(f"C{move.id}-1", calls)
            self._due("2026-01-31")
            self.assertIn(f"C{move.id}-1", calls)
        self.assertPaid(move)

    def test_installments_are_charged_on_their_days(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "half, half",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        move = self._billed(self._automatic(payment_term_id=term.id))
        with self._answers("done"):
            self._due("2026-01-01")
            self.assertEqual(move.amount_residual, 60.0)
            self._due("2026-01-15")
            self.assertEqual(move.amount_residual, 60.0)
            self._due("2026-01-31")
        self.assertPaid(move)
        self.assertEqual(self._attempts(move).mapped("amount"), [60.0, 60.0])

    def test_by_transfer_is_left_alone(self):
        move = self._billed(self._create_contract())
        with self._answers("done") as calls:
            self.assertFalse(self._collect(move))
            self._due("2026-01-01")
        self.assertNotIn(f"C{move.id}-1", calls)

    def test_without_means_nothing_is_tried(self):
        self.customer.cn285_payment_token_id = False
        move = self._invoice()
        with self._answers("done") as calls:
            self.assertFalse(self._collect(move))
        self.assertFalse(calls)
        self.customer.cn285_payment_token_id = self.card
        with self._answers("done"):
            self._due("2026-01-02")
        self.assertPaid(move)

    def test_drafts_credit_notes_and_foreign_invoices_are_not_collected(self):
        move = self._invoice()
        move.button_draft()
        self.assertFalse(move._cn285_collectable())
        foreign = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"product_id": self.subscription.id})],
            }
        )
        foreign.action_post()
        self.assertFalse(foreign._cn285_collectable())

    def test_a_provider_that_captures_by_hand_is_refused(self):
        move = self._invoice()
        contract = move.cn285_contract_ids
        self.provider.capture_manually = True
        self.assertFalse(contract._payment_tokens()[contract])
        with self._answers("done") as calls:
            self._collect(move)
        self.assertFalse(calls)
        with self.assertRaisesRegex(UserError, "captures amounts by hand"):
            contract.payment_token_id = self.card
        self.provider.capture_manually = False
        self.provider.state = "disabled"
        self.assertFalse(contract._payment_tokens()[contract])

    def test_who_pays_by_himself_is_not_charged(self):
        move = self._invoice()
        for state, held in (
            ("draft", True),
            ("pending", True),
            ("error", False),
            ("cancel", False),
        ):
            transaction = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "operation": "online_direct",
                    "amount": 120.0,
                    "currency_id": self.eur.id,
                    "partner_id": self.customer.id,
                    "invoice_ids": [(6, 0, move.ids)],
                    "state": state,
                }
            )
            self.assertEqual(not move._cn285_collectable(), held, state)
            transaction.unlink()

    def test_an_attempt_of_before_the_invoice_was_paid_is_withdrawn(self):
        move = self._invoice()
        collection = self.env["cn285.collection"]
        with freeze_time("2026-01-01 09:00:00"):
            attempt = collection._make_attempts(move, "due")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        with self._answers("done") as calls:
            collection._send_one(attempt)
        self.assertFalse(calls)
        self.assertEqual(attempt.state, "cancelled")
        self.assertEqual(attempt.transaction_id.state, "cancel")

    # === ONCE === #

    def test_one_attempt_at_a_time(self):
        move = self._invoice()
        with self._answers("pending") as calls:
            self._collect(move)
            self._collect(move)
            self._collect(move, origin="button")
        self.assertEqual(len(calls), 1)
        self.assertEqual(self._attempts(move).state, "pending")

    def test_the_database_refuses_a_second_attempt(self):
        move = self._invoice()
        collection = self.env["cn285.collection"]
        with (
            freeze_time("2026-01-01 09:00:00"),
            patch.object(type(move), "_cn285_being_paid_by_attempts", lambda self: self.browse()),
        ):
            first = collection._make_attempts(move, "due")
            self.assertFalse(collection._make_attempts(move, "due"))
        self.assertEqual(self._attempts(move), first)

    def test_pending_is_paid_when_the_provider_says_so(self):
        move = self._invoice()
        with self._answers("pending"):
            attempt = self._collect(move)
        self.assertEqual(move.amount_residual, 120.0)
        with freeze_time("2026-01-04 09:00:00"), trap_jobs() as trap:
            attempt.transaction_id.action_demo_set_done()
            self.assertEqual(attempt.state, "done")
            self.assertFalse(move._cn285_collectable())
            self._perform(trap)
        self.assertPaid(move)
        self.assertEqual(attempt.payment_id.date, date(2026, 1, 4))

    def test_whoever_books_first_books_alone(self):
        move = self._invoice()
        with self._answers("pending"):
            attempt = self._collect(move)
        with freeze_time("2026-01-04 09:00:00"), trap_jobs() as trap:
            attempt.transaction_id.action_demo_set_done()
            attempt.transaction_id._post_process()
            self.assertEqual(attempt.payment_id, attempt.transaction_id.payment_id)
            self._perform(trap)
        payments = self.env["account.payment"].search([("payment_token_id", "=", self.card.id)])
        self.assertEqual(payments, attempt.payment_id)
        self.assertPaid(move)

    def test_a_pending_one_that_fails_is_a_refusal(self):
        move = self._invoice()
        with self._answers("pending"):
            attempt = self._collect(move)
        with freeze_time("2026-01-04 09:00:00"), trap_jobs() as trap:
            attempt.transaction_id.action_demo_set_error()
            self._perform(trap)
        self.assertEqual(attempt.state, "declined")
        # Of the day of the attempt: the days of the policy are counted from there.
        self.assertTrue(attempt.retry_date)

    # === PROVIDERS THAT DO NOT ANSWER === #

    def _ask(self, moment, answer=None, idempotent=False):
        """The scheduled action that asks, at a moment, with what the provider says."""
        transactions = type(self.env["payment.transaction"])
        providers = type(self.env["payment.provider"])
        with (
            freeze_time(moment),
            trap_jobs(),
            patch.object(transactions, "_cn285_ask_provider", lambda tx: answer),
            patch.object(providers, "_cn285_is_idempotent", lambda provider: idempotent),
        ):
            self.env["cn285.collection"]._cron_ask_unknown()

    def test_a_time_out_is_no_refusal(self):
        move = self._invoice()
        with self._answers("timeout") as calls:
            attempt = self._collect(move)
            self.assertEqual(attempt.state, "unknown")
            self._collect(move, day=date(2026, 1, 2))
            self._retry("2026-01-03")
            self._due("2026-01-03")
        self.assertEqual(calls, [f"C{one.id}-1" for one in self.invoices])
        self.assertEqual(self._attempts(move), attempt)
        self.assertFalse(attempt.retry_date)

    def test_after_a_time_out_the_same_transaction_is_sent(self):
        move = self._invoice()
        with self._answers("timeout", "done") as calls:
            attempt = self._collect(move)
            self._ask("2026-01-01 10:00:00", idempotent=True)
        self.assertEqual(calls, [f"C{move.id}-1"] * 2)
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)
        self.assertEqual(len(attempt.transaction_id), 1)

    def test_later_than_that_the_provider_is_asked(self):
        move = self._invoice()
        with self._answers("timeout") as calls:
            attempt = self._collect(move)
            self._ask("2026-01-02 09:00:00", "done", idempotent=True)
        self.assertEqual(len(calls), 1)
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)

    def test_what_the_provider_does_not_know_is_sent_again(self):
        move = self._invoice()
        with self._answers("timeout", "done") as calls:
            attempt = self._collect(move)
            # The call may still be on its way.
            self._ask("2026-01-01 09:10:00", "nothing")
            self.assertEqual((attempt.state, len(calls)), ("unknown", 1))
            self._ask("2026-01-01 09:20:00", "nothing")
        self.assertEqual(calls, [f"C{move.id}-1"] * 2)
        self.assertPaid(move)

    def test_a_provider_that_cannot_be_asked_is_never_charged_blindly(self):
        move = self._invoice()
        with self._answers("timeout", "done") as calls:
            attempt = self._collect(move)
            for day in range(2, 9):
                self._ask(f"2026-01-0{day} 09:00:00", None)
        self.assertEqual(len(calls), 1)
        self.assertEqual(attempt.state, "unknown")

    def test_asked_and_refused(self):
        move = self._invoice()
        with self._answers("timeout"):
            attempt = self._collect(move)
            self._ask("2026-01-01 10:00:00", "declined")
        self.assertEqual((attempt.state, attempt.outcome), ("declined", "declined"))
        self.assertEqual(attempt.retry_date, date(2026, 1, 2))

    def test_asked_and_under_way(self):
        move = self._invoice()
        with self._answers("timeout"):
            attempt = self._collect(move)
            self._ask("2026-01-01 10:00:00", "pending")
        self.assertEqual((attempt.state, attempt.transaction_id.state), ("pending", "pending"))

    def test_told_by_itself_before_it_is_asked(self):
        """A time-out; the provider tells of the payment; then the scheduled action comes."""
        move = self._invoice()
        with self._answers("timeout", "done") as calls:
            attempt = self._collect(move)
            with freeze_time("2026-01-01 09:05:00"), trap_jobs() as trap:
                attempt.transaction_id._process(
                    "demo", {"reference": attempt.name, "simulated_state": "done"}
                )
                self._perform(trap)
            self._ask("2026-01-01 09:20:00", "done", idempotent=True)
        self.assertEqual(len(calls), 1)
        self.assertEqual(len(attempt.payment_id), 1)
        self.assertPaid(move)
        self.assertEqual(
            self.env["account.payment"].search_count([("payment_token_id", "=", self.card.id)]), 1
        )

    def test_busy_providers_are_sent_the_same_again(self):
        move = self._invoice()
        with self._answers("429", "done") as calls:
            attempt = self._collect(move)
            self.assertEqual((attempt.state, attempt.outcome), ("unknown", "technical"))
            self._ask("2026-01-01 09:02:00")
        self.assertEqual(calls, [f"C{move.id}-1"] * 2)
        self.assertPaid(move)

    def test_whatever_breaks_in_the_call_is_not_known(self):
        move = self._invoice()

        def breaks(transaction):
            raise KeyError("payment_intent")

        with self._answers(breaks, "done"):
            attempt = self._collect(move)
            self.assertEqual(attempt.state, "unknown")
            self.assertIn("payment_intent", attempt.message)
            self._ask("2026-01-01 09:05:00", idempotent=True)
        self.assertPaid(move)

    def test_what_a_process_left_is_taken_up(self):
        move, other = self.invoices
        collection = self.env["cn285.collection"]
        with freeze_time("2026-01-01 09:00:00"):
            attempts = collection._make_attempts(move | other, "due")
        sent = attempts.filtered(lambda one: one.move_id == other)
        with freeze_time("2026-01-01 09:00:00"):
            sent._set_sent()
        with self._answers("done") as calls:
            self._ask("2026-01-01 09:30:00", "done")
        self.assertEqual(calls, [f"C{move.id}-1"])
        self.assertEqual(set(attempts.mapped("state")), {"done"})
        self.assertPaid(move)
        self.assertPaid(other)

    def test_a_payment_that_cannot_be_booked_says_why_and_is_booked_later(self):
        moves = self.invoices
        payments = type(self.env["account.payment"])
        post, locked = payments.action_post, "The journal is locked."

        def refuse(records):
            if moves[0] in records.invoice_ids:
                raise UserError(locked)
            return post(records)

        with self._answers("done") as calls:
            with patch.object(payments, "action_post", refuse):
                attempts = self._collect(moves)
            bad = attempts.filtered(lambda one: one.move_id == moves[0])
            self.assertEqual((bad.state, bad.message), ("done", "The journal is locked."))
            self.assertFalse(bad.payment_id)
            self.assertPaid(moves[1])
            self._collect(moves, date(2026, 1, 2))
            self.assertEqual(len(calls), 2)
            self._ask("2026-01-02 09:30:00")
        self.assertPaid(moves[0])

    # === WHO PAYS WITH WHAT === #

    def test_contracts_with_other_means_do_not_share_an_invoice(self):
        second = self._token(self.customer, payment_details="1881")
        contracts = self._automatic() | self._automatic()
        contracts |= self._automatic(payment_token_id=second.id) | self._create_contract()
        moves = self._billed(contracts)
        self.assertEqual(len(moves), 3)
        with self._answers("done"):
            attempts = self._collect(moves)
        paid = {attempt.token_id: attempt.amount for attempt in attempts}
        self.assertEqual(paid, {self.card: 240.0, second: 120.0})
        by_transfer = moves - attempts.move_id
        self.assertEqual(by_transfer.cn285_contract_ids, contracts[-1])

    def test_the_reseller_pays_with_his_means(self):
        reseller = self.env["res.partner"].create({"name": "Reseller", "is_company": True})
        contract = self._automatic(reseller_id=reseller.id)
        self.assertFalse(contract._payment_tokens()[contract])
        reseller.cn285_payment_token_id = self._token(reseller)
        self.assertEqual(contract._payment_tokens()[contract], reseller.cn285_payment_token_id)
        with self.assertRaisesRegex(UserError, "is not of Reseller"):
            contract.payment_token_id = self.card

    def test_revoked_means_are_not_used_and_the_usual_ones_stand_in(self):
        second = self._token(self.customer)
        contract = self._automatic(payment_token_id=second.id)
        second.cn285_state = "revoked"
        self.assertEqual(contract._payment_tokens()[contract], self.card)
        self.card.active = False
        self.assertFalse(contract._payment_tokens()[contract])

    def test_expired_cards_are_still_tried(self):
        self.card.write({"cn285_state": "expired", "cn285_expiry_date": "2025-12-31"})
        move = self._invoice()
        with self._answers("done"):
            self._collect(move)
        self.assertPaid(move)

    def test_a_template_says_how_its_contracts_are_collected(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "By card", "collection_mode": "automatic"}
        )
        contract = self._create_contract(template_id=template.id, confirm=False)
        self.assertEqual(contract.collection_mode, "automatic")

    # === RUNS === #

    def test_a_billing_run_orders_the_collection_of_its_invoices(self):
        contracts = self._automatic() | self._create_contract()
        with self._answers("done") as calls, freeze_time("2026-01-01 08:00:00"):
            run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 1)})
            with trap_jobs() as trap:
                run.action_run()
                self.assertFalse(calls)
                self.assertEqual(len(trap.enqueued_jobs), 1)
                self._perform(trap)
        automatic = contracts[0].invoice_ids
        self.assertEqual(calls, [f"C{automatic.id}-1"])
        self.assertPaid(automatic)
        self.assertEqual(contracts[1].invoice_ids.payment_state, "not_paid")

    def test_a_second_day_collects_nothing_twice(self):
        move = self._invoice()
        with self._answers("done") as calls:
            for number in range(3):
                self._due(date(2026, 1, 1) + timedelta(days=number))
        self.assertEqual(sorted(calls), [f"C{one.id}-1" for one in self.invoices])
        self.assertPaid(move)

    def test_invoices_are_written_quickly_all_the_same(self):
        move = self._invoice()
        self.assertFalse(move.cn285_ordinary_reason)

    def test_paid_invoices_are_told_once(self):
        moves = self.invoices
        told = []
        with (
            patch.object(type(moves), "_cn285_paid_steps", lambda self: [told.append]),
            self._answers("done"),
        ):
            self._collect(moves)
            self.assertEqual(told, [moves])
            other = self._billed(self._create_contract())
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=other.ids
            ).create({"amount": 20.0})._create_payments()
            self.assertEqual(told[1:], [other])
