"""The quick invoice writer makes what Odoo makes: every column of every row is compared."""

import re
import sys
from copy import deepcopy
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ...models.writer.invoice_writer import SWITCH
from ...models.writer.invoice_writer_guard import GUARDED_MODELS
from ...models.writer.invoice_writer_reasons import Reason
from ...models.writer.invoice_writer_watched import IDLE_METHODS, WATCHED_METHODS
from .invoice_writer_cases import Portfolio, differences, read_invoice

GENERATED = 100


class InvoiceWriterCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("fr", cls.company, install_demo=False)
        # Both ways write the dates that they are given; whoever prepares invoices decides on them.
        cls.company.cn285_invoice_dating = "schedule"
        user = new_test_user(
            cls.env,
            "cn285-writer",
            groups="base.group_user,account.group_account_manager,analytic.group_analytic_accounting",
            company_id=cls.company.id,
        )
        cls.su_env = cls.env
        cls.env = cls.env(user=user, context={"lang": "en_US", "tz": "Europe/Paris"})
        cls.portfolio = Portfolio(cls.env, 7)
        cls.writer = cls.env["cn285.invoice.writer"]

    def ordinary(self, vals_list, batch=40):
        """Make the invoices as a user would: create, then confirm."""
        moves = self.env["account.move"]
        for start in range(0, len(vals_list), batch):
            made = self.env["account.move"].create(deepcopy(vals_list[start : start + batch]))
            made.action_post()
            moves += made
            # a test transaction never commits, so no autovacuum tells the planner of its rows
            self.env.cr.execute(
                "ANALYZE account_move; ANALYZE account_move_line; ANALYZE account_partial_reconcile"
            )
        return moves

    def quick(self, vals_list):
        """Make the invoices by the writer, and assert that none of them went Odoo's way."""
        _planned, ordinary = self.writer._plan(vals_list)
        self.assertFalse(ordinary, "these invoices were expected to be quick")
        return self.writer._create_invoices(deepcopy(vals_list))

    def assert_same(self, ordinary, quick):
        self.assertEqual(len(ordinary), len(quick))
        for index, (one, other) in enumerate(zip(ordinary, quick, strict=True)):
            found = differences(read_invoice(self.env, one), read_invoice(self.env, other))
            self.assertFalse(list(found), f"invoice {index}: Odoo's != the writer's")

    def reasons(self, vals_list):
        """Return the codes of the reasons for which the invoices are left to Odoo; None: quick."""
        _planned, ordinary = self.writer._plan(vals_list)
        return [ordinary[n].code if n in ordinary else None for n in range(len(vals_list))]

    def assert_all_watched(self, vals_list):
        """Assert that Odoo runs no method for these invoices that the writer does not know of."""
        seen = set()

        def note(frame, event, _argument):
            code = frame.f_code
            if event == "call" and code.co_argcount:
                first = frame.f_locals.get(code.co_varnames[0])
                if isinstance(first, BaseModel) and first._name in GUARDED_MODELS:
                    seen.add(code.co_name)

        sys.setprofile(note)
        try:
            moves = self.env["account.move"].create(vals_list)
            moves._post(soft=False)
            self.env.flush_all()
        finally:
            sys.setprofile(None)
        models = [self.env.registry[name] for name in GUARDED_MODELS]
        methods = {
            name
            for name in seen
            if any(hasattr(model, name) for model in models)
            and not hasattr(BaseModel, name)
            # Methods of this suite, which its verified modules call.
            and not name.startswith("_cn285_")
        }
        self.assertIn("_sync_tax_lines", methods)
        self.assertFalse(methods - WATCHED_METHODS - IDLE_METHODS)

    def assert_generated(self, portfolio, count):
        vals_list = portfolio.invoices(count)
        _planned, ordinary = self.writer._plan(vals_list)
        odd = [index for index, vals in enumerate(vals_list) if portfolio.is_odd(vals)]
        self.assertLessEqual(set(odd), set(ordinary))
        self.assertLessEqual(len(ordinary) - len(odd), count * 0.06, "hardly any is quick")
        expected = self.ordinary(vals_list)
        made = self.writer._create_invoices(deepcopy(vals_list))
        self.assert_same(expected, made)
        self.assertEqual(
            [bool(move.cn285_ordinary_reason) for move in made],
            [index in ordinary for index in range(len(vals_list))],
        )
        self.assertEqual(
            [move.partner_id.id for move in made], [vals["partner_id"] for vals in vals_list]
        )
        for move, vals in zip(made, vals_list, strict=True):
            self.assertEqual(
                [line.name for line in move.invoice_line_ids],
                [command[2]["name"] for command in vals["invoice_line_ids"]],
            )
        self.assertEqual(len(set(made.mapped("name"))), len(made))

    def simple(self, **values):
        """Return one plain invoice of 3 × 100.00 at 20 %: 360.00."""
        line = {
            "product_id": self.portfolio.products[0].id,
            "name": "Maintenance",
            "quantity": 3,
            "price_unit": 100.0,
        }
        return {
            "move_type": "out_invoice",
            "partner_id": self.portfolio.partners[0].id,
            "invoice_date": date(2026, 3, 31),
            "invoice_payment_term_id": self.portfolio.terms[0].id,
            "invoice_line_ids": [Command.create(line)],
            **values,
        }


