"""The quick writer in a database with Odoo's other apps: equal there too, and just as quick.

Run by `tests/test_writer_beside_apps.py` in a database of its own, which has what COVERED names.
"""

from copy import deepcopy
from datetime import date
from unittest.mock import Mock, patch

from odoo.fields import Command
from odoo.tests import tagged

from ...models.writer import invoice_writer_refusals as refusals
from ...models.writer.invoice_writer_guard import _definition_classes
from ...models.writer.invoice_writer_modules import COVERED, COVERED_MODULES
from ...models.writer.invoice_writer_reasons import REASONS, Reason
from ..common import ContractCase
from .test_invoice_writer import InvoiceWriterCase

GENERATED = 24
# Odoo counts here what happened to a table, or every insert raises the count of another one.
NOT_COUNTED = ("ir_sequence", "bus_bus")


class BesideAppsCase(InvoiceWriterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_teams()

    @classmethod
    def _make_teams(cls):
        """One team of the salesperson and one of the clerk, both followed by somebody."""
        teams = cls.su_env["crm.team"].create(
            [
                {"name": f"Team {user.id}", "user_id": user.id, "company_id": cls.company.id}
                for user in (cls.portfolio.salesperson, cls.env.user)
            ]
        )
        subtypes = cls.su_env["mail.message.subtype"].search([("res_model", "=", "crm.team")])
        follower = cls.su_env["res.partner"].create({"name": "F", "email": "f@example.com"})
        teams.message_subscribe(follower.ids, subtypes.ids)
        cls.teams = teams

    def line(self, **values):
        return Command.create({"name": "x", "quantity": 1, "price_unit": 10.0, **values})

    def product(self, **values):
        return self.su_env["product.product"].create({"name": "Box", "list_price": 9.0, **values})


@tagged("post_install", "-at_install")
class TestBesideApps(BesideAppsCase):
    def test_all_of_the_table_is_there(self):
        """Every row names what a module really defines, and a reason that exists."""
        modules = self.su_env["ir.module.module"].search([("state", "=", "installed")])
        self.assertLessEqual(COVERED_MODULES, set(modules.mapped("name")))
        for row in COVERED:
            names = set()
            for module, cls in _definition_classes(self.env.registry[row.model]):
                if module == row.module:
                    names |= cls.__dict__.keys()
                    names |= {fld.name for fld in cls.__dict__.get("_field_definitions", ())}
            self.assertIn(row.name, names, f"{row.module} has no such thing on {row.model}")
            if row.refused:
                self.assertIn(row.refused, REASONS)

    def test_the_quick_way_is_open(self):
        self.assertFalse(self.writer._quick_report().obstacles)
        self.assertIsNone(self.writer._quick_obstacle())
        self.assertIsNone(self.writer._quick_company_obstacle())
        self.assertEqual(self.reasons([self.simple()]), [None])
        settings = self.su_env["res.config.settings"].create({})
        self.assertEqual(settings.cn285_invoice_writing, "quick")

    def test_no_stored_field_elsewhere_is_reached(self):
        """Sales orders, expenses and the like are not looked at for invoices without a link."""
        self.assertFalse(any(self.writer._quick_report().foreign_triggers.values()))

    def test_generated_invoices(self):
        self.assert_generated(self.portfolio, GENERATED)

    def test_all_methods_that_odoo_runs_are_watched(self):
        self.assert_all_watched(self.portfolio.invoices(5))

    def test_the_team_is_the_salespersons(self):
        sellers = (self.portfolio.salesperson, self.env.user, self.env["res.users"])
        vals_list = [self.simple(invoice_user_id=user.id) for user in sellers]
        expected, made = self.ordinary(vals_list), self.quick(vals_list)
        self.assert_same(expected, made)
        self.assertEqual(made[:2].team_id, self.teams)
        # nobody follows an invoice because of a team that it computes
        self.assertEqual(made.message_partner_ids, self.env.user.partner_id)

    def test_the_team_is_asked_once_for_each_salesperson(self):
        model = self.env.registry["account.move"]
        compute, asked = model._compute_team_id, []

        def counting(moves):
            asked.append(moves)
            return compute(moves)

        with patch.object(model, "_compute_team_id", counting):
            self.writer._create_invoices([self.simple() for _number in range(5)])
        self.assertEqual(len(asked), 1)

    def test_rows_of_all_tables(self):
        """Whatever Odoo inserts for a batch of invoices, in any table, the writer does too."""
        drawn = self.portfolio.invoices(9, with_oddities=False)
        _planned, refused = self.writer._plan(drawn)
        vals_list = [vals for index, vals in enumerate(drawn) if index not in refused]
        self.ordinary(vals_list)
        counts = [self._row_counts()]
        for make in (self.ordinary, self.quick):
            make(deepcopy(vals_list))
            self.env.flush_all()
            counts.append(self._row_counts())
        before, between, after = counts
        self.assertGreater(between["account_move"], before["account_move"])
        for table, count in between.items():
            self.assertEqual(after[table] - count, count - before[table], table)

    def _row_counts(self):
        self.env.cr.execute(
            """SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                WHERE relkind = 'r' AND nspname = 'public' AND relname NOT LIKE 'ir\\_%%'
                  AND relname NOT IN %s ORDER BY 1""",
            [NOT_COUNTED],
        )
        tables = [name for (name,) in self.env.cr.fetchall()]
        counts = (f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables)
        self.env.cr.execute(" UNION ALL ".join(counts))
        return dict(self.env.cr.fetchall())

    def test_storable_products_that_are_not_valued_at_each_move(self):
        product = self.product(type="consu", is_storable=True, standard_price=4.0)
        vals_list = [self.simple(invoice_line_ids=[self.line(product_id=product.id)])]
        self.assert_same(self.ordinary(vals_list), self.quick(vals_list))

    def test_marketing_fields_are_data(self):
        campaign = self.su_env["utm.campaign"].create({"name": "Spring"})
        vals_list = [self.simple(campaign_id=campaign.id)]
        self.assert_same(self.ordinary(vals_list), self.quick(vals_list))

    def test_debit_notes_do_not_disturb_the_numbers(self):
        journal = self.portfolio.journal
        self.assertTrue(journal.debit_sequence)
        origin = self.quick([self.simple()])
        wizard = self.env["account.debit.note"].with_context(
            active_model="account.move", active_ids=origin.ids
        )
        wizard.create({"copy_lines": True}).create_debit()
        note = self.env["account.move"].search([("debit_origin_id", "=", origin.id)])
        note.invoice_date = origin.invoice_date
        note.action_post()
        self.assertNotEqual(note.sequence_prefix, origin.sequence_prefix)
        made = self.quick([self.simple(), self.simple()])
        self.assertEqual(
            made.mapped("sequence_number"),
            [origin.sequence_number + 1, origin.sequence_number + 2],
        )


@tagged("post_install", "-at_install")
class TestRunBesideApps(ContractCase):
    """An ordinary billing run: with all these apps not one of its invoices is left to Odoo."""

    def test_all_invoices_of_a_run_are_quick(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(12)])
        items = (
            {},
            {"price_unit": 19.99, "quantity": 3, "discount": 12.5},
            {"timing": "arrears"},
            {"recurring_interval": 3, "price_unit": 0.0},
        )
        for number, partner in enumerate(partners):
            self._create_contract(
                items[: 1 + number % len(items)],
                partner_id=partner.id,
                date_start=date(2026, 1, 1 + number),
            )
        run = self._bill(date(2026, 4, 30))
        self.assertFalse(run.issue_ids)
        self.assertGreater(run.invoice_count, 40)
        self.assertEqual(run.writing_summary, f"{run.invoice_count} quick")
        self.assertFalse(any(run.invoice_ids.mapped("cn285_ordinary_reason")))
        self.assertEqual(set(run.invoice_ids.mapped("state")), {"posted"})


