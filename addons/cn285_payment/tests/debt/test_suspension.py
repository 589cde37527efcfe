"""Deactivation for debt: threshold, grace, billing of the days, and what it undoes."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DebtCase

OFF = ((1, "mail"), (1, "deactivate"))


@tagged("post_install", "-at_install")
class TestSuspension(DebtCase):
    def _only(self, **values):
        return self._make_policy(*OFF, **{"grace_days": 15, "threshold": 10.0, **values})

    def _owing(self, price, day=date(2026, 2, 10), **values):
        taxes = {"product_id": self._untaxed().id, "price_unit": price}
        return self._billed(day, items=[taxes], **values)

    def _untaxed(self):
        return self._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])

    def test_more_than_the_threshold(self):
        self._only()
        at_it, _move = self._owing(10.0)
        other = self._customer("Autre")
        above, _move = self._owing(10.01, partner=other)
        self._days(date(2026, 2, 11), date(2026, 2, 25))
        self.assertEqual((at_it.state, above.state), ("active", "active"))
        self._dun(date(2026, 2, 26))
        self.assertEqual((at_it.state, above.state), ("active", "suspended"))
        self.assertFalse(self._case().next_step_id)

    def _cycle(self, billing):
        """Deactivated on 26 February, paid on 3 March; what is billed and credited then."""
        self._only(suspension_billing=billing)
        contract, move = self._owing(100.0, day=date(2026, 2, 1), due_days=9)
        self.assertEqual(move.invoice_date_due, date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual(contract.state, "suspended")
        with imagined_day(date(2026, 3, 1)):
            self._bill(date(2026, 3, 1), contract_ids=[Command.set(contract.ids)])
        for owed in contract.invoice_ids.filtered(lambda one: one.move_type == "out_invoice"):
            self._pay(owed, date(2026, 3, 3))
        self.assertEqual(contract.state, "active")
        with imagined_day(date(2026, 3, 3)):
            self._bill(date(2026, 4, 1), contract_ids=[Command.set(contract.ids)])
        rows = contract.schedule_ids.filtered(
            lambda row: row.period_start < date(2026, 4, 1) and row.state != "cancelled"
        )
        return contract, rows

    def test_credited_to_the_cent(self):
        """Golden case: 3/28 and 2/31 of 100.00: 10.71 + 6.45 = 17.16 less than two months."""
        _contract, rows = self._cycle("credited")
        self.assertMoney(sum(rows.mapped("amount")), "182.84")
        february = rows.filtered(lambda row: row.period_start.month == 2)
        march = rows - february
        self.assertMoney(sum(february.mapped("amount")), "89.29")
        self.assertMoney(sum(march.mapped("amount")), "93.55")

    def test_billed_as_before(self):
        _contract, rows = self._cycle("billed")
        self.assertMoney(sum(rows.mapped("amount")), "200.00")

    def test_kept(self):
        """February stays; of March only the days of service are billed."""
        _contract, rows = self._cycle("kept")
        self.assertMoney(sum(rows.mapped("amount")), "193.55")

    def test_an_old_day_of_change(self):
        """Where the day of a change is the last of the old terms, the days are the same."""
        self.company.cn285_change_day = "old"
        self.company.cn285_backdate_days = 0
        contract, _rows = self._cycle("credited")
        pause = contract.item_ids.pause_ids
        self.assertEqual((pause.date_start, pause.date_end), (date(2026, 2, 26), date(2026, 3, 2)))

    def test_own_grace_within_bounds(self):
        self._only(grace_most=20)
        self.customer.cn285_grace_days = 40
        contract, _move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 3, 2))
        self.assertEqual(contract.state, "active")
        self._dun(date(2026, 3, 3))
        self.assertEqual(contract.state, "suspended")

    def test_exempt_customers_are_reminded_only(self):
        tag = self.env["res.partner.category"].create({"name": "Hospitals"})
        self.customer.category_id = tag
        self._only(exempt_category_ids=[Command.link(tag.id)])
        contract, _move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 3, 20))
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._history(self._case(), "step"), [("2026-02-11", "mail 1")])

    def test_only_contracts_that_owe(self):
        self._only()
        owing, _move = self._owing(100.0)
        paid, move = self._owing(50.0)
        self._pay(move, date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual((owing.state, paid.state), ("suspended", "active"))

    def test_all_contracts_of_the_payer(self):
        self._only(deactivates="all")
        owing, move = self._owing(100.0)
        paid, other = self._owing(50.0)
        self._pay(other, date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual((owing.state, paid.state), ("suspended", "suspended"))
        self._pay(move, date(2026, 3, 1))
        self.assertEqual((owing.state, paid.state), ("active", "active"))

    def test_a_contract_that_comes_to_owe_later(self):
        self._only()
        first, _move = self._owing(100.0)
        second, _move = self._owing(50.0, day=date(2026, 2, 20))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual((first.state, second.state), ("suspended", "active"))
        self._days(date(2026, 2, 27), date(2026, 3, 7))
        self.assertEqual(second.state, "active")
        self._dun(date(2026, 3, 8))
        self.assertEqual(second.state, "suspended")

    def test_what_was_deactivated_by_hand_stays_so(self):
        self._only(deactivates="all")
        contract, move = self._owing(100.0)
        by_hand = contract.item_ids
        contract.write(
            {
                "item_ids": [
                    Command.create(self._item_vals(price_unit=5.0, date_start=date(2026, 3, 20)))
                ]
            }
        )
        other, paid = self._owing(50.0)
        self._pay(paid, date(2026, 2, 10))
        with imagined_day(date(2026, 2, 12)):
            self.env["cn285.contract.change"].create(
                {
                    "contract_id": other.id,
                    "type": "deactivate",
                    "date_effective": date(2026, 2, 12),
                    "values": {"cause": "manual"},
                }
            ).action_schedule()
        self._days(date(2026, 2, 12), date(2026, 2, 26))
        self.assertEqual(by_hand.state, "suspended")
        self._pay(move, date(2026, 3, 1))
        self.assertEqual(by_hand.state, "active")
        self.assertEqual(other.state, "suspended", "its reason was no debt")

    def test_paid_in_part_stays_off(self):
        self._only()
        contract, move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self._pay(move, date(2026, 2, 27), 95.0)
        self.assertEqual(contract.state, "suspended")
        self.assertMoney(self._case().overdue_amount, "5.00")
        self._pay(move, date(2026, 2, 28))
        self.assertEqual(contract.state, "active")

    def test_paid_down_to_the_threshold(self):
        self._only(reactivates="threshold")
        contract, move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self._pay(move, date(2026, 2, 27), 89.99)
        self.assertEqual(contract.state, "suspended")
        self._pay(move, date(2026, 2, 28), 0.01)
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._case().state, "open")

    def test_money_that_was_not_matched_counts(self):
        self._only()
        contract, _move = self._owing(100.0)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
                "date": date(2026, 2, 12),
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        if not payment.move_id:
            self.skipTest("payments without an outstanding account make no entry")
        self._days(date(2026, 2, 13), date(2026, 2, 27))
        self.assertEqual(contract.state, "active")
        self.assertFalse(self._case())

    def _transfer(self, amount, day, **values):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "date": day,
                "journal_id": self.bank.id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def test_money_that_is_not_matched_activates_the_same_day(self):
        self._only()
        contract, _move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        case = self._case()
        with imagined_day(date(2026, 2, 27)), trap_jobs() as trap:
            self._transfer(99.0, date(2026, 2, 27))
            for job in trap.enqueued_jobs:
                job.func(*job.args, **job.kwargs)
        self.assertEqual((contract.state, case.overdue_amount), ("suspended", 1.0))
        with imagined_day(date(2026, 2, 28)), trap_jobs() as trap:
            self._transfer(1.0, date(2026, 2, 28))
            for job in trap.enqueued_jobs:
                job.func(*job.args, **job.kwargs)
        self.assertEqual((contract.state, case.state), ("active", "closed"))
        # Who is not deactivated is looked at tomorrow, as ever.
        with trap_jobs() as trap:
            self._transfer(1.0, date(2026, 3, 1))
        self.assertFalse(trap.enqueued_jobs)

    def test_deactivated_again_above_the_threshold(self):
        """Paid down to the threshold, activated; more comes to be overdue: off again."""
        self._only(reactivates="threshold")
        contract, move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self._pay(move, date(2026, 2, 27), 95.0)
        self.assertEqual(contract.state, "active")
        other, _move = self._owing(50.0, day=date(2026, 2, 28))
        self._dun(date(2026, 2, 28))
        self.assertEqual((contract.state, other.state), ("active", "active"))
        self._days(date(2026, 3, 1), date(2026, 3, 16))
        self.assertEqual((contract.state, other.state), ("suspended", "suspended"))

    def test_exempt_by_a_tag_above(self):
        tags = self.env["res.partner.category"]
        health = tags.create({"name": "Health"})
        self.customer.category_id = tags.create({"name": "Hospitals", "parent_id": health.id})
        self._only(exempt_category_ids=[Command.link(health.id)])
        contract, _move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 28))
        self.assertEqual(contract.state, "active")

    def test_exempt_since_it_was_deactivated(self):
        """What came to be overdue since is not deactivated as well."""
        tag = self.env["res.partner.category"].create({"name": "Hospitals"})
        self._only(exempt_category_ids=[Command.link(tag.id)])
        first, _move = self._owing(100.0)
        second, _move = self._owing(50.0, day=date(2026, 2, 20))
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.customer.category_id = tag
        self._days(date(2026, 2, 27), date(2026, 3, 10))
        self.assertEqual((first.state, second.state), ("suspended", "active"))

    def test_notice_of_a_termination(self):
        """The mail names both days; told late, terminated late; never without having been told."""
        policy = self._make_policy(*OFF, (1, "terminate"), grace_days=15, terminate_after=10)
        contract, _move = self._owing(100.0)
        self._dun(date(2026, 2, 11))
        case = self._case()
        self.assertEqual(case.deactivation_date, date(2026, 2, 26))
        self.assertEqual(case.termination_date, date(2026, 3, 8))
        mail = self.env["mail.mail"].search([("model", "=", case._name), ("res_id", "=", case.id)])
        self.assertIn("03/08/2026", mail.body_html)
        self.assertIn("terminate your contracts", mail.body_html)
        policy.termination_notice = 60
        self._dun(date(2026, 2, 26))
        self.assertEqual(case.termination_date, date(2026, 4, 12))
        self._dun(date(2026, 4, 11))
        self.assertEqual(contract.state, "suspended")
        self._dun(date(2026, 4, 12))
        self.assertEqual(contract.date_end, date(2026, 4, 12))

    def test_a_policy_that_terminates_and_tells_nobody_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "terminates contracts 15 days"):
            self._make_policy((1, "terminate"), terminate_after=30)
        self._make_policy((1, "terminate"), terminate_after=30, termination_notice=0)

    def test_terminated_after_long_suspension(self):
        self._make_policy(*OFF, (1, "terminate"), grace_days=15, terminate_after=30)
        contract, _move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self.assertEqual(self._case().next_date, date(2026, 3, 28))
        self._dun(date(2026, 3, 27))
        self.assertEqual(contract.state, "suspended")
        self._dun(date(2026, 3, 28))
        self.assertEqual(contract.date_end, date(2026, 3, 28))
        change = contract.change_ids.filtered(lambda change: change.type == "terminate")
        self.assertEqual((change.state, change.fee_amount), ("applied", 0.0))
        mails = self.env["mail.mail"].search(
            [("model", "=", "cn285.dunning.case"), ("res_id", "=", self._case().id)], order="id"
        )
        self.assertEqual(mails[-1].subject, "Termination of your contracts")
        self.assertIn(contract.name, mails[-1].body_html)
        self.assertIn("03/28/2026", mails[-1].body_html)

    def test_a_termination_told_by_letter(self):
        """Who has no address is told by post."""
        self._make_policy(*OFF, (1, "terminate"), grace_days=15, terminate_after=30)
        nobody = self._customer("Sans Adresse", email=False)
        contract, _move = self._owing(100.0, partner=nobody)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        self._dun(date(2026, 3, 28))
        self.assertEqual(contract.date_end, date(2026, 3, 28))
        case = self._case(nobody)
        last = case.event_ids.filtered("attachment_id").sorted("id")[-1]
        self.assertEqual((last.date, last.step_id.action), (date(2026, 3, 28), "terminate"))
        self.assertTrue(last.attachment_id.raw.startswith(b"%PDF"))

    def test_staff_does_not_activate_before_it_is_paid(self):
        self._only()
        contract, move = self._owing(100.0)
        self._days(date(2026, 2, 11), date(2026, 2, 26))
        clerk = new_test_user(
            self.env,
            "debt_clerk",
            "cn285_contract.group_contract_user,cn285_contract.group_change_override",
        )
        changes = self.env["cn285.contract.change"].with_user(clerk)
        values = {
            "contract_id": contract.id,
            "type": "activate",
            "date_effective": date(2026, 2, 27),
        }
        with imagined_day(date(2026, 2, 27)):
            with self.assertRaisesRegex(ValidationError, "100.00.*overdue"):
                changes.create(values).action_schedule()
            changes.create({**values, "override": True, "note": "A hospital"}).action_schedule()
        self.assertEqual(contract.state, "active")
        # And the program leaves it so.
        self._days(date(2026, 2, 27), date(2026, 3, 2))
        self.assertEqual(contract.state, "active")
        self._pay(move, date(2026, 3, 3))
        self.assertFalse(self._case())

    def test_one_that_fails_stops_itself_only(self):
        self._only()
        good, _move = self._owing(100.0)
        bad_customer = self._customer("Mauvais")
        bad, _move = self._owing(100.0, partner=bad_customer)
        self._days(date(2026, 2, 11), date(2026, 2, 25))
        real = type(self.cases)._change_now

        def broken(cases, contracts, *args, **kwargs):
            if bad in contracts:
                raise UserError(cases.env._("Broken"))
            return real(cases, contracts, *args, **kwargs)

        self.patch(type(self.cases), "_change_now", broken)
        self._dun(date(2026, 2, 26))
        self.assertEqual((good.state, bad.state), ("suspended", "active"))
        case = self._case(bad_customer)
        self.assertIn("Broken", case.event_ids[:1].text)
        self.assertFalse(case.suspended_on)
        self.assertTrue(case.activity_ids, "somebody is told")

    def test_a_policy_that_tells_nobody_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "add a mail or a letter"):
            self._make_policy((1, "deactivate"))
        self._make_policy((1, "deactivate"), notice_days=0)