@tagged("post_install", "-at_install")
class TestInvoiceWriterEqual(InvoiceWriterCase):
    def test_generated_invoices_rounded_globally(self):
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        self.assert_generated(self.portfolio, GENERATED)

    def test_generated_invoices_rounded_per_line(self):
        self.company.sudo().tax_calculation_rounding_method = "round_per_line"
        self.assert_generated(self.portfolio, GENERATED)

    def test_drafts_left_lying_are_invoices_of_the_day_on_which_they_are_posted(self):
        """At that day's rate, to the cent, as the writer makes them on that day."""
        self.company.sudo().cn285_invoice_dating = "issue"
        own, today = self.company.currency_id.id, date(2026, 4, 20)
        vals_list = self.portfolio.invoices(GENERATED, with_oddities=False)
        vals_list = [vals for vals in vals_list if vals["currency_id"] != own][:45]
        # 30 JPY, taxed 1 and 1: in euros the parts do not add up to what the total comes to.
        tax_ids = [Command.set(self.portfolio.taxes["shared"].ids)]
        vals_list.append(
            self.simple(currency_id=self.env.ref("base.JPY").id, invoice_date=date(2026, 2, 28))
        )
        vals_list[-1]["invoice_line_ids"][0][2].update(
            quantity=2, price_unit=15.142885, tax_ids=tax_ids
        )
        for vals in vals_list:
            vals.pop("delivery_date", None)
            vals["cn285_sums_lines"] = True
            vals["invoice_date"] = min(fields.Date.to_date(vals["invoice_date"]), today)
        with freeze_time("2026-04-20 10:00:00"):
            lying = self.env["account.move"].create(deepcopy(vals_list))
            totals = [(move.amount_untaxed, move.amount_total) for move in lying]
            lying.action_post()
            vals_list = [{**vals, "invoice_date": today} for vals in vals_list]
            made = self.writer._create_invoices(deepcopy(vals_list))
        # In yen a total may be less than its parts, which the writer leaves to Odoo.
        self.assertLessEqual(len(made.filtered("cn285_ordinary_reason")), 3)
        self.assertEqual(set(lying.mapped("invoice_date")), {today})
        self.assertEqual([(move.amount_untaxed, move.amount_total) for move in lying], totals)
        for index, (one, other) in enumerate(zip(lying, made, strict=True)):
            left, right = read_invoice(self.env, one), read_invoice(self.env, other)
            for result in (left, right):
                # That it was dated anew stands in its history, and by whom on analytic items.
                result.pop("chatter")
                for entry in result["analytic"]:
                    entry.pop("write_uid")
            self.assertFalse(list(differences(left, right)), f"invoice {index}")

    def test_generated_invoices_of_several_companies(self):
        company = self.su_env["res.company"].create(
            {
                "name": "Cn285 Belgium",
                "country_id": self.su_env.ref("base.us").id,
                "cn285_invoice_dating": "schedule",
            }
        )
        self.su_env["account.chart.template"].try_loading("generic_coa", company, False)
        self.env.user.sudo().company_ids += company
        allowed = [self.company.id, company.id]
        other = Portfolio(
            self.su_env(user=self.env.user)["res.company"].with_company(company).env, 8
        )
        both = self.env["res.company"].with_context(allowed_company_ids=allowed).env
        vals_list = self.portfolio.invoices(12, with_oddities=False)
        vals_list += other.invoices(25, with_oddities=False)
        other.random.shuffle(vals_list)
        expected = both["account.move"].create(deepcopy(vals_list))
        expected.action_post()
        made = both["cn285.invoice.writer"]._create_invoices(deepcopy(vals_list))
        self.assertEqual(made.company_id, self.company + company)
        self.assert_same(expected, made)

    def test_invoices_entered_in_the_form(self):
        products = self.portfolio.products
        for partner, term, currency in (
            (0, 0, 0),
            (1, 1, 1),
            (2, 5, 0),
            (4, 3, 2),
        ):
            partner = self.portfolio.partners[partner]
            values = self.simple(
                partner_id=partner.id,
                ref="PO 12",
                invoice_payment_term_id=self.portfolio.terms[term].id,
                currency_id=self.portfolio.currencies[currency].id,
            )
            values["invoice_line_ids"] = [
                Command.create(
                    {
                        "product_id": product.id,
                        "name": f"Line {index}",
                        "quantity": index + 1.5,
                        "price_unit": 12.345,
                        "discount": 10.0 * index,
                    }
                )
                for index, product in enumerate(products)
            ]
            form = Form(self.env["account.move"].with_context(default_move_type="out_invoice"))
            form.partner_id = partner
            form.invoice_date = values["invoice_date"]
            form.currency_id = self.portfolio.currencies[currency]
            form.invoice_payment_term_id = self.portfolio.terms[term]
            form.ref = "PO 12"
            for command in values["invoice_line_ids"]:
                with form.invoice_line_ids.new() as line:
                    line.product_id = products.browse(command[2]["product_id"])
                    line.name = command[2]["name"]
                    line.quantity = command[2]["quantity"]
                    line.price_unit = command[2]["price_unit"]
                    line.discount = command[2]["discount"]
            entered = form.save()
            entered.action_post()
            made = self.quick([values])
            left, right = read_invoice(self.env, entered), read_invoice(self.env, made)
            for result in (left, right):
                # it has the salesperson follow the invoice, and logs the confirmation apart
                result.pop("chatter")
                # the web client sends a sequence, and False where create is told nothing
                for row in (result["header"], *result["items"]):
                    row.pop("sequence", None)
                    row.update({key: value or None for key, value in row.items()})
            self.assertFalse(list(differences(left, right)), partner.name)

    def test_amounts_of_a_plain_invoice(self):
        made = self.quick([self.simple()])
        self.assertEqual(
            (made.amount_untaxed, made.amount_tax, made.amount_total, made.amount_residual),
            (300.0, 60.0, 360.0, 360.0),
        )
        self.assertEqual(made.line_ids.mapped("balance"), [-300.0, -60.0, 360.0])
        self.assertEqual((made.state, made.payment_state), ("posted", "not_paid"))
        self.assertEqual(made.invoice_date_due, date(2026, 4, 30))
        with made._check_balanced({"records": made}):
            pass

    def test_comparison_sees_a_difference(self):
        one, other = self.quick([self.simple(), self.simple()])
        self.assertFalse(
            list(differences(read_invoice(self.env, one), read_invoice(self.env, other)))
        )
        for statement in (
            "UPDATE account_move SET amount_residual = 0.01 WHERE id = %s",
            "UPDATE account_move_line SET discount_date = '2026-01-01' WHERE move_id = %s",
            "DELETE FROM account_account_tag_account_move_line_rel WHERE account_move_line_id IN"
            " (SELECT id FROM account_move_line WHERE move_id = %s)",
            "UPDATE mail_message SET author_id = NULL WHERE model = 'account.move' AND res_id = %s",
        ):
            with self.subTest(statement), self.env.cr.savepoint():
                left = read_invoice(self.env, one)
                self.env.cr.execute(statement, [other.id])
                self.assertTrue(list(differences(left, read_invoice(self.env, other))))

    def test_what_follows_is_the_same(self):
        vals_list = [self.simple(), self.simple(invoice_payment_term_id=self.portfolio.terms[1].id)]
        for follow in (self._pay, self._pay_half, self._draft, self._cancel, self._reverse):
            with self.subTest(follow.__name__):
                expected, made = self.ordinary(vals_list), self.quick(vals_list)
                for moves in (expected, made):
                    follow(moves)
                    self.env.flush_all()
                left = [self._aftermath(move) for move in expected]
                right = [self._aftermath(move) for move in made]
                self.assertFalse(list(differences(left, right)))

    def _aftermath(self, move):
        result = read_invoice(self.env, move)
        result.pop("account.move.matched_payment_ids")
        for item in result["items"]:
            item.pop("full_reconcile_id")
            item["matching_number"] = bool(item["matching_number"])
        for message in result["chatter"]["messages"]:
            message["body"] = re.sub(r"\d+", "#", message["body"] or "")
        return result

    def _pay(self, moves, amount=None):
        for move in moves:
            context = {"active_model": "account.move", "active_ids": move.ids}
            wizard = self.env["account.payment.register"].with_context(**context).create({})
            if amount:
                wizard.amount = amount
            wizard.action_create_payments()
            expected = "partial" if amount else move._get_invoice_in_payment_state()
            self.assertIn(move.payment_state, (expected, "in_payment", "paid"))
            self.assertEqual(move.amount_residual, 360.0 - (amount or 360.0))

    def _pay_half(self, moves):
        self._pay(moves, amount=180.0)

    def _draft(self, moves):
        moves.button_draft()
        self.assertEqual(set(moves.mapped("state")), {"draft"})

    def _cancel(self, moves):
        moves.button_draft()
        moves.button_cancel()
        self.assertEqual(set(moves.mapped("state")), {"cancel"})

    def _reverse(self, moves):
        for move in moves:
            context = {"active_model": "account.move", "active_ids": move.ids}
            wizard = self.env["account.move.reversal"].with_context(**context)
            wizard = wizard.create({"reason": "error", "journal_id": move.journal_id.id})
            wizard.modify_moves()
            self.assertEqual(move.payment_state, "reversed")


