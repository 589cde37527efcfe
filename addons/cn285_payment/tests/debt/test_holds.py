"""What holds the dunning: disputes, promises, payers that are left alone."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestHolds(DebtCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "holds_clerk", "cn285_contract.group_contract_user")
        cls.reader = new_test_user(
            cls.env, "holds_reader", "base.group_user,cn285_contract.group_contract_reader"
        )
        cls.accountant = new_test_user(
            cls.env,
            "holds_accountant",
            "cn285_contract.group_contract_user,account.group_account_invoice",
        )
        cls.owner = new_test_user(cls.env, "holds_own", "cn285_contract.group_contract_user_own")

    def test_two_debtors_are_merged(self):
        """One case stays, of what both owe: 120.00 and 120.00; the promise holds for it."""
        self._billed(date(2026, 2, 10))
        other = self.customer.copy({"name": "The Same", "email": "same@cn285.example"})
        self._billed(date(2026, 2, 10), other)
        self._days(date(2026, 2, 11), date(2026, 2, 18))
        cases = self.env["cn285.dunning.case"].search([("state", "!=", "closed")])
        first, second = (
            cases.filtered(lambda case, p=partner: case.partner_id == p)
            for partner in (self.customer, other)
        )
        owed = first.overdue_amount + second.overdue_amount
        with imagined_day(date(2026, 2, 18)):
            second.action_promise("2026-02-20")
            merge = self.env["base.partner.merge.automatic.wizard"]
            merge._merge((self.customer | other).ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual((first.state, second.state), ("open", "closed"))
        self.assertEqual(first.promise_date, date(2026, 2, 20))
        self.assertEqual(second.partner_id, self.customer)
        self._dun(date(2026, 2, 19))
        self.assertEqual((first.state, first.overdue_amount), ("promised", owed))

    def test_a_promise_holds_all(self):
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 18))
        case = self._case()
        with imagined_day(date(2026, 2, 18)):
            case.with_user(self.clerk).action_promise("2026-03-05", "By phone")
            self.assertFalse(move._cn285_collectable())
        self.assertEqual((case.state, case.promise_date), ("promised", date(2026, 3, 5)))
        self.assertFalse(case.next_step_id)
        before = len(case.event_ids)
        self._days(date(2026, 2, 19), date(2026, 3, 5))
        self.assertEqual((case.state, len(case.event_ids)), ("promised", before))
        self._dun(date(2026, 3, 6))
        self.assertEqual(case.state, "open")
        self.assertIn(("2026-03-06", "broken"), self._history(case))
        self.assertEqual(contract.state, "suspended")

    def test_a_promise_that_is_kept(self):
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 18))
        case = self._case()
        with imagined_day(date(2026, 2, 18)):
            case.with_user(self.clerk).action_promise("2026-03-05")
        self._pay(move, date(2026, 3, 5))
        self.assertEqual((case.state, contract.state), ("closed", "active"))
        self.assertNotIn("broken", case.event_ids.mapped("kind"))

    def test_promises_are_for_the_near_future(self):
        self._billed(date(2026, 2, 10))
        self._dun(date(2026, 2, 11))
        case = self._case().with_user(self.clerk)
        with imagined_day(date(2026, 2, 11)):
            for day in ("2026-02-10", "2026-12-31", "soon", None):
                with self.subTest(day), self.assertRaises(UserError):
                    case.action_promise(day)
            case.action_promise("2026-02-11")

    def test_who_only_reads_decides_nothing(self):
        self._billed(date(2026, 2, 10))
        self._dun(date(2026, 2, 11))
        case = self._case()
        self.assertEqual(case.with_user(self.reader).overdue_amount, 120.0)
        for act in (
            lambda seen: seen.action_promise("2026-02-20"),
            lambda seen: seen.action_dispute(),
            lambda seen: seen.action_look(),
            lambda seen: seen.action_notice_received("2026-02-11"),
            lambda seen: seen.write({"promise_date": "2026-02-20"}),
            lambda seen: seen.event_ids.unlink(),
        ):
            with imagined_day(date(2026, 2, 11)), self.assertRaises(AccessError):
                act(case.with_user(self.reader))
        with self.assertRaises(AccessError):
            case.with_user(self.clerk).write({"overdue_amount": 0.0})
        with self.assertRaises(AccessError):
            case.with_user(self.clerk).event_ids.write({"text": "nothing"})

    def test_own_debtors_only(self):
        own = self._customer("Propre")
        self._billed(date(2026, 2, 10), partner=own, user_id=self.owner.id)
        self._billed(date(2026, 2, 10), user_id=self.clerk.id)
        self._dun(date(2026, 2, 11))
        seen = self.cases.with_user(self.owner).search([])
        self.assertEqual(seen.partner_id, own)
        self.assertEqual(seen.event_ids.case_id, seen)
        with self.assertRaises(AccessError):
            self._case().with_user(self.owner).read(["overdue_amount"])
        with imagined_day(date(2026, 2, 11)):
            seen.action_promise("2026-02-20")
        self.assertEqual(seen.state, "promised")

    def test_a_dispute_stops_all_and_activates_again(self):
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        case = self._case()
        self.assertEqual(contract.state, "suspended")
        with imagined_day(date(2026, 2, 27)):
            case.with_user(self.clerk).action_dispute(note="Wrong quantity")
            self.assertFalse(move._cn285_collectable())
        self.assertTrue(move.cn285_dunning_blocked)
        self.assertEqual((case.state, contract.state), ("disputed", "active"))
        self.assertMoney(case.held_amount, "120.00")
        self.assertMoney(case.overdue_amount, "0.00")
        self._days(date(2026, 2, 28), date(2026, 3, 20))
        self.assertEqual((case.state, contract.state), ("disputed", "active"))
        with imagined_day(date(2026, 3, 21)):
            case.with_user(self.clerk).action_release()
        self.assertEqual(case.state, "open")
        self.assertFalse(move.cn285_dunning_blocked)
        # What it was deactivated for is there again: so is the deactivation.
        self._dun(date(2026, 3, 22))
        self.assertEqual(contract.state, "suspended")
        self._pay(move, date(2026, 3, 23))
        self.assertEqual((case.state, contract.state), ("closed", "active"))

    def test_a_disputed_invoice_among_others(self):
        contract, move = self._billed(date(2026, 2, 10))
        other, _move = self._billed(date(2026, 2, 12), items=[{"price_unit": 10.0}])
        self._dun(date(2026, 2, 13))
        case = self._case()
        with imagined_day(date(2026, 2, 13)):
            case.with_user(self.clerk).action_dispute(move.ids)
        self.assertMoney(case.overdue_amount, "12.00")
        self.assertMoney(case.held_amount, "120.00")
        self._days(date(2026, 2, 14), date(2026, 2, 28))
        self.assertEqual((contract.state, other.state), ("active", "suspended"))

    def test_foreign_invoices_are_not_marked(self):
        self._billed(date(2026, 2, 10))
        _contract, foreign = self._billed(date(2026, 2, 10), partner=self._customer("Autre"))
        self._dun(date(2026, 2, 11))
        with self.assertRaisesRegex(UserError, "no open invoices"):
            self._case().with_user(self.clerk).action_dispute(foreign.ids)
        self.assertFalse(foreign.cn285_dunning_blocked)

    def test_a_payer_that_is_left_alone(self):
        contract, move = self._billed(date(2026, 2, 10))
        self.customer.write({"cn285_dunning_blocked": True, "cn285_dunning_reason": "insolvency"})
        self._days(date(2026, 2, 11), date(2026, 3, 20))
        case = self._case()
        self.assertEqual((case.state, contract.state), ("disputed", "active"))
        self.assertEqual(self._history(case), [("2026-02-11", "opened")])
        self.assertFalse(move._cn285_collectable())

    def _wallet(self):
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        return self.env["cn285.wallet"].create({"type_id": kind.id, "partner_id": self.customer.id})

    def test_a_wallet_pays_nothing_in_dispute(self):
        """Nor what is on its way to be paid: it would be paid twice."""
        _contract, move = self._billed(date(2026, 2, 10))
        wallet = self._wallet()
        move.cn285_dunning_blocked = True
        collection = self.env["cn285.collection"]
        with imagined_day(date(2026, 2, 11)):
            wallet.topup(200.0, journal_id=self.bank.id, date="2026-02-11")
            collection._collect(move, "due")
            self.assertMoney(move.amount_residual, "120.00")
            move.cn285_dunning_blocked = False
            with patch.object(type(move), "_cn285_being_paid", lambda found: found & move):
                collection._collect(move, "due")
            self.assertMoney(move.amount_residual, "120.00")
            collection._collect(move, "due")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(wallet.balance, "80.00")

    def test_who_is_left_alone_is_not_topped_up(self):
        wallet = self._wallet()
        rule = self.env["cn285.wallet.topup.rule"].create(
            {"wallet_id": wallet.id, "threshold": 20.0, "value": 50.0}
        )
        self.customer.cn285_dunning_blocked = True
        with imagined_day(date(2026, 2, 11)):
            rule._cron_top_up()
        self.assertFalse(wallet.topup_ids)
        self.assertIn("Nothing is collected", rule.message)

    def test_a_topup_keeps_a_promise(self):
        """Whoever promised to pay, and tops up instead, is activated by it."""
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual(contract.state, "suspended")
        case, wallet = self._case(), self._wallet()
        with imagined_day(date(2026, 2, 27)):
            case.with_user(self.clerk).action_promise("2026-03-05")
            # By rule, nothing is collected meanwhile.
            wallet._add_lot("paid", Decimal(120))
            wallet._draw_what_is_open(promised=False)
            self.assertMoney(move.amount_residual, "120.00")
        with imagined_day(date(2026, 2, 28)):
            wallet.topup(10.0, journal_id=self.bank.id, date="2026-02-28")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertEqual((case.state, contract.state), ("closed", "active"))

    def test_a_returned_topup_is_dunned(self):
        """Spent, then taken back by the bank: due from that day on; the contract that spent it is
        deactivated, and active again at the payment.
        """
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(
            wallet.topup(150.0, journal_id=self.bank.id, date="2026-02-01")
        )
        contract, move = self._billed(date(2026, 2, 10))
        self.assertMoney(move.amount_residual, "0.00")
        with imagined_day(date(2026, 2, 12)):
            topup._returned(date(2026, 2, 12))
        self._days(date(2026, 2, 13), date(2026, 2, 15))
        case = self._case()
        self.assertMoney(case.overdue_amount, "120.00")
        self.assertEqual((case.oldest_due, case.contract_ids), (date(2026, 2, 12), contract))
        mail = self.env["mail.mail"].search([("model", "=", case._name), ("res_id", "=", case.id)])
        self.assertIn(topup.name, mail.body_html)
        self.assertIn("120.00", mail.body_html)
        self._days(date(2026, 2, 16), date(2026, 2, 28))
        self.assertEqual(contract.state, "suspended")
        with imagined_day(date(2026, 3, 1)), trap_jobs() as trap:
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": 120.0,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "date": date(2026, 3, 1),
                    "journal_id": self.bank.id,
                }
            )
            payment.action_post()
            for job in trap.enqueued_jobs:
                job.func(*job.args, **job.kwargs)
        self.assertEqual((contract.state, case.state), ("active", "closed"))

    def test_switched_off_meanwhile(self):
        """A payment, or credit, still activates; nothing is sent."""
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        case = self._case()
        before = len(case.event_ids)
        self.company.cn285_dunning = False
        with imagined_day(date(2026, 3, 12)):
            self.cases._topped_up(self.customer, self.company)
        self.assertEqual((len(case.event_ids), contract.state), (before, "suspended"))
        self.assertFalse(case.next_step_id)
        self._pay(move, date(2026, 3, 13))
        self.assertEqual((case.state, contract.state), ("closed", "active"))

    def test_what_is_on_its_way_makes_no_debtor(self):
        """A direct debit takes days: whoever pays by it is no debtor meanwhile."""
        _contract, move = self._billed(date(2026, 2, 10))
        moves = type(move)
        self.patch(moves, "_cn285_being_paid", lambda found: found & move)
        self._dun(date(2026, 2, 13))
        self.assertFalse(self._case())
        self.patch(moves, "_cn285_being_paid", lambda found: found.browse())
        self._dun(date(2026, 2, 14))
        case = self._case()
        self.assertMoney(case.overdue_amount, "120.00")
        self.patch(moves, "_cn285_being_paid", lambda found: found & move)
        self._days(date(2026, 2, 15), date(2026, 3, 1))
        self.assertEqual((case.state, len(case.event_ids)), ("disputed", 2))
        self.assertMoney(case.held_amount, "120.00")

    def test_off_until_it_is_switched_on(self):
        """An installation with old debts suspends nobody in its first night."""
        self.assertFalse(self.env["res.company"].create({"name": "Another"}).cn285_dunning)
        self.company.cn285_dunning = False
        self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 14))
        self.assertFalse(self._case())

    def test_the_dialog(self):
        _contract, move = self._billed(date(2026, 2, 10))
        self._dun(date(2026, 2, 11))
        case = self._case()
        dialogs = self.env["cn285.dunning.decision"].with_user(self.clerk)
        with imagined_day(date(2026, 2, 11)):
            dialog = dialogs.create({"case_id": case.id, "kind": "promise", "date": "2026-02-20"})
            self.assertFalse(dialog.candidate_ids, "invoices are for who may read them")
            accountant = dialogs.with_user(self.accountant).create({"case_id": case.id})
            self.assertEqual(accountant.candidate_ids, move)
            self.assertTrue(dialog.action_note())
            self.assertEqual(case.state, "promised")
            case.with_user(self.clerk).action_forget_promise()
            self.assertEqual(case.state, "open")
            dialogs.create({"case_id": case.id, "kind": "dispute"}).action_note()
            self.assertEqual(case.state, "disputed")