@tagged("post_install", "-at_install")
class TestRefusedBesideApps(BesideAppsCase):
    """What differs is left to Odoo, one invoice at a time."""

    def assert_refused(self, vals, code, *args):
        """Only this one is left to Odoo, and it says why."""
        made = self.writer._create_invoices([self.simple(), deepcopy(vals), self.simple()])
        self.assertEqual(
            [
                move.cn285_ordinary_reason and Reason.load(move.cn285_ordinary_reason)
                for move in made
            ],
            [False, Reason(code, args), False],
        )
        self.assertEqual(set(made.mapped("state")), {"posted"})
        return made[1]

    def test_stock_valued_at_each_move(self):
        accounts = self.su_env["account.account"]
        stock = accounts.create(
            {"code": "310099", "name": "Stock", "account_type": "asset_current"}
        )
        category = self.su_env["product.category"].create(
            {
                "name": "Valued",
                "property_valuation": "real_time",
                "property_stock_valuation_account_id": stock.id,
            }
        )
        product = self.product(
            type="consu", is_storable=True, standard_price=4.0, categ_id=category.id
        )
        vals = self.simple(invoice_line_ids=[self.line(product_id=product.id)])
        move = self.assert_refused(vals, "stock_valuation")
        costs = move.line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertEqual(sorted(costs.mapped("balance")), [-4.0, 4.0])

    def test_landed_costs_valued_at_each_move(self):
        category = self.su_env["product.category"].create(
            {"name": "Valued", "property_valuation": "real_time"}
        )
        product = self.product(type="service", landed_cost_ok=True, categ_id=category.id)
        vals = self.simple(invoice_line_ids=[self.line(product_id=product.id)])
        self.assert_refused(vals, "stock_valuation")

    def test_product_that_mails(self):
        template = self.su_env["mail.template"].create(
            {
                "name": "Manual",
                "model_id": self.su_env["ir.model"]._get_id("account.move"),
                "subject": "Manual",
                "body_html": "<p>Read me</p>",
            }
        )
        product = self.product(type="service", email_template_id=template.id)
        vals = self.simple(invoice_line_ids=[self.line(product_id=product.id)])
        self.assert_refused(vals, "product_mail")

    def test_cost_that_is_charged_again(self):
        product = self.product(type="service", expense_policy="cost")
        analytic = {str(self.portfolio.analytic[0].id): 100}
        cost = {"product_id": product.id, "analytic_distribution": analytic, "price_unit": -2.0}
        lines = [self.line(product_id=product.id), self.line(**cost)]
        self.assert_refused(self.simple(invoice_line_ids=lines), "reinvoiced")
        # sold, or without analytics, it is nobody's cost
        sold = [self.line(**{**cost, "price_unit": 2.0})]
        plain = [lines[0], self.line(**{**cost, "analytic_distribution": False})]
        vals_list = [self.simple(invoice_line_ids=given) for given in (sold, plain)]
        self.assert_same(self.ordinary(vals_list), self.quick(vals_list))

    def test_journal_with_electronic_formats(self):
        journal = self.portfolio.journal
        edi = self.su_env["account.edi.format"].create({"name": "Format", "code": "cn285_test"})
        journal.edi_format_ids = edi
        self.assertEqual(self.reasons([self.simple()]), ["journal_edi"])
        self.assertEqual(self.writer._quick_company_obstacle(), Reason("journal_edi"))

    def test_links_to_documents(self):
        origin = self.quick([self.simple()])
        for name, value in (
            ("team_id", self.teams[0].id),
            ("website_id", self.su_env["website"].search([], limit=1).id),
            ("debit_origin_id", origin.id),
            ("transaction_ids", []),
        ):
            self.assertEqual(self.reasons([self.simple(**{name: value})]), ["field"], name)
        for name in ("sale_line_ids", "purchase_line_id", "expense_id", "vehicle_id"):
            line = self.line(product_id=self.portfolio.products[0].id, **{name: False})
            vals = self.simple(invoice_line_ids=[line])
            self.assertEqual(self.reasons([vals]), ["field"], name)

    def test_line_of_a_sales_order(self):
        """The order is told of its invoice, which Odoo makes."""
        product = self.portfolio.products[0]
        order = self.su_env["sale.order"].create(
            {
                "partner_id": self.portfolio.partners[0].id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 2})],
            }
        )
        order.action_confirm()
        ordered = [Command.link(order.order_line.id)]
        line = self.line(product_id=product.id, quantity=2, sale_line_ids=ordered)
        move = self.assert_refused(self.simple(invoice_line_ids=[line]), "field", "sale_line_ids")
        self.assertEqual(order.invoice_ids, move)
        self.assertEqual(order.order_line.qty_invoiced, 2)

    def test_line_of_a_purchase_order(self):
        """Returned goods: the purchase order's line counts them."""
        product = self.portfolio.products[0]
        order = self.su_env["purchase.order"].create(
            {
                "partner_id": self.portfolio.partners[0].id,
                "order_line": [Command.create({"product_id": product.id, "product_qty": 2})],
            }
        )
        order.button_confirm()
        line = self.line(product_id=product.id, purchase_line_id=order.order_line.id)
        move = self.assert_refused(
            self.simple(invoice_line_ids=[line]), "field", "purchase_line_id"
        )
        self.assertEqual(order.invoice_ids, move)

    def test_given_team_is_followed(self):
        move = self.assert_refused(self.simple(team_id=self.teams[0].id), "field", "team_id")
        self.assertIn("f@example.com", move.message_partner_ids.mapped("email"))

    def test_project_in_the_context(self):
        writer = self.writer.with_context(project_id=1)
        self.assertEqual(writer._quick_obstacle(), Reason("context", ("project_id",)))

    def test_marketing_cookies(self):
        for cookies, expected in (({"odoo_utm_source": "ads"}, "cookies"), ({"tz": "x"}, None)):
            with patch.object(refusals, "request", Mock(cookies=cookies)):
                obstacle = self.writer._quick_obstacle()
            self.assertEqual(obstacle and obstacle.code, expected)

    def test_automation_rule(self):
        """A rule on invoices stops the quick way while it is there, in this very process."""
        self.assertIsNone(self.writer._quick_obstacle())
        model = self.su_env["ir.model"]._get("account.move")
        rule = self.su_env["base.automation"].create(
            {
                "name": "Mark",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Mark",
                            "model_id": model.id,
                            "state": "code",
                            "code": "records.filtered(lambda m: not m.ref).write({'ref': 'seen'})",
                        }
                    )
                ],
            }
        )
        try:
            obstacle = self.writer._quick_obstacle()
            self.assertEqual((obstacle.code, obstacle.args[0]), ("patched", "base_automation"))
            self.assertIn("Automation Rules", obstacle.text(self.env))
            self.assertEqual(self.writer._create_invoices([self.simple()]).ref, "seen")
        finally:
            rule.unlink()
        self.assertIsNone(self.writer._quick_obstacle())
