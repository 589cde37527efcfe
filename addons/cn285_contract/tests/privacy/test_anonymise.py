from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..common import ContractCase

NAMES = ("Delacroix", "delacroix.example", "0612345678", "06 12 34 56 78", "rue des Lilas")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestAnonymise(ContractCase):
    """A person is made anonymous everywhere, by administrators, once nothing needs the name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.admin = new_test_user(cls.env, "dpo", groups="base.group_system")
        cls.manager = new_test_user(
            cls.env,
            "manager",
            groups="cn285_contract.group_billing_manager,base.group_partner_manager",
        )
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Jeanne Delacroix",
                "email": "jeanne@delacroix.example",
                "phone": "+33 6 12 34 56 78",
                "street": "3 rue des Lilas",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "comment": "<p>Allergique</p>",
                "bank_ids": [(0, 0, {"acc_number": "FR7630006000011234567890189"})],
                "child_ids": [(0, 0, {"name": "Delacroix, maison", "type": "invoice"})],
            }
        )

    def _ended(self, **values):
        contract = self._create_contract(
            [{"name": "Ligne de Jeanne Delacroix", "code": "0612345678"}],
            partner_id=self.person.id,
            note="<p>Pour Jeanne DELACROIX, 06 12 34 56 78</p>",
            client_ref="Dossier Delacroix",
            **values,
        )
        self._bill(date(2026, 1, 15))
        contract.action_close(date(2026, 1, 31))
        self._pay(contract.invoice_ids)
        return contract

    def _pay(self, moves):
        for move in moves:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
        moves.invalidate_recordset()
        moves._compute_payment_state()

    def _anonymise(self, partner=None, **values):
        wizard = self.env["cn285.partner.anonymise"].with_user(self.admin)
        wizard = wizard.create({"partner_id": (partner or self.person).id, **values})
        self.assertFalse(wizard.obstacles)
        return wizard.action_anonymise()

    def _still_named(self, kept=()):
        """Tables and columns in which the person is still named, of all that keep texts."""
        self.env.flush_all()
        found = []
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto or name in kept:
                continue
            for field in model._fields.values():
                if not (field.store and field.column_type) or field.type not in (
                    "char",
                    "text",
                    "html",
                    "json",
                ):
                    continue
                patterns = [f"%{text}%" for text in NAMES]
                query = SQL(
                    "SELECT id FROM %s WHERE %s::text ILIKE ANY(%s) LIMIT 1",
                    SQL.identifier(model._table),
                    SQL.identifier(field.name),
                    patterns,
                )
                if self.env.execute_query(query):
                    found.append((name, field.name))
        return found

    def test_everywhere(self):
        contract = self._ended()
        portal = new_test_user(
            self.env,
            "jeanne@delacroix.example",
            groups="base.group_portal",
            partner_id=self.person.id,
            name="Jeanne Delacroix",
        )
        called, ill, hard = "Jeanne Delacroix a appelé du 0612345678", "Je suis malade", "Difficile"
        contract.message_post(body=called)
        contract.with_user(portal).sudo().message_post(body=ill, author_id=self.person.id)
        self.person.street = "4 rue des Lilas"
        self.person.message_post(body=hard)
        self.env["ir.attachment"].create(
            {
                "name": "Delacroix.pdf",
                "raw": b"x",
                "res_model": contract._name,
                "res_id": contract.id,
            }
        )
        change = self.env["cn285.contract.change"].search(
            [("contract_id", "=", contract.id)], limit=1
        ) or self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "end_item",
                "date_effective": date(2026, 1, 31),
                "note": "Delacroix Jeanne le demande",
            }
        )
        change._inside().write({"before": {"name": "Jeanne Delacroix"}, "after": {"x": [1]}})
        move = contract.invoice_ids
        amount = move.amount_total
        self._anonymise()
        self.env.invalidate_all()
        # What invoices say is kept: their lines, and the files that name the customer.
        kept = {"account.move", "account.move.line", "cn285.billing.schedule", "ir.attachment"}
        kept |= {name for name in self.env.registry if name.startswith("cn285.revrec")}
        self.assertEqual(self._still_named(kept), [])
        self.assertEqual(change.before, {"name": "[anonymised]"})
        self.assertFalse(portal.active)
        self.assertFalse(self.person.active)
        self.assertFalse(self.person.bank_ids)
        self.assertEqual(self.person.country_id.code, "FR")
        self.assertMoney(move.amount_total, f"{amount:.2f}")
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", move.id),
                ("res_field", "!=", False),
            ]
        )
        self.assertTrue(files, "the invoice keeps its file")
        self.assertFalse(self.env["ir.attachment"].search([("name", "=", "Delacroix.pdf")]))

    def test_refused_while_contracts_run(self):
        contract = self._create_contract(partner_id=self.person.id)
        with self.assertRaises(UserError) as refusal:
            self.env["cn285.personal.data"].with_user(self.admin)._anonymise(
                self.person.with_user(self.admin)
            )
        self.assertIn(contract.name, str(refusal.exception))
        self.assertEqual(self.person.name, "Jeanne Delacroix")
        other = self._create_contract([{"beneficiary_id": self.person.id}])
        with self.assertRaisesRegex(UserError, other.name):
            self.env["cn285.personal.data"].with_user(self.admin)._anonymise(
                self.person.with_user(self.admin)
            )

    def test_refused_while_something_is_owed(self):
        contract = self._create_contract(partner_id=self.person.id)
        self._bill(date(2026, 1, 15))
        contract.action_close(date(2026, 1, 31))
        with self.assertRaisesRegex(UserError, "not settled"):
            self.env["cn285.personal.data"].with_user(self.admin)._anonymise(
                self.person.with_user(self.admin)
            )

    def test_only_administrators(self):
        self._ended()
        person = self.person.with_user(self.manager)
        with self.assertRaises(AccessError):
            person.action_cn285_anonymise()
        with self.assertRaises(AccessError):
            self.env["cn285.partner.anonymise"].with_user(self.manager).create(
                {"partner_id": person.id}
            )
        with self.assertRaises(AccessError):
            self.env["cn285.personal.data"].with_user(self.manager)._anonymise(person)
        self.assertEqual(self.person.name, "Jeanne Delacroix")

    def test_who_asked_or_approved_is_archived_not_deleted(self):
        """Who did something stays known: not even an administrator makes it nobody."""
        contract = self._create_contract()
        names = {"requested_by": "asks", "approved_by": "approves"}
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "terminate",
                "date_effective": date(2026, 3, 31),
            }
        )
        for field, login in names.items():
            user = new_test_user(self.env, login, groups="base.group_user", name=login)
            change._write_inside({field: user.id})
            with self.assertRaisesRegex(UserError, f"{login} cannot be deleted.*Archive"):
                user.with_user(self.admin).unlink()
            user.with_user(self.admin).active = False
            self.assertEqual(change[field].name, login)
        free = new_test_user(self.env, "nobody_asked", groups="base.group_user")
        free.with_user(self.admin).unlink()
        self.assertFalse(free.exists())

    def test_another_companys_contact(self):
        other = self.env["res.company"].create({"name": "Filiale"})
        self.person.company_id = other
        with self.assertRaises(AccessError):
            self.env["cn285.personal.data"].with_user(self.admin)._anonymise(
                self.person.with_user(self.admin)
            )

    def test_preview(self):
        contract = self._ended()
        action = self.person.with_user(self.admin).action_cn285_anonymise()
        form = Form(
            self.env[action["res_model"]].with_user(self.admin).with_context(**action["context"])
        )
        for words in ("L123-22", "Invoices", "Contracts: references", "Bank accounts"):
            self.assertIn(words, form.preview)
        self.assertFalse(form.obstacles)
        self.assertEqual(contract.client_ref, "Dossier Delacroix", "nothing is done yet")