@tagged("post_install", "-at_install")
class TestInvoiceWriterNumbers(InvoiceWriterCase):
    def test_numbers_follow_each_other_by_date_then_reference(self):
        first = self.quick([self.simple()])
        days = (date(2026, 5, 2), date(2026, 4, 1), date(2026, 5, 2), date(2026, 4, 1))
        refs = ("B", "Z", "A", "Y")
        made = self.quick(
            [self.simple(invoice_date=day, ref=ref) for day, ref in zip(days, refs, strict=True)]
        )
        start = first.sequence_number
        self.assertEqual(
            made.mapped("sequence_number"), [start + 4, start + 2, start + 3, start + 1]
        )
        self.assertEqual(set(made.mapped("sequence_prefix")), {first.sequence_prefix})
        self.assertFalse(any(made.mapped("made_sequence_gap")))
        self.assertEqual(made.mapped("name"), made.mapped("payment_reference"))
        after = self.ordinary([self.simple(invoice_date=date(2026, 5, 3))])
        self.assertEqual(after.sequence_number, start + 5)
        self.assertFalse(after.made_sequence_gap)

    def test_numbers_of_two_years_and_of_a_format_of_the_user(self):
        for made in (self.ordinary, self.quick):
            with self.subTest(made.__name__), self.env.cr.savepoint() as savepoint:
                first = made([self.simple()])
                first.name = "FAC/2026/03/0041"
                self.env.flush_all()
                moves = made(
                    [
                        self.simple(invoice_date=day)
                        for day in (date(2026, 3, 5), date(2026, 4, 5), date(2027, 1, 31))
                    ]
                )
                self.assertEqual(
                    moves.mapped("name"),
                    ["FAC/2026/03/0042", "FAC/2026/04/0001", "FAC/2027/01/0001"],
                )
                savepoint.rollback()
                self.env.cr.precommit.data.pop("sequence.mixin", None)
                self.env.invalidate_all(flush=False)

    def test_gap_is_marked(self):
        first, second = self.quick([self.simple(), self.simple()])
        second.button_draft()
        second.name = False
        second.with_context(force_delete=True).unlink()
        third = self.quick([self.simple()])
        self.assertEqual(third.sequence_number, first.sequence_number + 1)
        self.assertFalse(third.made_sequence_gap)


