"""What other addons add to invoices: obstacles, what they declare harmless, and what is shown."""

from datetime import date
from unittest.mock import patch

from odoo import api, models
from odoo.tests import TransactionCase, tagged

from ...models.writer.invoice_writer import SWITCH
from ...models.writer.invoice_writer_modules import COVERED
from ...models.writer.invoice_writer_reasons import REASONS, NotQuick, Reason
from ...models.writer.invoice_writer_triggers import (
    _reaching_others,
    _Walk,
    dependent_fields,
    foreign_triggers,
)
from ..common import ContractCase
from .test_invoice_writer import InvoiceWriterCase


class Foreign(models.Model):
    """An addon that nobody has read; it declares nothing."""

    _name = "account.move"
    _inherit = "account.move"
    _register = False
    _module = "base_setup"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted.narration = "<p>seen</p>"
        return posted

    @api.constrains("ref")
    def _check_foreign(self):
        pass


class Harmless(models.Model):
    """The same addon with the one line."""

    _name = "account.move"
    _inherit = "account.move"
    _register = False
    _module = "base_setup"
    _quick_harmless = ("_post", "_check_foreign")

    def _post(self, soft=True):
        return super()._post(soft=soft)

    @api.constrains("ref")
    def _check_foreign(self):
        pass


@tagged("post_install", "-at_install")
class TestForeignAddons(InvoiceWriterCase):
    def setUp(self):
        super().setUp()
        self._forget()
        self.addCleanup(self._forget)

    def _forget(self):
        self.env.registry.clear_cache("stable")

    def _install(self, addon, model="account.move"):
        """Let a class take part in a model as if it came from an addon that is installed."""
        registry_class = self.env.registry[model]
        bases = registry_class.__bases__
        registry_class.__bases__ = (addon, *bases)

        def uninstall():
            registry_class.__bases__ = bases

        self.addCleanup(uninstall)
        self._forget()

    def test_fields_that_depend_on_invoices_are_those_that_odoo_follows(self):
        registry, guarded = self.env.registry, ("account.move", "account.move.line")
        fields = [fld for name in guarded for fld in registry[name]._fields.values()]
        self.assertEqual(
            dependent_fields(registry, guarded),
            {one for fld in fields for one in registry.get_dependent_fields(fld)},
        )
        # As if nobody had read any module: fields of invoices on which others depend.
        found = foreign_triggers(registry, guarded, frozenset(), set())
        walk = _Walk(registry, guarded, frozenset(), set())
        for name in guarded:
            self.assertEqual(
                found[name],
                {
                    fld.name
                    for fld in registry[name]._fields.values()
                    if walk.changes_others(registry.get_field_trigger_tree(fld))
                },
            )
        self.assertTrue(found["account.move"])
        verified = frozenset({"account", *COVERED})
        self.assertLess(
            len(_reaching_others(registry, guarded, verified)),
            len(_reaching_others(registry, guarded, frozenset())),
        )

    def test_addon_that_was_not_read_is_an_obstacle(self):
        self._install(Foreign)
        self.assertEqual(
            set(self.writer._quick_report().obstacles),
            {
                Reason("override", ("base_setup", "account.move._post")),
                Reason("constraint", ("base_setup", "account.move._check_foreign")),
            },
        )
        made = self.writer._create_invoices([self.simple()])
        self.assertIn("seen", made.narration)
        self.assertEqual(Reason.load(made.cn285_ordinary_reason).code, "override")

    def test_addon_declares_in_one_line_that_it_is_harmless(self):
        self._install(Harmless)
        self.assertFalse(self.writer._quick_report().obstacles)
        self.assertEqual(self.reasons([self.simple()]), [None])

    def test_only_what_is_named_is_harmless(self):
        self._install(Harmless)
        with patch.object(Harmless, "_quick_harmless", ("_post",)):
            self._forget()
            (obstacle,) = self.writer._quick_report().obstacles
        self.assertEqual(obstacle.code, "constraint")

    def test_addon_refuses_single_invoices(self):
        def refuse(_writer, vals):
            return "a seal on the goods" if vals.get("ref") == "sealed" else None

        with patch.object(type(self.writer), "_quick_refusal", refuse):
            made = self.writer._create_invoices([self.simple(ref="sealed"), self.simple()])
        sealed, plain = made
        self.assertFalse(plain.cn285_ordinary_reason)
        reason = Reason.load(sealed.cn285_ordinary_reason)
        self.assertEqual(reason.text(self.env), "a seal on the goods")


