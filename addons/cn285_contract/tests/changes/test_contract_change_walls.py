from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContractChangeWalls(ContractCase):
    """What a program may write on changes is what a user may: at create as at write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = new_test_user(cls.env, "walls_own", "cn285_contract.group_contract_user_own")
        cls.manager = new_test_user(
            cls.env, "walls_manager", "cn285_contract.group_billing_manager"
        )
        cls.contract = cls._create_contract(user_id=cls.own.id)
        cls.theirs = cls._create_contract(user_id=cls.manager.id)

    def _vals(self, **values):
        return {
            "contract_id": self.contract.id,
            "item_id": self.contract.item_ids.id,
            "type": "quantity",
            "date_effective": date(2026, 2, 1),
            "values": {"quantity": 2},
            **values,
        }

    def _kept(self):
        """A value that says something, for each field of a change that the program keeps."""
        changes = self.env["cn285.contract.change"]
        samples = {
            "many2one": lambda field: self.env[field.comodel_name].search([], limit=1).id or 1,
            "one2many": lambda field: [Command.create({})],
            "monetary": lambda field: -500.0,
            "boolean": lambda field: True,
            "json": lambda field: {"quantity": 9},
            "date": lambda field: date(2026, 1, 1),
            "datetime": lambda field: "2026-01-01 00:00:00",
            "selection": lambda field: field.get_values(self.env)[-1],
        }
        kept = changes._kept_fields()
        self.assertGreater(len(kept), 8)
        for name in sorted(kept):
            field = changes._fields[name]
            yield name, samples.get(field.type, lambda field: "forged")(field)

    def test_fields_of_the_program_are_refused_to_users(self):
        for user in (self.own, self.manager):
            changes = self.env["cn285.contract.change"].with_user(user)
            draft = changes.create(self._vals())
            for name, value in self._kept():
                with self.subTest(name, user=user.login):
                    with self.assertRaises(UserError):
                        changes.create(self._vals(**{name: value}))
                    with self.assertRaises(UserError):
                        draft.write({name: value})
                    with self.assertRaises(UserError):
                        self.contract.with_user(user).write(
                            {"change_ids": [Command.create(self._vals(**{name: value}))]}
                        )
                    with self.assertRaises(UserError):
                        draft.copy({name: value})

    def test_defaults_of_a_caller_are_not_taken(self):
        for name, value in self._kept():
            if isinstance(value, list):
                continue
            changes = self.env["cn285.contract.change"].with_user(self.own)
            clean = changes.create(self._vals())
            forged = changes.with_context(**{f"default_{name}": value}).create(self._vals())
            self.assertEqual(forged[name], clean[name], name)

    def test_defaults_that_a_user_keeps_are_not_taken(self):
        defaults = self.env["ir.default"].with_user(self.own)
        defaults.set("cn285.contract.change", "error", "forged", user_id=True)
        change = self.env["cn285.contract.change"].with_user(self.own).create(self._vals())
        self.assertFalse(change.error)

    def test_forms_send_what_they_got_as_default(self):
        changes = self.env["cn285.contract.change"].with_user(self.own)
        names = ["state", "error", "date_applied", "schedule_ids", "approved_by"]
        change = changes.create({**changes.default_get(names), **self._vals(error=False)})
        self.assertEqual(change.state, "draft")

    def test_door_is_no_key_that_a_caller_can_send(self):
        for key in (True, 1, "STATE_DOOR", {}, None):
            changes = (
                self.env["cn285.contract.change"]
                .with_user(self.own)
                .with_context(cn285_state_door=key)
            )
            with self.assertRaises(UserError):
                changes.create(self._vals(approved_by=self.own.id))

    def test_values_name_only_what_the_user_may_read(self):
        changes = self.env["cn285.contract.change"].with_user(self.own)
        vals = self._vals(type="transfer_item", values={"to_contract_id": self.theirs.id})
        with self.assertRaisesRegex(ValidationError, "there is no"):
            changes.create(vals)
        draft = changes.create(self._vals())
        with self.assertRaisesRegex(ValidationError, "there is no"):
            draft.write({"type": "transfer_item", "values": vals["values"]})

    def test_forms_tell_nothing_of_what_the_user_may_not_read(self):
        theirs, item = self.theirs.id, self.theirs.item_ids.id
        asked = {
            "cn285.contract.item": {"contract_id": theirs},
            "cn285.contract.change": {"item_id": item},
            "cn285.contract.item.discount": {"item_id": item},
            "cn285.contract.change.wizard": {"contract_id": theirs},
            "cn285.contract.confirm": {"contract_id": theirs},
            "cn285.contract.preview": {"contract_id": theirs},
        }
        for model, values in asked.items():
            records = self.env[model].with_user(self.own)
            spec = {name: {"fields": {"display_name": {}}} for name in values}
            with self.subTest(model), self.assertRaises(AccessError):
                records.onchange(values, list(values), spec)
        contract = self.contract.with_user(self.own)
        spec = {"item_ids": {"fields": {"name": {}}}}
        for command in ([4, item], [6, 0, [item]], [1, item, {}], [0, 0, {"contract_id": theirs}]):
            with self.subTest(command), self.assertRaises(AccessError):
                contract.onchange({"item_ids": [command]}, ["item_ids"], spec)

    def test_forms_tell_what_hangs_on_what_the_user_reads(self):
        items = self.env["cn285.contract.item"].with_user(self.own)
        values = {"contract_id": self.contract.id}
        told = items.onchange(values, ["contract_id"], {"contract_id": {}, "currency_id": {}})
        self.assertEqual(told["value"]["currency_id"], self.contract.currency_id.id)

    def test_lines_of_a_form_that_is_not_saved_yet(self):
        """The client gives a line its parent's values; a new parent among them has no id."""
        theirs = self.theirs.id
        boss = new_test_user(self.env, "maintainer", "cn285_contract.group_billing_manager")
        lines = {
            "cn285.contract.item": (self.own, "contract_id", {"date_start": "2026-01-01"}),
            "cn285.contract.template.item": (boss, "template_id", {"name": "Hosting"}),
        }
        spec = {"currency_id": {}, "quantity": {}}
        for model, (user, link, parent) in lines.items():
            records = self.env[model].with_user(user)
            with self.subTest(model):
                told = records.onchange({link: parent}, [], {**spec, link: {}})
                self.assertEqual(told["value"]["quantity"], 1.0)
        items = self.env["cn285.contract.item"].with_user(self.own)
        for parent in (
            {"predecessor_id": theirs},
            {"item_ids": [[4, self.theirs.item_ids.id]]},
            {"id": self.contract.id, "predecessor_id": theirs},
            {"id": theirs},
        ):
            with self.subTest(parent), self.assertRaises(AccessError):
                items.onchange({"contract_id": parent}, [], spec)

    def test_description_names_only_what_the_reader_may_read(self):
        change = self.env["cn285.contract.change"].create(
            self._vals(type="transfer_item", values={"to_contract_id": self.theirs.id})
        )
        self.assertIn(self.theirs.name, change.with_user(self.manager).description)
        self.assertNotIn(self.theirs.name, change.with_user(self.own).description)

    def test_documents_for_the_customer_are_files_of_the_contract(self):
        secret = self.env["ir.attachment"].create(
            {
                "name": "paie.txt",
                "raw": b"secret",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        unbound = self.env["ir.attachment"].create({"name": "loose.txt", "raw": b"secret"})
        other = self.env["ir.attachment"].create(
            {
                "name": "their.txt",
                "raw": b"secret",
                "res_model": "cn285.contract",
                "res_id": self.theirs.id,
            }
        )
        contract = self.contract.with_user(self.own)
        for document in (secret, unbound, other):
            with self.assertRaises(AccessError):
                contract.portal_document_ids = [Command.link(document.id)]
            with self.assertRaises(AccessError):
                contract.create(
                    {
                        "partner_id": self.customer.id,
                        "portal_document_ids": [Command.set(document.ids)],
                    }
                )
        # Whatever was linked before is not shown.
        self.env.cr.execute(
            "INSERT INTO cn285_contract_portal_document_rel VALUES (%s, %s)",
            (self.contract.id, secret.id),
        )
        self.contract.invalidate_recordset()
        self.assertIn(secret, self.contract.portal_document_ids)
        self.assertFalse(self.contract._portal_documents())

    def test_uploaded_document_becomes_one_of_the_contract(self):
        document = (
            self.env["ir.attachment"]
            .with_user(self.own)
            .create({"name": "cgv.txt", "raw": b"terms", "res_model": "cn285.contract"})
        )
        contract = self.contract.with_user(self.own)
        contract.portal_document_ids = [Command.link(document.id)]
        self.assertEqual(document.sudo().res_id, contract.id)
        self.assertEqual(contract._portal_documents(), document)

    def test_the_day_of_the_request_is_history(self):
        """By it a right to leave is told: it does not move once the change is asked for."""
        changes = self.env["cn285.contract.change"].with_user(self.own)
        change = changes.create(self._vals(date_requested=date(2026, 1, 10)))
        change.date_requested = date(2026, 1, 12)
        change.action_schedule()
        for user in (self.own, self.manager):
            with self.assertRaisesRegex(UserError, "not a draft any more"):
                change.with_user(user).date_requested = date(2025, 1, 1)
        self.assertEqual(change.date_requested, date(2026, 1, 12))

    def test_values_that_are_no_json_are_refused_in_words(self):
        changes = self.env["cn285.contract.change"].with_user(self.own)
        for value in (float("nan"), float("-inf"), date(2026, 1, 1), object()):
            with self.subTest(value=value), self.assertRaisesRegex(ValidationError, "texts"):
                changes.create(self._vals(values={"quantity": value}))