@tagged("post_install", "-at_install")
class TestInvoiceWriterChoice(InvoiceWriterCase):
    def setUp(self):
        super().setUp()
        self.env.registry.clear_cache("stable")
        self.addCleanup(self.env.registry.clear_cache, "stable")

    def count_quick(self, vals_list):
        """Return how many of the invoices were inserted by the quick way."""
        inserted = []
        model = type(self.writer)
        insert = model._insert

        def counting(writer, invoices):
            inserted.extend(invoices)
            return insert(writer, invoices)

        with patch.object(model, "_insert", counting):
            self.writer._create_invoices(vals_list)
        return len(inserted)

    def test_quick_path_is_open_with_the_modules_installed_here(self):
        self.assertEqual(self.writer._quick_report().obstacles, ())
        self.assertIsNone(self.writer._quick_obstacle())
        self.assertEqual(self.count_quick([self.simple(), self.simple()]), 2)

    def test_switch(self):
        self.su_env["ir.config_parameter"].set_param(SWITCH, "False")
        self.assertEqual(self.count_quick([self.simple()]), 0)

    def test_draft_is_left_to_odoo(self):
        made = self.writer._create_invoices([self.simple()], post=False)
        self.assertEqual((made.state, made.amount_total), ("draft", 360.0))
        self.assertFalse(made.name)

    def test_what_the_quick_way_left_to_odoo_says_why(self):
        made = self.writer._create_invoices([self.simple(), self.simple(invoice_date=False)])
        quick, ordinary = made
        self.assertFalse(quick.cn285_ordinary_reason)
        self.assertEqual(Reason.load(ordinary.cn285_ordinary_reason), Reason("no_date"))
        draft = self.writer._create_invoices([self.simple()], post=False)
        self.assertEqual(Reason.load(draft.cn285_ordinary_reason), Reason("draft"))

    def test_default_value_of_the_users_is_left_to_odoo(self):
        self.su_env["ir.default"].set("account.move", "ref", "ours")
        made = self.writer._create_invoices([self.simple()])
        self.assertEqual(made.ref, "ours")
        self.assertEqual(Reason.load(made.cn285_ordinary_reason), Reason("default", ("ref",)))

    def test_unknown_context_is_left_to_odoo(self):
        writer = self.writer.with_context(default_ref="X")
        self.assertEqual(writer._quick_obstacle(), Reason("context", ("default_ref",)))
        self.assertEqual(writer._create_invoices([self.simple()]).ref, "X")

    def test_patched_method_is_an_obstacle(self):
        model = self.env.registry["account.move"]
        post = model._post

        def patched(self, soft=True):
            return post(self, soft=soft)

        patched.origin = post
        with patch.object(model, "_post", patched):
            self.assertEqual(self.writer._quick_obstacle().args[1], "account.move._post")
            self.assertEqual(self.count_quick([self.simple()]), 0)

    def test_module_that_was_not_read_is_an_obstacle(self):
        verified = type(self.writer)._quick_verified_modules

        def fewer(writer):
            return verified(writer) - {"account_peppol", "account"}

        with patch.object(type(self.writer), "_quick_verified_modules", fewer):
            obstacles = self.writer._quick_report().obstacles
            for code, module, name in (
                ("override", "account_peppol", "account.move._compute_peppol_move_state"),
                ("sets_itself", "account_peppol", "account.move.peppol_move_state"),
                ("constraint", "account", "account.move.line._check_off_balance"),
            ):
                self.assertIn(Reason(code, (module, name)), obstacles)

    def test_all_methods_that_odoo_runs_are_watched(self):
        self.assert_all_watched(self.portfolio.invoices(5))

    def test_locked_period_is_handled_by_odoo(self):
        self.company.sudo().sale_lock_date = date(2026, 3, 31)
        vals_list = [self.simple(), self.simple(invoice_date=date(2026, 4, 1))]
        self.assertEqual(self.count_quick(deepcopy(vals_list)), 1)
        late, in_time = self.writer._create_invoices(vals_list)
        self.assertGreater(late.date, date(2026, 3, 31))
        self.assertEqual(in_time.date, date(2026, 4, 1))

    def test_what_odoo_refuses_is_refused_with_its_words(self):
        archived = self.portfolio.revenue
        archived.active = False
        line = {"name": "x", "price_unit": 1.0, "account_id": archived.id, "tax_ids": []}
        negative = {"name": "x", "price_unit": -1.0, "product_id": self.portfolio.products[0].id}
        for refused, words in (
            ({"invoice_line_ids": [Command.create(line)]}, "archived"),
            ({"invoice_line_ids": [Command.create(negative)]}, "negative total"),
            ({"partner_id": False}, "'Customer' field is required"),
        ):
            refusal = self.assertRaisesRegex(UserError, words)
            with self.subTest(words), refusal, self.env.cr.savepoint():
                self.writer._create_invoices([self.simple(), self.simple(**refused)])

    def test_user_without_the_right_is_refused(self):
        clerk = new_test_user(self.su_env, "cn285-clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.writer.with_user(clerk)._create_invoices([self.simple()])

    def test_cached_lists_show_the_new_invoices(self):
        partner = self.portfolio.partners[0]
        before = len(partner.invoice_ids)
        made = self.quick([self.simple()])
        self.assertEqual(len(partner.invoice_ids), before + 1)
        self.assertIn(made, partner.invoice_ids)
        self.assertGreater(partner.customer_rank, 0)
