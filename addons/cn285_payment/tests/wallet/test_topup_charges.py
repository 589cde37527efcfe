"""Charges of top-ups that break on the way, are refused, or meet somebody else's reference."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..collection.common import CollectionCase
from .test_topups import TopupCase


@tagged("post_install", "-at_install")
class TestTopupCharges(TopupCase):
    def _answers(self, *answers):
        return CollectionCase._answers(self, *answers)

    def _asked(self, answer):
        """The provider's answer to who asks what became of a charge."""
        transactions = type(self.env["payment.transaction"])
        return patch.object(transactions, "_cn285_ask_provider", lambda transaction: answer)

    def _left(self, wallet):
        """A top-up whose process ended once the transaction was committed."""
        topup = self.env["cn285.wallet.topup"]._start(wallet, 50, "clerk")
        topup._prepare_charge(self.card)
        self.assertEqual((topup.state, topup.transaction_id.state), ("pending", "draft"))
        return topup

    def test_left_before_the_call(self):
        """It is asked what became of it; while it may arrive, "nothing" is not believed."""
        wallet = self._wallet()
        topup = self._left(wallet)
        with self._asked("nothing"):
            topup._refresh()
            self.assertEqual(topup.state, "pending")
            later = fields.Datetime.add(fields.Datetime.now(), minutes=16)
            with freeze_time(later):
                topup._refresh()
        self.assertEqual(topup.state, "failed")
        self.assertHolds(wallet, "0.00")

    def test_left_after_the_call(self):
        wallet = self._wallet()
        topup = self._left(wallet)
        with self._asked("done"):
            topup._refresh()
        self.assertEqual(topup.state, "done")
        self.assertHolds(wallet, "50.00")

    def test_a_manager_decides_where_nobody_can_be_asked(self):
        wallet = self._wallet()
        paid, not_paid = self._left(wallet), self._left(wallet)
        manager = new_test_user(self.env, "decides", "cn285_contract.group_billing_manager")
        clerk = new_test_user(self.env, "decides_not", "cn285_contract.group_contract_user")
        (paid | not_paid)._refresh()
        self.assertTrue(paid.is_unknown)
        with self.assertRaises(AccessError):
            paid.with_user(clerk).action_was_paid()
        paid.with_user(manager).action_was_paid()
        not_paid.with_user(manager).action_was_not_paid()
        self.assertEqual((paid.state, not_paid.state), ("done", "failed"))
        self.assertFalse(paid.is_unknown)
        self.assertHolds(wallet, "50.00")
        for topup in (paid, not_paid):
            with self.assertRaisesRegex(UserError, "It is known"):
                topup.with_user(manager).action_was_paid()

    def test_nonsense_stops_that_one_only(self):
        """An answer that nobody understands: not known, not raised, and the others are charged."""
        second = self.customer.copy({"name": "Second"})
        second.cn285_payment_token_id = CollectionCase._token.__func__(type(self), second)
        wallets = [self._wallet(), self._wallet(partner=second)]
        for wallet in wallets:
            self._rule(wallet)

        def nonsense(transaction):
            return {}["payment_intent"]

        with self._answers(nonsense, "done"):
            self._cron(date(2026, 3, 1))
        states = [wallet.topup_ids.state for wallet in wallets]
        self.assertEqual(sorted(states), ["done", "pending"])
        waiting = wallets[states.index("pending")]
        self.assertTrue(waiting.topup_ids.is_unknown)
        self._cron(date(2026, 3, 2))
        self.assertEqual(len(waiting.topup_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_one_that_cannot_be_booked_keeps_no_other(self):
        self.card.demo_simulated_state = "pending"
        wallet, other = self._wallet(), self._wallet(partner=self.customer.copy())
        first = self.env["cn285.wallet.topup"].browse(wallet.topup(10.0, token_id=self.card.id))
        token = CollectionCase._token.__func__(
            type(self), other.partner_id, demo_simulated_state="pending"
        )
        second = self.env["cn285.wallet.topup"].browse(other.topup(10.0, token_id=token.id))
        bad = first.transaction_id
        bad._set_done()
        second.transaction_id._set_done()
        transactions = type(self.env["payment.transaction"])
        post_process = transactions._post_process
        reason = "The year is closed."

        def fails(transaction):
            if transaction == bad:
                raise UserError(reason)
            return post_process(transaction)

        with patch.object(transactions, "_post_process", fails):
            self._cron(date(2026, 3, 1))
        self.assertEqual((first.state, second.state), ("pending", "done"))
        self.assertIn("closed", first.message)
        self._cron(date(2026, 3, 1))
        self.assertEqual(first.state, "done")

    def test_means_refused_for_good_are_not_tried_again(self):
        wallet = self._wallet()
        rule = self._rule(wallet)
        with self._answers("stolen_card") as calls:
            for day in range(1, 20):
                self._cron(date(2026, 3, day))
        self.assertEqual(len(calls), 1)
        self.assertEqual(self.card.cn285_state, "revoked")
        self.assertIn("no means", rule.message)
        with self._answers("done") as calls:
            topup = wallet.topup(10.0, token_id=self.card.id)
        self.assertFalse(calls)
        self.assertEqual(self.env["cn285.wallet.topup"].browse(topup).state, "failed")

    def test_somebody_took_its_reference(self):
        """Whoever calls his own payment as the next top-up will be called stops nothing."""
        sequence = self.env.ref("cn285_payment.sequence_wallet_topup")
        taken = f"{sequence.prefix}{str(sequence.number_next_actual).zfill(sequence.padding)}"
        shared = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "amount": 1.0,
            "currency_id": self.company.currency_id.id,
            "partner_id": self.env.ref("base.user_admin").partner_id.id,
        }
        self.env["payment.transaction"].create({**shared, "reference": taken})
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(25.0, token_id=self.card.id))
        self.assertEqual((topup.name, topup.state), (taken, "done"))
        self.assertHolds(wallet, "25.00")

    def test_what_booked_credit_is_not_undone_under_it(self):
        """Reset, cancelled or credited, the customer would hold what nobody paid for."""
        for kind in (self.at_use, self.at_topup):
            wallet = self._wallet(kind)
            topup = self.env["cn285.wallet.topup"].browse(
                wallet.topup(100.0, token_id=self.card.id)
            )
            source = topup.lot_ids.source_move_id
            for undo in (source.button_draft, source.button_cancel):
                with self.assertRaisesRegex(UserError, topup.name):
                    undo()
            self.assertHolds(wallet, "100.00")
        accountant = new_test_user(
            self.env, "credits_it", "account.group_account_manager", lang="en_US"
        )
        note = source.with_user(accountant)._reverse_moves([{"invoice_date": "2026-03-01"}])
        with self.assertRaisesRegex(UserError, topup.name):
            note.action_post()
        self.assertHolds(wallet, "100.00")
        topup.action_returned()
        self.assertHolds(wallet, "0.00")
