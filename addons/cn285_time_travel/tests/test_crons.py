from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import LockError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

LOGGER = "odoo.addons.cn285_time_travel.models.time_travel_day"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestCrons(ContractCase):
    """A journey runs the scheduled actions themselves, those of addons to come too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._cn285_mark_test_database()
        cls.company.cn285_clock_date = date(2026, 1, 15)

    def _cron(self, code, module="cn285_contract", **values):
        """A scheduled action as an addon brings it: its name is in the addon's data."""
        cron = self.env["ir.cron"].create(
            {
                "name": "A new action",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": code,
                "interval_type": "days",
                **values,
            }
        )
        if module:
            self.env["ir.model.data"].create(
                {
                    "module": module,
                    "name": f"cron_of_a_test_{cron.id}",
                    "model": "ir.cron",
                    "res_id": cron.id,
                }
            )
        return cron

    def _say(self, text="day"):
        """Code that leaves a trace which says the day and the user."""
        day = "env.company._cn285_today()"
        return f"env['res.partner'].create({{'name': '{text} %s %s' % ({day}, env.uid)}})"

    def _said(self, text="day"):
        found = self.env["res.partner"].search([("name", "=like", f"{text} %")], order="id")
        return found.mapped("name")

    def _travel(self, to="2026-01-18"):
        travel = self.env["cn285.time.travel"].create({"date_to": to})
        travel.action_travel()
        return travel

    def _failures(self, travel):
        lines = travel.line_ids.filtered(lambda line: line.kind == "failed")
        return [(line.date.isoformat(), line.reason) for line in lines]

    # === WHICH, WHEN, IN WHICH ORDER === #

    def test_an_action_of_an_addon_is_run_every_day_as_its_user(self):
        user = new_test_user(self.env, "robot", groups="base.group_user,base.group_partner_manager")
        self._cron(self._say(), interval_type="hours", user_id=user.id)
        self._travel()
        days = [f"day 2026-01-{day} {user.id}" for day in (16, 17, 18)]
        self.assertEqual(self._said(), days)

    def test_it_works_for_the_company_that_travels(self):
        other = self.env["res.company"].create({"name": "At home"})
        self._cron(
            "for company in env['res.company']._cn285_daily_companies():\n"
            "    env['res.partner'].create({'name': 'day %s' % company.id})"
        )
        self._travel("2026-01-16")
        self.assertEqual(self._said(), [f"day {self.company.id}"])
        self.assertIn(other, other._cn285_daily_companies())

    def test_others_actions_are_run_where_they_are_marked(self):
        stranger = self._cron(self._say("stranger"), module="base")
        own = self._cron(self._say("own"))
        nameless = self._cron(self._say("nameless"), module=None)
        retired = self._cron(self._say("retired"), active=False)
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        self.assertEqual(chosen & (stranger | own | nameless | retired), own)
        (stranger | nameless).cn285_time_travel = "always"
        own.cn285_time_travel = "never"
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        self.assertEqual(chosen & (stranger | own | nameless | retired), stranger | nameless)

    def test_every_scheduled_action_of_ours_is_run(self):
        names = self.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "=like", "cn285%")]
        )
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        self.assertEqual(set(names.mapped("res_id")) - set(chosen.ids), set())
        self.assertGreaterEqual(len(chosen), 3)

    def test_the_order_is_that_of_a_days_work(self):
        """Changes first, then schedules, then bills."""
        order = [
            "cn285_contract.cron_apply_changes",
            "cn285_contract.cron_extend_schedules",
            "cn285_contract.cron_daily_run",
        ]
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        ours = [self.env.ref(name) for name in order]
        self.assertEqual([cron for cron in chosen if cron in ours], ours)
        late, early = self._cron("pass", priority=9), self._cron("pass", priority=0)
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        self.assertEqual((chosen[0], chosen[-1]), (early, late))

    def test_a_weekly_action_is_run_on_its_day(self):
        self._cron(self._say(), interval_type="weeks", nextcall="2026-03-02 03:00:00")
        self._travel("2026-02-03")
        found = [name.split()[1] for name in self._said()]
        self.assertEqual(found, ["2026-01-19", "2026-01-26", "2026-02-02"])

    def test_the_company_decides_whether_bills_are_made_and_posted(self):
        contract = self._create_contract(date_start=date(2026, 1, 16))
        self.company.cn285_daily_billing = False
        self._travel("2026-01-16")
        self.assertFalse(contract.invoice_ids)
        self.company.write({"cn285_daily_billing": True, "cn285_daily_post": False})
        self._travel("2026-01-17")
        self.assertEqual(contract.invoice_ids.state, "draft")

    # === WHAT FAILS === #

    @mute_logger(LOGGER)
    def test_one_that_fails_is_reported_and_the_others_go_on(self):
        self._cron(
            self._say("half") + "\nraise UserError('No ' + 'coal.')", name="Stove", priority=0
        )
        self._cron(self._say("after"), priority=9)
        contract = self._create_contract(date_start=date(2026, 1, 17))
        travel = self._travel()
        self.assertEqual(
            self._failures(travel),
            [(f"2026-01-{day}", "Stove: No coal.") for day in (16, 17, 18)],
        )
        self.assertFalse(self._said("half"))
        self.assertEqual(len(self._said("after")), 3)
        self.assertEqual(contract.invoice_ids.state, "posted")
        self.assertEqual(travel.state, "done")

    def test_one_that_finds_records_locked_has_the_days_done_again(self):
        def lock(model):
            raise LockError("in use")

        self._cron("model.sudo()._lock_of_a_test()")
        partners = self.env.registry["res.partner"]
        with (
            patch.object(partners, "_lock_of_a_test", lock, create=True),
            self.assertRaises(LockError),
        ):
            self._travel()

    @mute_logger(LOGGER)
    def test_one_that_commits_or_rolls_back_by_itself_spoils_nothing(self):
        commits = "env['ir.cron']._commit_progress(1)\n"
        self._cron(self._say("kept") + "\n" + commits, priority=0)
        self._cron(
            self._say("lost") + "\n" + commits + "raise UserError('After all.')",
            name="Late",
            priority=1,
        )
        self._cron(self._say("undone") + "\nenv.cr.rollback()", name="Back", priority=2)
        travel = self._travel("2026-01-16")
        self.assertEqual(len(self._said("kept")), 1)
        self.assertFalse(self._said("lost") + self._said("undone"))
        reasons = [reason.split(":")[0] for _day, reason in self._failures(travel)]
        self.assertEqual(reasons, ["Late", "Back"])

    # === JOBS === #

    def _job_cron(self, method, **patched):
        """An action that orders a job, and a method of partners that the job runs."""
        self._cron(f"model.with_delay(channel='root').{method}('day')", priority=0)
        partners = self.env.registry["res.partner"]
        patcher = patch.object(partners, method, patched[method], create=True)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def _jobs(self, method):
        return self.env["queue.job"].search([("method_name", "=", method)], order="id")

    def test_jobs_that_an_action_orders_are_run_before_the_next_action(self):
        def _job_of_a_test(model, name):
            model.create({"name": f"{name} job {model.env.company._cn285_today()}"})
            if name == "day":
                model.with_delay(channel="root")._job_of_a_test("late")

        self._job_cron("_job_of_a_test", _job_of_a_test=_job_of_a_test)
        found = "env['res.partner'].search([('name', '=like', 'day job %')])"
        self._cron(f"{found}.write({{'name': 'day job!'}})")
        self._travel("2026-01-16")
        self.assertEqual(self._said(), ["day job!"])
        self.assertEqual(self._said("late"), ["late job 2026-01-16"])
        self.assertEqual(self._jobs("_job_of_a_test").mapped("state"), ["done", "done"])

    @mute_logger(LOGGER)
    def test_a_job_that_fails_is_reported_and_marked(self):
        def _job_of_a_test(model, name):
            model.create({"name": f"{name} half"})
            raise ValueError("no such thing")

        self._job_cron("_job_of_a_test", _job_of_a_test=_job_of_a_test)
        contract = self._create_contract(date_start=date(2026, 1, 16))
        travel = self._travel("2026-01-16")
        job = self._jobs("_job_of_a_test")
        self.assertEqual((job.state, job.exc_message), ("failed", "no such thing"))
        [(day, reason)] = self._failures(travel)
        self.assertEqual(day, "2026-01-16")
        self.assertIn("no such thing", reason)
        self.assertFalse(self._said())
        self.assertTrue(contract.invoice_ids)

    def test_a_job_that_asks_for_patience_is_tried_on_the_next_day(self):
        tries = []

        def _job_of_a_test(model, name):
            tries.append(model.env.company._cn285_today().day)
            if len(tries) == 1:
                raise RetryableJobError("Not yet.", seconds=5)

        self._job_cron("_job_of_a_test", _job_of_a_test=_job_of_a_test)
        self.env["ir.cron"].search([("code", "ilike", "_job_of_a_test")]).interval_type = "months"
        self.env["ir.cron"].search([("code", "ilike", "_job_of_a_test")]).nextcall = "2026-02-16"
        self._travel()
        self.assertEqual(tries, [16, 17])
        self.assertEqual(self._jobs("_job_of_a_test").state, "done")

    def test_jobs_of_before_are_run_where_they_are_ours(self):
        def _job_of_a_test(model, name):
            raise AssertionError("Nobody on this journey ordered it.")

        partners = self.env.registry["res.partner"]
        with patch.object(partners, "_job_of_a_test", _job_of_a_test, create=True):
            self.env["res.partner"].with_delay(channel="root")._job_of_a_test("day")
            contract = self._create_contract()
            run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
            run.action_run_in_jobs()
            self.assertFalse(contract.invoice_ids)
            self._travel("2026-01-16")
        self.assertEqual(self._jobs("_job_of_a_test").state, "pending")
        self.assertEqual((run.state, run.invoice_count), ("done", 1))

    def test_nothing_is_real_on_the_way(self):
        seen = []

        def _look_of_a_test(model):
            seen.append(model.env["res.company"]._cn285_is_imagined())

        self._cron("model._look_of_a_test()")
        partners = self.env.registry["res.partner"]
        with patch.object(partners, "_look_of_a_test", _look_of_a_test, create=True):
            self._travel("2026-01-16")
        self.assertEqual(seen, [True])
        self.assertFalse(self.env["res.company"]._cn285_is_imagined())
