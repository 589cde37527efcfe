"""Debt as whole stories: months that pass, several companies and currencies, many payers."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.fields import Command
from odoo.tests import tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestDebtStories(DebtCase):
    def test_months_of_a_bad_payer(self):
        """Billed monthly, pays the second reminder, then nothing, then all: what was done when."""
        contract, first = self._billed(date(2026, 1, 1))
        day, paid = date(2026, 1, 2), {date(2026, 1, 9): first}
        while day <= date(2026, 4, 10):
            with imagined_day(day):
                if day.day == 1:
                    self._bill(day, contract_ids=[Command.set(contract.ids)])
            if day in paid:
                self._pay(paid[day], day)
            self._dun(day)
            day += timedelta(days=1)
        cases = self.cases.search([("partner_id", "=", self.customer.id)], order="id")
        self.assertEqual(cases.mapped("state"), ["closed", "open"])
        self.assertEqual(
            self._history(cases[0]),
            [
                ("2026-01-02", "opened"),
                ("2026-01-04", "Reminder"),
                ("2026-01-08", "Last reminder"),
                ("2026-01-09", "paid"),
                ("2026-01-09", "closed"),
            ],
        )
        self.assertEqual(
            self._history(cases[1]),
            [
                ("2026-02-02", "opened"),
                ("2026-02-04", "Reminder"),
                ("2026-02-08", "Last reminder"),
                ("2026-02-11", "Call the customer"),
                ("2026-02-17", "Suspension of services"),
                ("2026-02-17", "deactivated"),
                ("2026-03-03", "Formal notice"),
            ],
        )
        # Billed as before: February, March and April are open; consumers owe no fees.
        self.assertMoney(cases[1].overdue_amount, "360.00")
        self.assertMoney(cases[1].age_30, "120.00")
        self.assertMoney(cases[1].age_60, "120.00")
        self.assertMoney(cases[1].age_90, "120.00")
        letter = cases[1].event_ids.filtered("attachment_id").attachment_id
        self.assertTrue(letter.raw.startswith(b"%PDF"))
        self.assertFalse(self.env["cn285.late.fee"].search_count([]))
        for move in contract.invoice_ids.sorted("id"):
            if move.payment_state == "not_paid":
                self.assertEqual(contract.state, "suspended")
                self._pay(move, date(2026, 4, 11))
        self.assertEqual(contract.state, "active")

    def test_looked_at_twice_done_once(self):
        self._billed(date(2026, 2, 10))
        for _again in range(3):
            self._dun(date(2026, 2, 13))
        self.assertEqual(
            self._history(self._case()), [("2026-02-13", "opened"), ("2026-02-13", "Reminder")]
        )

    def test_missed_days_send_one_letter(self):
        contract, _move = self._billed(date(2026, 2, 10))
        self._dun(date(2026, 3, 1))
        case = self._case()
        self.assertEqual(
            self._history(case),
            [
                ("2026-03-01", "opened"),
                ("2026-03-01", "Reminder"),
                ("2026-03-01", "Last reminder"),
                ("2026-03-01", "Call the customer"),
            ],
        )
        self.assertEqual(case.event_ids.mapped("kind").count("skipped"), 1)
        self.assertEqual(case.deactivation_date, date(2026, 3, 9))
        self._dun(date(2026, 3, 8))
        self.assertEqual(contract.state, "active")
        self._dun(date(2026, 3, 9))
        self.assertEqual(contract.state, "suspended")

    def test_hourly_and_daily(self):
        hourly = self._make_policy((1, "mail"), checks="hourly", sequence=50)
        eager = self._customer("Vite", cn285_dunning_policy_id=hourly.id)
        self._billed(date(2026, 2, 10), partner=eager)
        self._billed(date(2026, 2, 10))
        with imagined_day(date(2026, 2, 13)):
            self.cases._cron_dun_hourly()
        self.assertEqual(self._history(self._case(eager), "step"), [("2026-02-13", "mail 1")])
        self.assertFalse(self._history(self._case(), "step"))
        with imagined_day(date(2026, 2, 13)):
            self.cases._cron_dun()
        self.assertEqual(self._history(self._case(), "step"), [("2026-02-13", "Reminder")])
        # What comes next of those who are looked at daily is not forgotten by the hourly look.
        before = (self._case().next_date, self._case().deactivation_date)
        self.assertEqual(before, (date(2026, 2, 17), date(2026, 2, 26)))
        with imagined_day(date(2026, 2, 14)):
            self.cases._cron_dun_hourly()
        self.assertEqual((self._case().next_date, self._case().deactivation_date), before)

    def test_a_bad_debtor_stops_nobody(self):
        """He is there with the reason, once, and somebody is asked; the others are reminded."""
        bad = self._customer("Mauvais")
        self._billed(date(2026, 2, 10), partner=bad)
        self._billed(date(2026, 2, 10))
        real = type(self.cases)._reader

        def broken(case):
            if case.partner_id == bad:
                raise ValueError("no reader")
            return real(case)

        self.patch(type(self.cases), "_reader", broken)
        with self.assertLogs("odoo.addons.cn285_payment.models.debt.dunning_run", "WARNING"):
            self._days(date(2026, 2, 13), date(2026, 2, 14))
        self.assertEqual(self._history(self._case(), "step"), [("2026-02-13", "Reminder")])
        case = self._case(bad)
        self.assertEqual(self._history(case), [("2026-02-13", "opened"), ("2026-02-13", "failed")])
        self.assertIn("no reader", case.event_ids[:1].text)
        self.assertEqual(len(case.activity_ids), 1)

    def test_a_letter_for_who_has_no_address(self):
        nobody = self._customer("Sans Adresse", email=False)
        self._billed(date(2026, 2, 10), partner=nobody)
        self._dun(date(2026, 2, 13))
        case = self._case(nobody)
        letter = case.event_ids.attachment_id
        self.assertTrue(letter.raw.startswith(b"%PDF"))
        self.assertIn("Print and post", case.activity_ids.summary)

    def test_steps_for_some_only(self):
        policy = self._make_policy((1, "mail"), (2, "task"))
        policy.step_ids[0].audience = "consumer"
        policy.step_ids[1].audience = "professional"
        garage = self._professional()
        self._billed(date(2026, 2, 10))
        self._billed(date(2026, 2, 10), partner=garage)
        self._days(date(2026, 2, 11), date(2026, 2, 13))
        self.assertEqual(self._history(self._case(), "step"), [("2026-02-11", "mail 1")])
        self.assertEqual(self._history(self._case(garage), "step"), [("2026-02-12", "task 2")])

    def test_what_comes_back_is_dunned_again(self):
        """A payment that is taken back: the invoice is open again, the debtor is there anew."""
        contract, move = self._billed(date(2026, 2, 10))
        self._dun(date(2026, 2, 11))
        self._pay(move, date(2026, 2, 12))
        self.assertFalse(self._case())
        with imagined_day(date(2026, 2, 20)):
            owed = move.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            paid = owed.matched_credit_ids.credit_move_id
            owed.remove_move_reconcile()
            entry = self.env["account.move"].create(
                {
                    "journal_id": self.bank.id,
                    "date": date(2026, 2, 20),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": self.customer.id,
                                "debit": debit,
                                "credit": 120.0 - debit,
                            }
                        )
                        for account, debit in (
                            (owed.account_id, 120.0),
                            (self.bank.default_account_id, 0.0),
                        )
                    ],
                }
            )
            entry.action_post()
            (paid | entry.line_ids.filtered("debit")).reconcile()
        self._days(date(2026, 2, 20), date(2026, 2, 27))
        case = self._case()
        self.assertMoney(case.overdue_amount, "120.00")
        self.assertEqual(contract.state, "active", "it was told anew before")
        self._dun(date(2026, 2, 28))
        self.assertEqual(contract.state, "suspended")

    def test_currencies_apart(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2025-01-01", "rate": 2.0}
        )
        self._make_policy((1, "mail"), (1, "deactivate"), grace_days=5, threshold=60.0)
        in_euro, _move = self._billed(date(2026, 2, 10))
        # 120.00 USD are 60.00 EUR: at the threshold.
        in_dollar, _move = self._billed(date(2026, 2, 10), currency_id=usd.id)
        self._days(date(2026, 2, 11), date(2026, 2, 25))
        cases = self._case()
        self.assertEqual(len(cases), 2)
        self.assertEqual(cases.mapped("overdue_amount"), [120.0, 120.0])
        self.assertEqual((in_euro.state, in_dollar.state), ("suspended", "active"))

    def test_which_policy(self):
        policies = self.env["cn285.dunning.policy"]
        usual, of_tag, own, of_template = (
            self._make_policy((1, "mail"), name=name, sequence=50) for name in "abcd"
        )
        tag = self.env["res.partner.category"].create(
            {"name": "Slow", "cn285_dunning_policy_id": of_tag.id}
        )
        template = self.env["cn285.contract.template"].create(
            {"name": "T", "dunning_policy_id": of_template.id}
        )
        contract = self._create_contract(template_id=template.id, confirm=False)

        def policy():
            found = policies._of(self.customer, self.company, {self.customer.id: contract})
            return found[self.customer.id]

        self.assertEqual(policy(), of_template)
        contract.template_id = False
        self.assertEqual(policy(), self.policy, "the first of the list")
        self.company.cn285_dunning_policy_id = usual
        self.assertEqual(policy(), usual)
        contract.template_id = template
        self.customer.category_id = tag
        self.assertEqual(policy(), of_tag)
        self.customer.cn285_dunning_policy_id = own
        self.assertEqual(policy(), own)
        # That of another company is none.
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        found = policies._of(self.customer, elsewhere)
        self.assertEqual(found[self.customer.id], self.policy)

    def test_companies_apart(self):
        contract, _move = self._billed(date(2026, 2, 10))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self._dun(date(2026, 2, 13), company=elsewhere)
        self.assertFalse(self._case())
        self._dun(date(2026, 2, 13))
        case = self._case()
        self.assertEqual(case.company_id, contract.company_id)
        user = self.env["res.users"].create(
            {
                "name": "Elsewhere",
                "login": "debt_elsewhere",
                "company_id": elsewhere.id,
                "company_ids": [Command.set(elsewhere.ids)],
                "group_ids": [Command.link(self.env.ref("cn285_contract.group_contract_user").id)],
            }
        )
        self.assertFalse(self.cases.with_user(user).search([("id", "=", case.id)]))

    def _count(self, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _questions(self, number, prefix):
        """Questions on days without steps, of reminders, of deactivations, and at the payment."""
        moves, found = self.env["account.move"], {}
        for count in range(number):
            moves |= self._billed(date(2026, 2, 10), partner=self._customer(f"{prefix} {count}"))[1]
        for day in (date(2026, 2, 12), date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 26)):
            found[day.day] = self._count(lambda day=day: self._dun(day))
        contracts = moves.cn285_contract_ids
        self.assertEqual(set(contracts.mapped("state")), {"suspended"})
        with patch.object(type(moves), "_cn285_paid", lambda paid: None):
            for move in moves:
                self._pay(move, date(2026, 2, 27))
        with imagined_day(date(2026, 2, 27)):
            found["paid"] = self._count(moves._cn285_paid)
        self.assertEqual(set(contracts.mapped("state")), {"active"})
        return found

    def test_many_payers_ask_few_questions(self):
        few, many = self._questions(2, "Few"), self._questions(22, "Many")
        for day in few:
            # Eleven times the payers: mails, letters and tasks (the 13th, 26th) take some of each.
            self.assertLess(many[day], 4 * few[day], (day, few, many))
