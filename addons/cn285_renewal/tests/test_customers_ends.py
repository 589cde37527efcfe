from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.modules.module import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestCustomersEnds(TermCase):
    """What customers may end by law stands whatever staff has planned, refused or taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "ends_manager", "cn285_contract.group_billing_manager", name="Manager"
        )
        cls.seller = new_test_user(
            cls.env, "ends_seller", "cn285_contract.group_contract_user", name="Seller"
        )

    def setUp(self):
        super().setUp()
        self.contract = self._yearly()
        self.notice = self.contract.notice_ids
        clock = freeze_time("2026-01-10 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)

    def _declaration(self):
        return {"name": "Camille Durand", "address": self.consumer.email, "wished_date": ""}

    def _change(self, kind, day, **values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": self.contract.id,
                    "type": kind,
                    "date_effective": day,
                    **values,
                }
            )
        )
        change.action_schedule()
        return change

    # === STAFF HAS PLANNED AN END === #

    def test_an_end_planned_by_staff_for_later_keeps_no_customer_from_refusing(self):
        self.contract.with_user(self.manager).action_terminate("2027-03-14")
        self.assertTrue(self.contract._portal_may_refuse())
        refusal = self.contract._portal_refuse()
        self.assertEqual((refusal.origin, refusal.date_effective), ("customer", date(2026, 3, 14)))
        self.assertEqual(self.contract._portal_refuse(), refusal, "a second click")
        self._renew_on("2026-03-15")
        with freeze_time("2026-03-15 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(self.contract.date_end, date(2026, 3, 14))
        self.assertEqual(self.contract.term_number, 0)

    def test_nor_from_terminating(self):
        self.contract.with_user(self.manager).action_terminate("2027-03-14")
        self.assertTrue(self.contract._portal_may_terminate())
        end = self.contract._portal_terminate(self._declaration())
        self.assertEqual((end.origin, end.date_effective), ("customer", date(2026, 3, 14)))
        self.assertTrue(end.confirmation_id)
        self.assertFalse(self.contract._portal_may_terminate())

    def test_one_as_early_as_he_may_is_enough(self):
        planned = self.contract.with_user(self.manager).action_terminate("2026-03-14")
        self.assertFalse(self.contract._portal_may_terminate())
        self.assertEqual(self.contract._portal_terminate(self._declaration()), planned)

    def test_one_that_was_overtaken_by_a_later_end(self):
        self.contract.with_user(self.manager).action_terminate("2026-01-10")
        self.assertEqual(self.contract.date_end, date(2026, 1, 10))
        self.assertFalse(self.contract._portal_may_terminate())
        self._change("contract_end", "2026-01-10", values={"date_end": "2028-03-14"})
        self.assertEqual(self.contract.date_end, date(2028, 3, 14))
        self.assertTrue(self.contract._portal_may_terminate())

    # === THE CUSTOMER HAS NOTIFIED AN END HIMSELF === #

    def test_a_reason_ends_it_before_his_own_refusal_does(self):
        refusal = self.contract._portal_refuse()
        self.assertEqual(self.contract.planned_end, date(2026, 3, 14))
        self.assertTrue(self.contract._portal_may_end_sooner())
        declaration = {**self._declaration(), "wished_date": "2026-01-20"}
        end = self.contract._portal_terminate(declaration, "Moving to Québec")
        self.assertEqual((end, end.date_effective), (refusal, date(2026, 3, 14)))
        self.assertEqual(end.legitimate_reason, "Moving to Québec")
        self.assertIn("Moving to Québec", end.activity_ids.note)
        self.assertIn(("Reason", "Moving to Québec"), end._declaration_facts())
        self.contract._portal_terminate(declaration, "Moving to Québec")
        self.assertEqual(len(self.contract.change_ids), 1, "a second click")
        self.assertEqual(len(end.activity_ids), 1)
        end.with_user(self.manager).action_accept_reason()
        self.assertEqual((end.last_day, end.ground), (date(2026, 1, 20), "legitimate"))
        self.assertEqual(self.contract.planned_end, date(2026, 1, 20))
        self.assertEqual(self.contract._portal_end(), end)
        with freeze_time("2026-01-21 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(self.contract.date_end, date(2026, 1, 20))

    def test_a_reason_not_accepted_changes_nothing(self):
        self.contract._portal_refuse()
        self.contract._portal_terminate(self._declaration(), "I am bored")
        with freeze_time("2026-03-15 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(self.contract.date_end, date(2026, 3, 14))

    def test_a_reason_for_an_end_that_staff_has_planned(self):
        """Staff's own is as early as he may leave without a reason: his is heard all the same."""
        planned = self.contract.with_user(self.manager).action_terminate("2026-03-14")
        declaration = {**self._declaration(), "wished_date": "2026-01-20"}
        end = self.contract._portal_terminate(declaration, "Moving to Québec")
        self.assertEqual((end, end.origin), (planned, "customer"))
        end.with_user(self.manager).action_accept_reason()
        self.assertEqual(self.contract.planned_end, date(2026, 1, 20))

    def test_his_own_later_end_keeps_him_from_no_refusal(self):
        late = self.contract._portal_terminate({**self._declaration(), "wished_date": "2027-03-14"})
        self.assertEqual((late.origin, late.date_effective), ("customer", date(2027, 3, 14)))
        self.assertTrue(self.contract._portal_may_refuse())
        refusal = self.contract._portal_refuse()
        self.assertEqual(refusal.date_effective, date(2026, 3, 14))
        self.assertEqual(self.contract._portal_end(), refusal)
        self.assertEqual(self.contract._portal_refuse(), refusal, "a second click")
        with freeze_time("2026-03-15 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual((refusal.state, late.state), ("applied", "cancelled"))
        self.assertEqual(self.contract.date_end, date(2026, 3, 14))

    def test_nor_from_an_earlier_end_that_his_terms_give_him(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start="2026-01-01",
            notice_length=1,
            notice_unit="month",
        )
        late = contract._portal_terminate({**self._declaration(), "wished_date": "2026-06-30"})
        self.assertEqual(late.date_effective, date(2026, 6, 30))
        later = {**self._declaration(), "wished_date": "2026-09-30"}
        self.assertEqual(contract._portal_terminate(later), late, "he has ended it before")
        wished = {**self._declaration(), "wished_date": "2026-02-28"}
        end = contract._portal_terminate(wished)
        self.assertEqual((end.date_effective, end.state), (date(2026, 2, 28), "scheduled"))
        self.assertEqual(contract._portal_terminate(wished), end, "a second click")
        self.assertEqual(contract.planned_end, date(2026, 2, 28))
        with freeze_time("2026-03-01 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual((end.state, end.error), ("applied", False))
        self.assertEqual(contract.date_end, date(2026, 2, 28))
        self.assertEqual(late.state, "cancelled")
        self.assertFalse(contract._portal_may_end_sooner())

    # === A REFUSAL THAT DOES NOT STAND === #

    def test_a_refusal_taken_back_is_told_no_more(self):
        refusal = self.contract.with_user(self.manager).action_refuse_renewal()
        self.assertEqual(self.notice.date_refused, date(2026, 1, 10))
        self.assertIn("refused the renewal", self.notice.consequence)
        refusal.action_cancel()
        self.assertFalse(self.notice.date_refused)
        self.assertEqual(self.notice.state, "due")
        self.assertIn("may refuse until", self.notice.consequence)

    def test_a_rejected_one_neither(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Guarded", "approval_ids": [(0, 0, {})]}
        )
        self.contract.template_id = template
        refusal = self.contract.with_user(self.seller).action_refuse_renewal()
        self.assertEqual(refusal.state, "to_approve")
        self.assertNotIn("the contract ends on", self.notice.consequence)
        refusal.with_user(self.manager).action_reject()
        self.assertFalse(self.notice.date_refused)

    def test_one_that_goes_on_beside_another_end(self):
        refusal = self.contract.with_user(self.manager).action_refuse_renewal()
        self._change("terminate", "2026-02-20")
        refusal.action_cancel()
        self.assertTrue(self.notice.date_refused)
        self.assertEqual(self.contract.planned_end, date(2026, 2, 20))

    def test_renewal_by_itself_lifts_the_companys_refusal(self):
        refusal = self.contract.with_user(self.manager).action_refuse_renewal()
        change = self._change("auto_renewal", "2026-01-10", values={"auto_renew": True})
        self.assertEqual((change.state, refusal.state), ("applied", "cancelled"))
        self.assertFalse(self.contract.planned_end)
        self.assertEqual((self.notice.state, self.notice.date_refused), ("due", False))
        self._renew_on("2026-03-15")
        self.assertEqual(self.contract.term_end, date(2027, 3, 14))

    def test_but_not_a_customers(self):
        refusal = self.contract._portal_refuse()
        with self.assertRaisesRegex(ValidationError, "terminated as of 03/14/2026"):
            self._change("auto_renewal", "2026-01-10", values={"auto_renew": True})
        self.assertEqual(refusal.state, "scheduled")

    def test_nor_on_a_day_after_it_where_it_was_planned_before(self):
        """Planned in good time, it fails on its day in words; what the customer said stands."""
        change = self._change("auto_renewal", "2026-02-01", values={"auto_renew": True})
        refusal = self.contract._portal_refuse()
        self.assertEqual((change.state, refusal.state), ("scheduled", "scheduled"))
        with freeze_time("2026-02-01 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertEqual((change.state, refusal.state), ("scheduled", "scheduled"))
            self.assertIn("terminated as of 03/14/2026", change.error)
            self.assertEqual(self.contract.planned_end, date(2026, 3, 14))
        for day in ("2026-03-15", "2026-03-16"):
            self._renew_on(day)
            with freeze_time(day):
                self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual((refusal.state, self.contract.date_end), ("applied", date(2026, 3, 14)))
        self.assertEqual(self.contract.term_number, 0)
        self.assertEqual(change.state, "cancelled", "nothing is left of it to do")

    def test_nor_an_end_in_the_middle_of_the_term(self):
        self._change("terminate", "2026-02-20")
        with self.assertRaisesRegex(ValidationError, "terminated as of 02/20/2026"):
            self._change("auto_renewal", "2026-01-11", values={"auto_renew": True})

    def test_a_customer_takes_back_his_own(self):
        refusal = self.contract._portal_refuse()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "type": "auto_renewal",
                "date_effective": "2026-01-10",
                "values": {"auto_renew": True},
                "origin": "customer",
            }
        )
        change.action_schedule()
        self.assertEqual((change.state, refusal.state), ("applied", "cancelled"))
        self._renew_on("2026-03-15")
        self.assertEqual(self.contract.term_end, date(2027, 3, 14))

    # === NOTICES === #

    def test_nothing_is_announced_to_who_has_withdrawn(self):
        for refused in (False, True):
            with freeze_time("2025-03-20 10:00:00"):
                contract = self._yearly(has_withdrawal=True)
                if refused:
                    contract._portal_refuse()
                contract._portal_withdraw(self._declaration())
            self.assertEqual(contract.state, "withdrawn")
            self.assertEqual(contract.notice_ids.state, "cancelled")
            self._notices_on("2025-12-20")
            self.assertFalse(contract.notice_ids.sending_ids)

    def test_who_became_a_consumer_while_nothing_ran(self):
        """Nobody had noticed that the renewal has to be announced: it was not, he may leave."""
        self.consumer.cn285_legal_kind = "professional"
        with freeze_time("2025-03-15 10:00:00"):
            contract = self._yearly()
        self.assertFalse(contract.notice_ids)
        self.consumer.cn285_legal_kind = "consumer"
        self._renew_on("2026-03-15")
        self.assertEqual(contract.term_number, 1)
        missed = contract.notice_ids.filtered(lambda notice: notice.term_number == 0)
        self.assertEqual(missed.state, "missed")
        self.assertEqual(contract.free_exit_from, date(2026, 3, 15))

    def test_a_queue_that_stood_still_past_the_window(self):
        """Announced until 14 January: what left the queue on the 20th came too late."""
        self._notices_on("2026-01-10")
        sending = self.notice.sending_ids
        self.assertEqual((self.notice.state, sending.delivery), ("on_time", "outgoing"))
        with freeze_time("2026-01-20 10:00:00"):
            mails = self.env["mail.mail"].search(
                [("mail_message_id", "=", sending.mail_message_id.id)]
            )
            mails.write({"state": "sent"})
        self._notices_on("2026-01-20")
        self.assertEqual((sending.delivery, sending.date), ("sent", date(2026, 1, 20)))
        self.assertEqual(self.notice.state, "late")
        self.assertEqual(self.notice.free_exit_from, date(2026, 3, 15))

    def test_a_law_from_before_learns_the_days_of_refunds(self):
        law = self.env.ref("cn285_renewal.law_fr")
        path = "cn285_renewal/migrations/19.0.1.0.1/post-telecom_refund.py"
        script = load_script(file_path(path), "telecom_refund")
        for before, after in ((0, 10), (8, 8)):
            law.telecom_refund_days = before
            script.migrate(self.env.cr, "19.0.1.0.0")
            self.assertEqual(law.telecom_refund_days, after)

    # === WHAT COMES AFTER THE END === #

    def test_nothing_is_planned_for_days_after_the_end(self):
        item = self.contract.item_ids
        self.contract.with_user(self.manager).action_terminate("2026-03-14")
        for kind, values in (
            ("pause", {"values": {"date_end": "2026-05-01"}}),
            ("price", {"item_id": item.id, "values": {"price_unit": 5.0}}),
            ("quantity", {"item_id": item.id, "values": {"quantity": 5.0}}),
            ("deactivate", {}),
            ("end_item", {"item_id": item.id}),
        ):
            with self.subTest(kind), self.assertRaisesRegex(ValidationError, "ends on 03/14/2026"):
                self._change(kind, "2026-03-15", **values)
        change = self._change("quantity", "2026-03-14", item_id=item.id, values={"quantity": 5.0})
        self.assertEqual(change.state, "scheduled", "its last day")

    def test_nor_after_the_end_of_its_item(self):
        item = self.contract.item_ids
        self._change("end_item", "2026-02-10", item_id=item.id)
        with self.assertRaisesRegex(ValidationError, "ends on 02/10/2026"):
            self._change("price", "2026-02-11", item_id=item.id, values={"price_unit": 5.0})
