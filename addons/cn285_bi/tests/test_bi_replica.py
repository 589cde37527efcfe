"""The page of the replica: what it says, to whom, and whom it warns."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..engine.watching import Slot
from ..models.bi_replica import DATABASE

NOW = datetime(2026, 12, 1, 12)


@tagged("post_install", "-at_install")
class TestBiReplica(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["cn285.bi.replica"]
        cls.admin = new_test_user(
            cls.env, "bi_admin", "base.group_system,cn285_contract.group_billing_manager"
        )
        cls.manager = new_test_user(cls.env, "bi_manager", "cn285_contract.group_billing_manager")

    def _as(self, slot, unseen=None):
        """The replica's page as an administrator reads it, while PostgreSQL says this."""
        told = (slot, unseen, NOW - timedelta(seconds=5), NOW)
        return patch.object(type(self.model), "_slot", lambda self: told)

    def _made(self):
        self.model._note_made()
        return self.model.search([])

    def test_without_a_replica(self):
        self.assertEqual(self.model._watched()["state"], "none")
        self.assertIn("no replica", self.model._summary())
        self.assertEqual(self.model._differences(), [])

    def test_the_page_by_what_happens(self):
        replica = self._made().with_user(self.admin)
        cases = [
            (Slot(True, 2**20), None, "following", False),
            (Slot(True, 2**20), NOW - timedelta(seconds=61), "behind", "behind"),
            (Slot(True, 2**30 + 1), None, "behind", "behind"),
            (Slot(False, 5 * 2**20), None, "away", "5 MB"),
            (Slot(False, 0, lost=True), None, "lost", "anew"),
            (None, None, "lost", "anew"),
        ]
        for slot, unseen, state, warning in cases:
            with self.subTest(state), self._as(slot, unseen):
                self.env.invalidate_all()
                self.assertEqual(replica.state, state)
                if warning:
                    self.assertIn(warning, replica.warning)
                else:
                    self.assertFalse(replica.warning)
        with self._as(Slot(True, 3 * 2**20)):
            self.env.invalidate_all()
            self.assertEqual((replica.kept_mb, replica.behind_seconds), (3.0, 0))
            self.assertIn("Up to Date", self.model._summary())
            self.assertIn("3.0 MB", self.model._summary())

    def test_a_copy_of_the_database_has_none(self):
        self._made()
        self.env["ir.config_parameter"].set_param(DATABASE, "another")
        with self._as(None):
            self.assertEqual(self.model._watched()["state"], "none")
            self.model._cron_beat()
        self.assertFalse(self.model.search([]).activity_ids)

    def test_an_administrator_is_told_once_and_until_it_is_well(self):
        replica = self._made()
        with self._as(Slot(False, 0)):
            self.env.invalidate_all()
            self.model._cron_beat()
            self.env.invalidate_all()
            self.model._cron_beat()
        told = replica.activity_ids
        self.assertEqual(len(told), 1)
        self.assertTrue(told.user_id.has_group("base.group_system"))
        self.assertIn("not connected", told.note)
        with self._as(Slot(True, 0)):
            self.env.invalidate_all()
            self.model._cron_beat()
        self.assertFalse(replica.activity_ids)

    def test_tables_out_of_step_are_named(self):
        self._made()
        with (
            self._as(Slot(True, 0)),
            patch.object(type(self.model), "_differences", lambda self: ["cn285_contract"]),
            self.assertLogs("odoo.addons.cn285_bi.models.bi_replica", "WARNING") as logged,
        ):
            self.assertIn("cn285_contract", self.model._watched()["warning"])
            self.model._register_hook()
        self.assertIn("make replica-refresh", logged.output[0])

    def test_administrators_alone(self):
        self._made()
        self.assertTrue(self.model.with_user(self.admin).search([]))
        for records in (self.model, self.model.search([])):
            with self.assertRaises(AccessError):
                records.with_user(self.manager).read(["made_on"]) if records else records.with_user(
                    self.manager
                ).search([])
        with self.assertRaises(AccessError):
            self.model.search([]).with_user(self.admin).write({"events": True})
        settings = self.env["res.config.settings"]
        self.assertIn("cn285_bi_summary", settings.with_user(self.admin).fields_get())
        self.assertNotIn("cn285_bi_summary", settings.with_user(self.manager).fields_get())
        shown = settings.with_user(self.admin).create({})
        self.assertTrue(shown.cn285_bi_summary)

    def test_beats(self):
        self._made()
        self.assertTrue(self.env.ref("cn285_bi.cron_beat").active)
        self.env.cr.execute(
            "UPDATE cn285_replica_beat SET beaten_at = beaten_at - INTERVAL '25 hours'"
        )
        self.model._cron_beat()
        self.env.cr.execute("SELECT COUNT(*) FROM cn285_replica_beat")
        self.assertEqual(self.env.cr.fetchone(), (1,))
        self.model._forget()
        self.assertFalse(self.env.ref("cn285_bi.cron_beat").active)
        self.assertFalse(self.model.search([]))
