"""Links that expire or are withdrawn, drafts that are cancelled, and who may do what."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import DAY, PrepaymentCase

LATE = date(2026, 1, 16)


@tagged("post_install", "-at_install")
class TestPrepaymentDoors(PrepaymentCase):
    # === LINKS === #

    def test_a_link_is_valid_for_its_days(self):
        prepayment = self._ask(self._draft())
        self.assertEqual(prepayment.expiry, date(2026, 1, 15))
        self._cron(date(2026, 1, 15))
        self.assertEqual(prepayment.state, "open")
        with self.assertRaisesRegex(UserError, "not valid any more"):
            self._begin(prepayment, LATE)
        self._cron(LATE)
        self.assertEqual(prepayment.state, "expired")

    def test_asked_again_after_it_expired(self):
        contract = self._draft(date_start=False)
        old = self._ask(contract)
        self._cron(LATE)
        new = self._ask(contract, LATE)
        self.assertNotEqual(new, old)
        self._pay(new, LATE)
        self.assertStarted(contract)

    def test_asked_twice_it_is_the_same_link(self):
        contract = self._draft()
        self.assertEqual(self._ask(contract), self._ask(contract, date(2026, 1, 5)))
        self.assertEqual(contract.prepayment_ids.expiry, date(2026, 1, 19))

    def test_begun_in_time_and_paid_after_it_expired(self):
        contract = self._draft(date_start=False)
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment, date(2026, 1, 15))
        self._cron(LATE)
        self.assertEqual(prepayment.state, "expired")
        self._told(transaction, day=LATE)
        self.assertStarted(contract)

    def test_paid_by_a_link_that_was_withdrawn(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        prepayment.with_user(self.clerk).action_withdraw()
        with self.assertRaisesRegex(UserError, "not valid any more"):
            self._begin(prepayment)
        self._told(transaction)
        self.assertEqual((prepayment.state, contract.state), ("to_return", "draft"))
        self.assertMoney(prepayment.credit_left, "120.00")
        with self._on(DAY):
            prepayment.with_user(self.manager).action_retry()
        self.assertStarted(contract)

    def test_paid_by_an_old_link_beside_a_new_one(self):
        contract = self._draft()
        old = self._ask(contract)
        transaction = self._begin(old)
        old.with_user(self.clerk).action_withdraw()
        new = self._ask(contract)
        self._told(transaction)
        self.assertEqual((old.state, new.state), ("to_return", "open"))
        with self.assertRaisesRegex(UserError, "waits for another"), self._on(DAY):
            old.with_user(self.manager).action_retry()
        self._pay(new)
        self.assertStarted(contract)

    def test_another_payer_withdraws_the_link(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        other = self.customer.copy({"name": "Another"})
        contract.with_user(self.clerk).partner_id = other
        self.assertEqual(prepayment.state, "cancelled")
        prepayment = self._ask(contract)
        self._pay(prepayment, state="pending")
        with self.assertRaisesRegex(UserError, "under way"):
            contract.with_user(self.clerk).partner_id = self.customer

    # === GIVEN UP === #

    def test_cancelled_before_it_is_paid(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.with_user(self.clerk).action_cancel()
        self.assertEqual(prepayment.state, "cancelled")
        self._told(transaction)
        self.assertEqual((prepayment.state, contract.state), ("to_return", "cancelled"))

    def _given_up(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.item_ids.price_unit = 125.0
        self._told(transaction)
        contract.with_user(self.clerk).action_cancel()
        self.assertEqual(prepayment.state, "to_return")
        self.assertTrue(contract.activity_ids.filtered(lambda one: "give it back" in one.summary))
        return contract, prepayment

    def test_cancelled_after_it_was_paid_and_given_back(self):
        contract, prepayment = self._given_up()
        with self._on(DAY):
            prepayment.with_user(self.manager).action_give_back()
        self.assertEqual(prepayment.state, "refunded")
        self.assertMoney(self._receivable(contract), "0.00")
        refund = prepayment.transaction_ids.filtered(lambda one: one.operation == "refund")
        self.assertMoney(refund.amount, "-120.00")
        with self.assertRaises(UserError):
            prepayment.with_user(self.manager).action_give_back()

    def test_cancelled_after_it_was_paid_and_kept(self):
        contract, prepayment = self._given_up()
        prepayment.with_user(self.manager).action_keep()
        self.assertEqual(prepayment.state, "kept")
        self.assertMoney(self._receivable(contract), "-120.00")

    def test_cancelled_brought_back_and_activated(self):
        contract, prepayment = self._given_up()
        with self.assertRaisesRegex(UserError, "set it to draft"), self._on(DAY):
            prepayment.with_user(self.manager).action_retry()
        contract.action_draft()
        contract.item_ids.price_unit = 100.0
        with self._on(DAY):
            prepayment.with_user(self.manager).action_retry()
        self.assertStarted(contract)

    def test_cancelled_while_it_is_pending(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._pay(prepayment, state="pending")
        contract.with_user(self.clerk).action_cancel()
        self.assertEqual(prepayment.state, "pending")
        self._told(transaction, day=date(2026, 1, 5))
        self.assertEqual((prepayment.state, contract.state), ("to_return", "cancelled"))

    def test_who_has_begun_to_pay_keeps_the_draft(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        with self.assertRaisesRegex(UserError, "has paid, or begun"):
            contract.unlink()
        transaction.unlink()
        contract.unlink()

    def test_confirmed_without_the_payment(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        with self.assertRaises(AccessError):
            contract.with_user(self.clerk).action_confirm_unpaid()
        transaction = self._begin(prepayment)
        with self._on(DAY):
            contract.with_user(self.manager).action_confirm_unpaid()
        self.assertEqual((contract.state, prepayment.state), ("active", "cancelled"))
        # What he was paying arrives all the same: it pays the first invoice when somebody says so.
        self._told(transaction)
        self.assertEqual(prepayment.state, "to_return")
        with self._on(DAY):
            prepayment.with_user(self.manager).action_retry()
        self.assertStarted(contract)

    # === WHO === #

    def test_clerks_with_own_contracts(self):
        own = new_test_user(self.env, "own_prepaid", "cn285_contract.group_contract_user_own")
        mine, others = self._draft(user_id=own.id), self._draft(user_id=self.manager.id)
        prepayment = self._ask(mine, user=own)
        foreign = self._ask(others)
        self.assertEqual(self.env["cn285.prepayment"].with_user(own).search([]), prepayment)
        with self.assertRaises(AccessError):
            others.with_user(own).action_initiate()
        with self.assertRaises(AccessError):
            foreign.with_user(own).action_withdraw()
        for money in ("action_charge", "action_receive"):
            with self.assertRaises(AccessError):
                getattr(prepayment.with_user(own), money)()
        prepayment.with_user(own).action_send()
        prepayment.with_user(own).action_withdraw()

    def test_nobody_writes_what_the_program_keeps(self):
        prepayment = self._ask(self._draft())
        for user in (self.clerk, self.manager):
            mine = prepayment.with_user(user)
            for act in (
                lambda mine=mine: mine.write({"state": "done"}),
                lambda mine=mine: mine.write({"amount": 1.0}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.copy(),
            ):
                with self.assertRaises(AccessError):
                    act()

    def test_readers_read(self):
        reader = new_test_user(
            self.env, "reads_prepaid", "base.group_user,cn285_contract.group_contract_reader"
        )
        prepayment = self._ask(self._draft())
        mine = prepayment.with_user(reader)
        self.assertMoney(mine.amount, "120.00")
        self.assertFalse(mine.is_editable)
        with self.assertRaises(AccessError):
            mine.read(["access_token"])
        for act in ("action_send", "action_withdraw", "action_retry", "action_charge"):
            with self.assertRaises(AccessError):
                getattr(mine, act)()

    def test_its_form_opens_for_whom_it_is_offered(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        self._pay(prepayment, state="pending")
        reader = "base.group_user,cn285_contract.group_contract_reader"
        own = new_test_user(self.env, "opens_own", "cn285_contract.group_contract_user_own")
        contract.user_id = own
        for user in (own, self.clerk, self.manager, new_test_user(self.env, "opens", reader)):
            with self.subTest(user.login):
                form = Form(prepayment.with_user(user), "cn285_payment.view_prepayment_form")
                self.assertEqual(form.state, "pending")

    def test_customers_by_remote_calls(self):
        portal = new_test_user(self.env, "portal_prepaid", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        prepayment = self._ask(self._draft())
        with self.assertRaises(AccessError):
            prepayment.with_user(portal).read(["amount"])
        with self.assertRaises(AccessError):
            prepayment.with_user(portal).action_send()

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "other_prepaid",
            "cn285_contract.group_billing_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        prepayment = self._ask(self._draft())
        with self.assertRaises(AccessError):
            prepayment.with_user(user).read(["amount"])