@tagged("post_install", "-at_install")
class TestCustomFields(InvoiceWriterCase):
    """Apart: fields that are added stay in the registry until the class is over."""

    def test_custom_fields(self):
        """A column that users added is data; one that computes itself is left to Odoo."""
        values = {
            "model_id": self.su_env["ir.model"]._get_id("account.move"),
            "ttype": "char",
            "state": "manual",
        }
        fields_model = self.su_env["ir.model.fields"]
        fields_model.create({**values, "name": "x_note", "field_description": "Note"})
        made = self.quick([self.simple(x_note="given")])
        self.assertEqual(made.x_note, "given")
        for name, kind in (("x_by_language", "translate"), ("x_by_company", "company_dependent")):
            fields_model.create({**values, "name": name, "field_description": name, kind: True})
            made = self.writer._create_invoices([self.simple(**{name: "given"})])
            self.assertEqual(made[name], "given")
            self.assertEqual(
                Reason.load(made.cn285_ordinary_reason).code, "field", f"{name}: by Odoo"
            )
            self.quick([self.simple()])
        fields_model.create(
            {
                **values,
                "name": "x_copy",
                "field_description": "Copy",
                "depends": "ref",
                "compute": "for move in self: move['x_copy'] = move.ref",
                "readonly": True,
                "store": True,
            }
        )
        made = self.writer._create_invoices([self.simple(ref="REF")])
        self.assertEqual(made.x_copy, "REF")
        self.assertEqual(
            Reason.load(made.cn285_ordinary_reason),
            Reason("custom_field", ("account.move.x_copy",)),
        )


@tagged("post_install", "-at_install")
class TestReasons(TransactionCase):
    ARGS = {
        "account_type": "asset_cash",
        "may_not_create": "account.move",
        "other_company": "product.product",
    }

    def test_every_reason_has_words(self):
        """In both languages, kept and read again with its arguments."""
        for code, words in REASONS.items():
            args = tuple(self.ARGS.get(code, "sale") for _show in words.show)
            reason = Reason(code, args)
            self.assertEqual(Reason.load(reason.dump()), reason)
            self.assertEqual(NotQuick(code, *args).reason, reason)
            for lang in ("en_US", "fr_FR"):
                text = reason.text(self.env(context={"lang": lang}))
                self.assertTrue(text)
                self.assertNotIn("%s", text)
            self.assertNotIn("%s", str(reason))

    def test_modules_and_documents_have_their_names(self):
        for reason, text in (
            (Reason("override", ("account_peppol", "account.move._post")), "Peppol (account.move"),
            (Reason("other_company", ("account.journal",)), "Journal of another company"),
        ):
            self.assertIn(text, reason.text(self.env))

    def test_table_of_modules(self):
        self.assertEqual(len({row[:3] for row in COVERED}), len(COVERED), "a row twice")
        for row in COVERED:
            self.assertTrue(row.why)
            self.assertIn(row.refused or "switch", REASONS)


@tagged("post_install", "-at_install")
class TestWritingShown(ContractCase):
    """Settings and runs say how invoices are made."""

    def _settings(self):
        return self.env["res.config.settings"].create({}).cn285_invoice_writing

    def _close_quick_way(self):
        self.env["ir.config_parameter"].set_param(SWITCH, "False")

    def test_settings(self):
        self.assertEqual(self._settings(), "quick")
        self.env.company.account_storno = True
        self.assertEqual(self._settings(), "ordinary, because of storno accounting")
        self.env.company.account_storno = False
        self._close_quick_way()
        self.assertEqual(self._settings(), f"ordinary, because of the system parameter {SWITCH}")

    def test_settings_name_the_module(self):
        obstacle = Reason("override", ("account_peppol", "account.move._post"))
        writer = type(self.env["cn285.invoice.writer"])
        with patch.object(writer, "_quick_database_obstacle", lambda _self: obstacle):
            self.assertIn("because of Peppol (account.move._post)", self._settings())

    def test_a_run_counts_and_says_why(self):
        """The quick ones first, then reasons by the number of their invoices."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(6)])
        for partner in partners:
            self._create_contract(partner_id=partner.id)
        words = {partners[0].id: "a seal", partners[1].id: "a stamp", partners[2].id: "a stamp"}
        writer = type(self.env["cn285.invoice.writer"])
        with patch.object(
            writer, "_quick_refusal", lambda _self, vals: words.get(vals["partner_id"])
        ):
            run = self._bill(date(2026, 1, 1))
        self.assertEqual(run.invoice_count, 6)
        self.assertEqual(
            run.writing_summary.splitlines(),
            ["3 quick", "2 ordinary, because of a stamp", "1 ordinary, because of a seal"],
        )

    def test_a_run_of_drafts(self):
        self._create_contract()
        run = self._bill(date(2026, 1, 1), post=False)
        self.assertEqual(
            run.writing_summary,
            f"{run.invoice_count} ordinary, because of invoices left as drafts",
        )
