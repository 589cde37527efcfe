from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestTemplatesShared(ContractCase):
    """What a contract takes over from its template, and whose a shared template is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.manager, cls.stranger = (
            new_test_user(
                cls.env,
                login,
                groups="cn285_contract.group_billing_manager",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for login, company in (("ours", cls.company), ("theirs", cls.other))
        )
        cls.term = cls.env["account.payment.term"].create({"name": "Late"})
        cls.template = cls.env["cn285.contract.template"].create(
            {
                "name": "Support",
                "code": "SUP",
                "payment_term_id": cls.term.id,
                "line_grouping": "product",
                "invoice_separately": True,
                "item_ids": [
                    Command.create({"product_id": cls.subscription.id, "price_unit": 40.0})
                ],
            }
        )

    def _new(self, **values):
        contracts = self.env["cn285.contract"].with_user(self.manager)
        return contracts.create(
            {"partner_id": self.customer.id, "template_id": self.template.id, **values}
        )

    def test_takes_what_is_a_companys(self):
        """A price list, payment terms or a journal of a company make it that company's."""
        pricelist = self.env["product.pricelist"].create(
            {"name": "Tariff", "company_id": self.company.id, "currency_id": self.eur.id}
        )
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        self.manager.group_ids += self.env.ref("product.group_product_pricelist")
        templates = self.env["cn285.contract.template"].with_user(self.manager)
        for field, record in (
            ("pricelist_id", pricelist),
            ("journal_id", journal),
        ):
            with self.subTest(field):
                made = templates.create({"name": field, field: record.id})
                self.assertEqual(made.company_id, self.company)
                shared = templates.create({"name": f"{field} later"})
                self.assertFalse(shared.company_id)
                shared[field] = record
                self.assertEqual(shared.company_id, self.company)
                form = Form(templates)
                form.name = f"{field} on a screen"
                form[field] = record
                self.assertEqual(form.save().company_id, self.company)

    # === HEADER === #

    def test_header_with_items_of_the_caller(self):
        contract = self._new(item_ids=[Command.create(self._item_vals(price_unit=7.0))])
        self.assertEqual(contract.item_ids.mapped("price_unit"), [7.0])
        self.assertEqual(
            (contract.payment_term_id, contract.line_grouping, contract.invoice_separately),
            (self.term, "product", True),
        )

    def test_what_the_caller_gives_stays(self):
        contract = self._new(
            payment_term_id=False,
            line_grouping="row",
            item_ids=[Command.create(self._item_vals())],
        )
        self.assertEqual((contract.payment_term_id.ids, contract.line_grouping), ([], "row"))
        self.assertTrue(contract.invoice_separately)

    def test_items_where_the_caller_has_none(self):
        self.assertEqual(self._new().item_ids.mapped("price_unit"), [40.0])
        self.assertEqual(self._new(item_ids=[]).item_ids.mapped("price_unit"), [40.0])

    def test_items_that_are_cleared_name_the_template_only(self):
        contract = self._new(item_ids=[Command.clear()])
        self.assertFalse(contract.item_ids)
        self.assertFalse(contract.payment_term_id)

    def test_the_pricelist_of_the_caller_has_its_own_currency(self):
        dollars = self.env.ref("base.USD")
        dollars.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": dollars.id}
        )
        self.template.write({"company_id": self.company.id})
        self.assertEqual(self.template.currency_id, self.eur)
        contract = self._new(pricelist_id=pricelist.id)
        self.assertEqual(contract.currency_id, dollars)

    # === SHARED === #

    def test_shared_has_no_currency(self):
        self.assertFalse(self.template.company_id)
        self.assertFalse(self.template.currency_id)
        there = (
            self.env["cn285.contract"]
            .with_user(self.stranger)
            .create(
                {
                    "partner_id": self.env["res.partner"].create({"name": "There"}).id,
                    "template_id": self.template.id,
                }
            )
        )
        self.assertEqual(there.currency_id, self.other.currency_id)
        self.assertEqual(self._new().currency_id, self.eur)

    def test_codes_are_unique(self):
        templates = self.env["cn285.contract.template"]
        for company in (self.company.id, self.other.id):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                templates.create({"name": "Twin", "code": "SUP", "company_id": company})
        # The database's own refusal, which Odoo words by the index's message.
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            templates.create({"name": "Twin", "code": "SUP"})
        templates.create({"name": "Ours", "code": "X", "company_id": self.company.id})
        # Two companies may have the same one; nobody sees both.
        templates.create({"name": "Theirs", "code": "X", "company_id": self.other.id})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            templates.create({"name": "All", "code": "X"})
        # Without a code there is nothing to be unique.
        templates.create([{"name": "A"}, {"name": "B"}])

    def test_managers_of_other_companies_read_and_do_not_edit(self):
        template = self.template.with_user(self.stranger)
        self.assertEqual(template.name, "Support")
        self.assertEqual(template.item_ids.price_unit, 40.0)
        for edit in (
            lambda: template.write({"name": "Mine"}),
            lambda: template.write({"item_ids": [Command.clear()]}),
            lambda: template.item_ids.write({"price_unit": 1.0}),
            lambda: template.write({"owner_company_id": self.other.id}),
            template.unlink,
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                edit()
        ours = self.template.with_user(self.manager)
        ours.write(
            {"name": "Ours", "item_ids": [Command.update(ours.item_ids.id, {"quantity": 2})]}
        )
        self.assertEqual(self.template.item_ids.quantity, 2.0)

    # === CURRENCY === #

    def test_a_currency_without_rate_is_set_aside(self):
        kuwait = self.env.ref("base.KWD")
        kuwait.active = True
        kuwait.rate_ids.unlink()
        good = self._create_contract()
        bad = self._create_contract(currency_id=kuwait.id)
        run = self._bill(date(2026, 1, 10))
        self.assertEqual((run.schedule_ids.contract_id, run.issue_ids.contract_id), (good, bad))
        self.assertIn("no exchange rate of KWD", run.issue_ids.reason)
        self.env["res.currency.rate"].create(
            {"currency_id": kuwait.id, "name": "2026-01-01", "rate": 0.34}
        )
        run.action_retry_errors()
        self.assertEqual(run.state, "done")
        self.assertMoney(bad.invoice_ids.amount_untaxed, "100.00")
        self.assertMoney(bad.invoice_ids.amount_untaxed_signed, "294.12")
