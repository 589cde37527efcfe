"""Keys: made once, shown once, ended; from where, for whom, how long."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestApiKeys(ApiCase):
    def _record(self, key):
        return self.env["cn285.api.key"].search([("prefix", "=", key[:12])])

    def test_a_key_is_shown_once_and_kept_nowhere(self):
        admin = new_test_user(self.env, "api_admin", "base.group_system")
        record = (
            self.env["cn285.api.key"]
            .with_user(admin)
            .create({"name": "Shop", "user_id": self.program.id})
        )
        action = record.action_make()
        key = action["context"]["default_key"]
        self.assertEqual(record.prefix, key[:12])
        self.env.cr.execute("SELECT k::text FROM cn285_api_key k WHERE id = %s", (record.id,))
        self.assertNotIn(key, self.env.cr.fetchone()[0])
        with self.assertRaises(UserError):
            record.action_make()
        self.assertEqual(self.call("GET", "/me", key=key).status_code, 200)

    def test_only_administrators_make_keys(self):
        with self.assertRaises(AccessError):
            self.env["cn285.api.key"].with_user(self.program).create(
                {"name": "Mine", "user_id": self.program.id}
            )
        with self.assertRaises(AccessError):
            self._record(self.key).with_user(self.program).read(["digest"])

    def test_a_key_acts_as_staff_only(self):
        portal = new_test_user(self.env, "api_portal", "base.group_portal")
        with self.assertRaises(ValidationError):
            self._new_key(portal)

    def test_what_was_made_is_not_made_another_by_writing(self):
        record = self._record(self.key)
        admin = new_test_user(self.env, "api_admin", "base.group_system")
        for vals in ({"digest": "x"}, {"made_at": False}, {"prefix": "x"}):
            with self.assertRaises(AccessError):
                record.with_user(admin).write(vals)
        with self.assertRaises(UserError):
            record.with_user(admin).write({"user_id": admin.id})
        with self.assertRaises(UserError):
            record.with_user(admin).unlink()

    def test_revoked_expired_and_of_users_who_are_gone(self):
        for change in ("revoke", "expire", "archive", "company"):
            user = new_test_user(self.env, f"api_{change}", "base.group_user")
            key = self._new_key(user)
            record = self._record(key)
            self.assertEqual(self.call("GET", "/me", key=key).status_code, 200)
            if change == "revoke":
                record.action_revoke()
            elif change == "expire":
                record.expires_at = fields.Datetime.now() - timedelta(minutes=1)
            elif change == "archive":
                user.active = False
            else:
                other = self.env["res.company"].create({"name": "Elsewhere"})
                user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
            with self.subTest(change=change):
                answer = self.call("GET", "/me", key=key)
                self.assertProblem(answer, 401, "unauthenticated")

    def test_the_old_key_lives_for_a_day_beside_the_new_one(self):
        record = self._record(self.key)
        new = record.action_rotate()["context"]["default_key"]
        for key in (self.key, new):
            self.assertEqual(self.call("GET", "/me", key=key).status_code, 200)
        self.assertEqual(record.replaced_by_id, self._record(new))
        self.assertEqual(record.replaced_by_id.scope_ids, record.scope_ids)
        left = record.expires_at - fields.Datetime.now()
        self.assertLessEqual(left, timedelta(days=1))

    def test_networks(self):
        here = self._new_key(self.program, networks="127.0.0.0/8, ::1")
        self.assertEqual(self.call("GET", "/me", key=here).status_code, 200)
        elsewhere = self._new_key(self.program, networks="203.0.113.0/24")
        self.assertProblem(self.call("GET", "/me", key=elsewhere), 403, "wrong_network")
        with self.assertRaises(ValidationError):
            self._new_key(self.program, networks="203.0.113.0/99")

    def test_keys_for_tests_work_in_test_databases_only(self):
        self.env["res.company"]._cn285_mark_test_database(False)
        with self.assertRaises(UserError):
            self._new_key(self.program, is_test=True)
        self.env["res.company"]._cn285_mark_test_database()
        key = self._new_key(self.program, is_test=True)
        self.assertTrue(key.startswith("cn_test_"))
        self.assertEqual(self.call("GET", "/me", key=key).status_code, 200)
        self.env["res.company"]._cn285_mark_test_database(False)
        self.assertProblem(self.call("GET", "/me", key=key), 401, "unauthenticated")
