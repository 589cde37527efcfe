from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-20 08:00:00")
class TestRunByManager(TermCase):
    """A billing manager bills on a morning on which the renewals of the night are still due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "clerk-manager", groups="cn285_contract.group_billing_manager"
        )
        cls.missed = cls._yearly(renewal_revision="percent", renewal_percent=2.0)
        # Nothing but the second year, and so the renewal, is due.
        with freeze_time("2025-03-15 08:00:00"):
            cls._bill(date(2025, 3, 15))

    def _run(self, **values):
        runs = self.env["cn285.billing.run"].with_user(self.manager)
        return runs.create({"date": date(2026, 3, 20), **values})

    def _renewals(self, contracts):
        return contracts.change_ids.filtered(lambda change: change.type == "renew")

    def test_a_missed_renewal_is_renewed_and_billed(self):
        with trap_jobs():
            run = self._run()
            run.action_run()
        self.assertEqual((run.state, self.missed.term_number), ("done", 1))
        self.assertMoney(run.amount_untaxed, "372.30")  # 365.00 and 2 %
        renewal = self._renewals(self.missed)
        self.assertEqual(
            (renewal.state, renewal.origin, renewal.requested_by, renewal.create_uid),
            ("applied", "system", self.manager, self.manager),
        )

    def test_in_jobs(self):
        with trap_jobs() as trap:
            run = self._run()
            run.action_run_in_jobs()
            trap.perform_enqueued_jobs()
        self.assertEqual(run.schedule_ids.contract_id, self.missed)
        self.assertMoney(run.amount_untaxed, "372.30")

    def test_again_after_an_error(self):
        """The renewal came due between the run and its repair."""
        product = self._create_product("Nameless", 0.0)
        item = {"product_id": product.id, "price_unit": False}
        broken = self._create_contract([item], date_start=date(2026, 3, 1))
        with freeze_time("2026-03-14 08:00:00"), trap_jobs():
            run = self._run(date=date(2026, 3, 14))
            run.action_run()
        self.assertEqual((run.issue_ids.contract_id, self.missed.term_number), (broken, 0))
        product.list_price = 12.0
        with trap_jobs():
            run.action_retry_errors()
        self.assertEqual((run.issue_count, self.missed.term_number), (0, 1))

    def test_planned_changes_and_the_end_of_a_pause(self):
        """31.00 a month, paused on 10 to 15 March by a change that was not applied in time."""
        contract = self._create_contract([{"price_unit": 31.0}], date_start=date(2026, 3, 1))
        with freeze_time("2026-03-09 08:00:00"):
            pause = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "pause",
                    "date_effective": date(2026, 3, 10),
                    "values": {"date_end": "2026-03-15"},
                }
            )
            pause.action_schedule()
        with trap_jobs():
            run = self._run(contract_ids=[(6, 0, contract.ids)])
            run.action_run()
        self.assertEqual(contract.change_ids.mapped("state"), ["applied", "applied"])
        self.assertEqual(contract.state, "active")
        self.assertMoney(run.amount_untaxed, "25.00")

    def test_a_run_of_chosen_contracts_leaves_the_others_alone(self):
        chosen = self._yearly()
        with freeze_time("2025-03-15 08:00:00"):
            self._bill(date(2025, 3, 15), contract_ids=[(6, 0, chosen.ids)])
        with trap_jobs():
            run = self._run(contract_ids=[(6, 0, chosen.ids)])
            run.action_run()
        self.assertEqual((chosen.term_number, self.missed.term_number), (1, 0))
        self.assertFalse(self._renewals(self.missed))
        self.assertMoney(run.amount_untaxed, "365.00")

    def test_who_may_not_bill_renews_nothing(self):
        run = self._run()
        reader = new_test_user(self.env, "reader", groups="cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            run.with_user(reader).action_run()
        self.assertEqual(self.missed.term_number, 0)
