"""Two processes at one debtor: what the second one left to a job is done by it, fees as well."""

from datetime import date
from unittest.mock import patch

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged
from psycopg2.errors import LockNotAvailable

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestLookAfterTwo(DebtCase):
    def test_the_job_proposes_what_is_owed_for_paying_late(self):
        firm = self._professional()
        _contract, move = self._billed(date(2026, 1, 1), firm)
        self._dun(date(2026, 1, 20))
        self.assertTrue(self._case(firm))
        cases = type(self.cases)
        with (
            trap_jobs() as trap,
            patch.object(cases, "lock_for_update", side_effect=LockNotAvailable("held")),
        ):
            self._pay(move, date(2026, 2, 1))
        fees = self.env["cn285.late.fee"].search([("move_id", "=", move.id)])
        self.assertFalse(fees)
        jobs = [job for job in trap.enqueued_jobs if "_job_look" in job.func.__name__]
        self.assertEqual(len(jobs), 1)
        with imagined_day(date(2026, 2, 1)):
            for _again in range(2):
                jobs[0].func(*jobs[0].args, **jobs[0].kwargs)
        fees = self.env["cn285.late.fee"].search([("move_id", "=", move.id)])
        # 120.00 × 12.15 % × 31/365 = 1.2383, and 40.00; once.
        self.assertEqual(
            sorted((fee.kind, self._cents(fee.amount)) for fee in fees),
            [("indemnity", self._cents(40.0)), ("penalty", self._cents(1.24))],
        )
        self.assertFalse(self._case(firm))
