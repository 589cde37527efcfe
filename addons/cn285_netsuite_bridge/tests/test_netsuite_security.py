"""Who may see and do what: secrets are for administrators, companies do not see each other."""

import os
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common import NetsuiteCase

SECRETS = (
    "netsuite_consumer_key",
    "netsuite_consumer_secret",
    "netsuite_token",
    "netsuite_token_secret",
)


class TestSecurity(NetsuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "cn285_contract.group_billing_manager"
        cls.manager = new_test_user(cls.env, "bridge-manager", groups=groups)
        cls.clerk = new_test_user(
            cls.env, "bridge-clerk", groups="cn285_contract.group_contract_user,base.group_user"
        )
        other = cls.env["res.company"].create({"name": "Other company"})
        cls.stranger = new_test_user(
            cls.env,
            "bridge-stranger",
            groups=groups,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        cls.admin = new_test_user(cls.env, "bridge-admin", groups="base.group_system")

    def test_secrets_are_read_by_administrators_only(self):
        for name in SECRETS:
            with self.assertRaises(AccessError):
                self.backend.with_user(self.manager).read([name])
            self.assertTrue(self.backend.with_user(self.admin).read([name])[0][name])
        self.assertNotIn("netsuite_token_secret", self.backend.with_user(self.manager).read()[0])

    def test_secrets_come_from_the_environment_when_the_record_has_none(self):
        self.backend.write(dict.fromkeys(SECRETS, False))
        with self.assertRaises(UserError) as problem:
            self.backend.action_test()
        self.assertIn("Token Secret", str(problem.exception))
        names = {
            f"CN285_NETSUITE_{name.upper()}": value for name, value in self.server.secrets.items()
        }
        with patch.dict(os.environ, names):
            self.assertTrue(self.backend.action_test())
        account = {
            name.replace("NETSUITE_", "NETSUITE_1234567_SB1_"): value
            for name, value in names.items()
        }
        wrong = dict.fromkeys(names, "wrong")
        with patch.dict(os.environ, {**wrong, **account}):
            self.assertTrue(self.backend.action_test(), "the account's own go first")

    def test_a_manager_works_the_bridge_but_does_not_set_it_up(self):
        backend = self.backend.with_user(self.manager)
        self.assertTrue(backend.action_test())
        backend.action_stop()
        backend.action_start()
        backend.action_synchronise()
        backend.kind_ids[0].action_read_now()
        self.assertEqual(backend.state, "running")
        with self.assertRaises(AccessError):
            backend.netsuite_account = "7654321"
        with self.assertRaises(AccessError):
            backend.kind_ids[0].direction = "off"
        with self.assertRaises(AccessError):
            self.env["cn285.bridge.outbox"].with_user(self.manager).create(
                {
                    "kind_id": self.kind("invoice").id,
                    "res_model": "account.move",
                    "res_id": 1,
                }
            )

    def test_a_clerk_sees_nothing_but_his_changes_go(self):
        for model in ("backend", "binding", "outbox", "inbox", "conflict", "exchange", "map"):
            with self.assertRaises(AccessError):
                self.env[f"cn285.bridge.{model}"].with_user(self.clerk).search([])
        self.customer.customer_rank = 1
        self.clerk.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        self.customer.with_user(self.clerk).city = "Brest"
        self.work()
        (there,) = self.there("Customer")
        self.assertIn("Brest", str([e.text for e in there.fields["addressbookList"][0].iter()]))

    def test_companies_do_not_see_each_others_bridges(self):
        self.work()
        for model in ("backend", "kind", "binding", "outbox", "inbox", "exchange", "map"):
            found = self.env[f"cn285.bridge.{model}"].with_user(self.stranger).search([])
            self.assertFalse(found, model)
        with self.assertRaises(AccessError):
            self.backend.with_user(self.stranger).action_stop()

    def test_only_the_choice_of_a_conflict_can_be_changed(self):
        binding = self.env["cn285.bridge.binding"]._need(self.kind("customer"), self.customer.ids)[
            self.customer.id
        ]
        conflict = self.env["cn285.bridge.conflict"].create(
            {
                "binding_id": binding.id,
                "line_ids": [Command.create({"name": "email", "ours": "a", "theirs": "b"})],
            }
        )
        line = conflict.line_ids.with_user(self.manager)
        line.choice = "ours"
        with self.assertRaises(AccessError):
            line.theirs = "c"

    # ------------------------------------------------------------------ bad settings

    def test_wrong_settings_are_refused_with_what_to_do(self):
        with self.assertRaises(ValidationError) as problem:
            self.backend.netsuite_account = "my company"
        self.assertIn("1234567_SB1", str(problem.exception))
        with self.assertRaises(ValidationError) as problem:
            self.backend.netsuite_version = "2025.2"
        self.assertIn("2025_2", str(problem.exception))
        with self.assertRaises(ValidationError):
            self.kind("item").direction = "out"

    def test_a_sandbox_may_be_written_with_a_hyphen(self):
        self.backend.netsuite_account = "1234567-sb1"
        self.assertTrue(self.backend.action_test())

    def test_it_does_not_start_without_subsidiary_currency_or_clearing(self):
        for kind, word in (("company", "Subsidiary"), ("currency", "Currency")):
            lines = self.backend.map_ids.filtered(lambda line, kind=kind: line.kind == kind)
            values = lines.copy_data()
            lines.unlink()
            with self.assertRaises(UserError) as problem:
                self.backend.action_start()
            self.assertIn(word, str(problem.exception))
            self.env["cn285.bridge.map"].create(values)
        self.backend.netsuite_clearing_journal_id = False
        with self.assertRaises(UserError) as problem:
            self.backend.action_start()
        self.assertIn("clearing journal", str(problem.exception))

    def test_a_wrong_address_says_so(self):
        self.backend.netsuite_version = "2031_1"
        self.backend.netsuite_url = f"{self.server.url}/nothing/"
        self.patch(type(self.server), "file", lambda *_arguments: None)
        with self.assertRaises(UserError) as problem:
            self.backend.action_test()
        self.assertIn("SuiteTalk version", str(problem.exception))
