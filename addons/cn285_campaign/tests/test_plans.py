from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import sql_db
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2.errors import UniqueViolation

from ..models.channels import Mail
from ..models.communication_sending import LOCK
from .common import CampaignCase

SENDING = "odoo.addons.cn285_campaign.models.communication_sending"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestPlans(CampaignCase):
    """What customers are told, when, and once."""

    def test_a_life(self):
        """Before the date, by several ways, each once, in the customer's language."""
        contract = self._ending(user_id=self.manager.id)
        steps = [
            {"delay": -15},
            {"delay": -5, "channel": "activity", "subject": "Call {{ customer }}"},
            {"delay": -4, "channel": "portal", "subject": "It ends", "body": "On {{ date }}."},
            {"delay": 0, "channel": "letter"},
        ]
        plan = self._plan(steps)
        plan.step_ids[0].with_context(lang="fr_FR").subject = "Votre contrat {{ contract }}"
        self._run("2026-01-15")
        self.assertEqual(
            self._states(plan),
            [
                ("2026-03-16", "planned"),
                ("2026-03-26", "planned"),
                ("2026-03-27", "planned"),
                ("2026-03-31", "planned"),
            ],
        )
        for day in ("2026-03-15", "2026-03-16", "2026-03-16", "2026-03-17"):
            self._run(day)
        mail = self._mails(plan)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, f"Votre contrat {contract.name}")
        self.assertIn("31/03/2026", mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids or mail.email_to, self.customer)
        self._run("2026-03-27")
        asked = contract.activity_ids.filtered(lambda one: "Boulangerie Martin" in one.summary)
        self.assertEqual(asked.user_id, self.manager)
        with freeze_time("2026-03-27 12:00:00"):
            self.assertEqual(contract._portal_notes().body, "On 31/03/2026.")
        with freeze_time("2026-04-26 12:00:00"):
            self.assertFalse(contract._portal_notes())
        self._run("2026-03-31")
        letter = self.env["cn285.communication"].search(
            [("plan_id", "=", plan.id), ("channel", "=", "letter")]
        )
        self.assertEqual(letter.attachment_id.mimetype, "application/pdf")
        self._run("2026-03-31", "15:00")
        self.assertEqual({state for _day, state in self._states(plan)}, {"done"})
        self.assertEqual(len(self._mails(plan)), 1)
        self.assertEqual(letter.attachment_id.res_id, contract.id)

    def test_a_moved_date_cancels_and_plans_anew(self):
        contract = self._ending()
        plan = self._plan([{"delay": -15}, {"delay": -1}])
        self._run("2026-03-16")
        contract.date_end = date(2026, 4, 30)
        self._run("2026-03-17")
        self.assertEqual(
            self._states(plan),
            [
                ("2026-03-16", "done"),
                ("2026-03-30", "cancelled"),
                ("2026-04-15", "planned"),
                ("2026-04-29", "planned"),
            ],
        )
        gone = self.env["cn285.communication"].search([("state", "=", "cancelled")])
        self.assertIn("has moved", gone.reason)
        # Moved back: what was told is not told again, the other is taken up.
        contract.date_end = date(2026, 3, 31)
        self._run("2026-03-18")
        self.assertEqual(
            [state for _day, state in self._states(plan)],
            ["done", "planned", "cancelled", "cancelled"],
        )
        # A contract that leaves the segment: what is planned is given up.
        contract.date_end = False
        self._run("2026-03-19")
        self.assertEqual(
            [state for _day, state in self._states(plan)],
            ["done", "cancelled", "cancelled", "cancelled"],
        )
        member = contract.segment_member_ids.filtered(lambda one: one.segment_id == plan.segment_id)
        self.assertEqual(
            (member.entered_on, member.left_on), (date(2026, 1, 15), date(2026, 3, 19))
        )

    def test_each_contract_by_its_own_date(self):
        self._ending()
        self._ending("2026-02-27")
        plan = self._plan([{"delay": -9}])
        for day in ("2026-02-17", "2026-02-18", "2026-03-22", "2026-03-23"):
            self._run(day)
        # 22 March is a Sunday.
        self.assertEqual(self._states(plan), [("2026-03-23", "done"), ("2026-02-18", "done")])
        self.assertEqual(len(self._mails(plan)), 2)

    def test_quiet_hours_weekends_and_what_is_too_late(self):
        self._ending()
        # 14 March is a Saturday.
        plan = self._plan([{"delay": -17}, {"delay": -16, "channel": "activity"}])
        self.assertEqual({day for day, _state in self._states(plan)}, {"2026-03-16"})
        self._run("2026-03-16", "06:59")  # one minute before eight in Paris
        self.assertEqual({state for _day, state in self._states(plan)}, {"planned", "done"})
        self.assertFalse(self._mails(plan))
        self._run("2026-03-16", "19:00")  # eight in the evening
        self.assertFalse(self._mails(plan))
        self._run("2026-03-16", "07:00")
        self.assertEqual(len(self._mails(plan)), 1)
        journey = self._plan([{"delay": -15}])
        self._run("2026-03-16", "20:00")
        self.assertFalse(self._mails(journey))
        with patch.object(type(self.company), "_cn285_is_imagined", lambda company: True):
            self._run("2026-03-16", "20:00")  # days of a journey have no hours
        self.assertEqual(len(self._mails(journey)), 1)
        late = self._plan([{"delay": -9}])
        self._run("2026-03-31")  # eight days after it was due
        self.assertEqual(self._states(late), [("2026-03-23", "skipped")])

    def test_a_plan_that_starts_late_does_not_tell_what_is_past(self):
        self._ending()
        with freeze_time("2026-03-27 10:00:00"):
            plan = self._plan([{"delay": -30}, {"delay": -4}, {"delay": 0}])
        self._run("2026-03-27")
        self.assertEqual(self._states(plan), [("2026-03-27", "done"), ("2026-03-31", "planned")])

    def test_limits_of_a_customer(self):
        """Two within seven days, the service before marketing, and the third waits."""
        self.company.write({"cn285_campaign_most": 2, "cn285_campaign_span": 7})
        self.customer.cn285_marketing = "yes"
        self._ending()
        segment = self._segment()
        marketing = self._plan([{"delay": -15}], segment, purpose="marketing")
        service = self._plan([{"delay": -15}, {"delay": -15}], segment)
        self._run("2026-03-16")
        self.assertEqual([state for _day, state in self._states(service)], ["done", "done"])
        self.assertEqual(self._told(marketing)[0][1:], ("2026-03-16", "2026-03-23", "planned"))
        waits = self.env["cn285.communication"].search([("plan_id", "=", marketing.id)])
        self.assertIn("2 messages within 7 days", waits.reason)
        self._run("2026-03-22")
        self.assertFalse(self._mails(marketing))
        self._run("2026-03-23")
        self.assertEqual(self._states(marketing), [("2026-03-16", "done")])
        self.assertFalse(waits.reason)

    def test_marketing_with_consent_alone(self):
        contracts = [
            self._ending(partner_id=partner.id)
            for partner in self.env["res.partner"].create(
                [
                    {"name": f"Client {number}", "email": f"c{number}@x.example", **values}
                    for number, values in enumerate(
                        (
                            {},
                            {"cn285_marketing": "yes"},
                            {"cn285_marketing": "no"},
                            {"cn285_marketing": "yes"},
                        )
                    )
                ]
            )
        ]
        self.env["mail.blacklist"]._add("c3@x.example")
        plan = self._plan([{"delay": -15}], purpose="marketing")
        service = self._plan([{"delay": -15}])
        self._run("2026-03-16")
        told = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        by_contract = {one.contract_id: one for one in told}
        found = [by_contract[contract] for contract in contracts]
        self.assertEqual([one.state for one in found], ["skipped", "done", "skipped", "skipped"])
        for one, reason in zip(
            found, ("not agreed", None, "wants no marketing", "no mailings"), strict=True
        ):
            self.assertIn(reason or "", one.reason or "")
        # Who wants no more of it says so by the link that each such message has.
        self.assertIn(found[1]._refusal_path(), self._mails(plan).body_html)
        self.assertFalse(found[1]._found_by_key(found[1].id, "0" * 64))
        found[1]._found_by_key(
            found[1].id, found[1]._refusal_key()
        ).partner_id._cn285_refuse_marketing()
        partner = contracts[1].partner_id
        self.assertEqual(partner.cn285_marketing, "no")
        self.assertTrue(partner.cn285_marketing_on)
        # What is about the service is told to all of them.
        self.assertEqual({state for _day, state in self._states(service)}, {"done"})

    def test_legal_notices_go_first_and_count_nowhere(self):
        self.company.write(
            {
                "cn285_campaign_most": 1,
                "cn285_campaign_span": 30,
                "cn285_campaign_notice_gap": 3,
            }
        )
        self.customer.cn285_marketing = "yes"
        contract = self._create_contract(
            date_start=date(2025, 4, 1),
            term_length=12,
            term_unit="month",
            notice_length=1,
            notice_unit="month",
        )
        segment = self._segment("term")
        service = self._plan([{"delay": -59}], segment)
        self._run("2026-01-31")
        self._run("2026-02-02")
        # 31 January is a Saturday.
        self.assertEqual(self._states(service), [("2026-02-02", "done")])
        self.assertEqual(len(self._mails(service)), 1)
        # The customer has had all that plans may tell; the notice leaves on its day all the same.
        notice = self.env["cn285.renewal.notice"].create(
            {
                "contract_id": contract.id,
                "term_number": 7,
                "basis": "law",
                "term_end": "2026-03-31",
                "renewal_date": "2026-04-01",
                "last_day_to_refuse": "2026-02-28",
                "date_earliest": "2025-11-28",
                "date_latest": "2026-02-27",
                "date_planned": "2026-02-03",
                "state": "due",
            }
        )
        with freeze_time("2026-02-03 21:30:00"):  # a quiet hour
            notice._send_each()
        self.assertEqual(notice.sending_ids.date, date(2026, 2, 3))
        self.company.cn285_campaign_most = 0
        marketing = self._plan([{"delay": -56}], segment, purpose="marketing")
        self._run("2026-02-04")
        self.assertEqual(self._told(marketing)[0][1:], ("2026-02-03", "2026-02-09", "planned"))
        told = self.env["cn285.communication"].search([("plan_id", "=", marketing.id)])
        self.assertIn("legal notice", told.reason)
        self._run("2026-02-09")
        self.assertEqual(told.state, "done")

    @mute_logger(SENDING, "odoo.addons.cn285_contract.models.isolation")
    def test_a_bad_record_stops_itself_only(self):
        good, bad, silent = self._ending(), self._ending(), self._ending()
        silent.partner_id = self.env["res.partner"].create({"name": "Without an Address"})
        plan = self._plan([{"delay": -15}])
        carry_out = Mail.carry_out

        def failing(channel, step, communications):
            if bad in communications.contract_id:
                raise UserError("The template is broken.")  # pylint: disable=translation-required
            return carry_out(channel, step, communications)

        with patch.object(Mail, "carry_out", failing):
            self._run("2026-03-16")
        found = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        by_contract = {one.contract_id: one for one in found}
        self.assertEqual(by_contract[good].state, "done")
        self.assertEqual(by_contract[bad].state, "failed")
        self.assertEqual(by_contract[bad].reason, "The template is broken.")
        self.assertEqual(by_contract[silent].state, "skipped")
        self.assertIn("no e-mail address", by_contract[silent].reason)
        self.assertEqual(len(self._mails(plan)), 1)
        with freeze_time("2026-03-17 10:00:00"):
            by_contract[bad].with_user(self.manager).action_retry()
            with self.assertRaisesRegex(UserError, "cannot become"):
                by_contract[good].with_user(self.manager).action_retry()
        self._run("2026-03-17")
        self.assertEqual(by_contract[bad].state, "done")
        self.assertEqual(len(self._mails(plan)), 2)

    def test_two_processes_do_it_once(self):
        self._ending()
        plan = self._plan([{"delay": -15}])
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK, self.company.id))
            self._run("2026-03-16")  # the other one is at it
            self.assertEqual(self._states(plan), [("2026-03-16", "planned")])
        self._run("2026-03-16")
        self.assertEqual(self._states(plan), [("2026-03-16", "done")])
        told = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        with freeze_time("2026-03-16 10:00:00"):
            told._carry_out(self.company, told)
        self.assertEqual(len(self._mails(plan)), 1)
        # Whoever plans it as well is let through once: the key is step, record and date.
        with (
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            told.copy()

    def test_stopped_and_edited(self):
        self._ending()
        plan = self._plan([{"delay": -15}])
        plan.step_ids.delay = -14
        self.assertEqual(self._states(plan), [("2026-03-17", "planned")])
        with self.assertRaisesRegex(UserError, "archive it instead"):
            plan.step_ids.unlink()
        plan.action_stop()
        self.assertEqual(self._states(plan), [("2026-03-17", "cancelled")])
        self._run("2026-03-17")
        self.assertFalse(self._mails(plan))
        plan.action_start()
        self.assertEqual(self._states(plan), [("2026-03-17", "planned")])
        with self.assertRaisesRegex(UserError, "cannot become"):
            plan.action_start()
        with self.assertRaisesRegex(UserError, "stop it instead"):
            plan.unlink()

    def test_steps_say_what_they_need(self):
        for step, reason in (
            ({"subject": False}, "a subject and a text"),
            ({"channel": "offer"}, "which offer"),
            ({"body": "{{ amount }}"}, "no placeholder"),
            ({"body": "{{ Contract }}"}, "no placeholder"),
            ({"channel": "letter", "body": False}, "a letter needs"),
        ):
            with self.subTest(reason), self.assertRaisesRegex(ValidationError, reason):
                self._plan([step], start=False)
        with self.assertRaisesRegex(ValidationError, "has no steps"):
            self._plan([])

    def test_a_batch_asks_no_more_than_one(self):
        def queries(count):
            contracts = [self._ending(partner_id=self.customer.id) for _n in range(count)]
            segment = self._segment(
                "domain", domain=f"[('id', 'in', {[one.id for one in contracts]})]"
            )
            plan = self._plan([{"channel": "portal", "moment": "entered"}], segment)
            segment._evaluate()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run("2026-01-15")
            self.env.flush_all()
            self.assertEqual([s for _d, s in self._states(plan)], ["done"] * count)
            return self.env.cr.sql_log_count - before

        queries(1)
        one, many = queries(1), queries(12)
        self.assertLess(many, one + 40)
