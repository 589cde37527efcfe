from datetime import date
from typing import NamedTuple

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..common import ContractCase


class Broken(NamedTuple):
    """One kind of broken data: what a program left, as SQL about ``%(c)s``, and what is said."""

    sql: str
    words: str
    item: dict = {}
    contract: dict = {}


# Ids of the contract, its item, product, template, customer: %(c)s %(i)s %(p)s %(t)s %(a)s; of what
# belongs to nobody: %(other)s (company), %(archived)s (journal), %(purchase)s (journal) …
KINDS = {
    "no payer": Broken("UPDATE cn285_contract SET payer_id = NULL WHERE id = %(c)s", "no payer"),
    "payer deleted": Broken(
        "UPDATE cn285_contract SET payer_id = 987654321 WHERE id = %(c)s", "no payer"
    ),
    "no customer": Broken(
        "UPDATE cn285_contract SET partner_id = NULL WHERE id = %(c)s", "no customer"
    ),
    "payer of another company": Broken(
        "UPDATE res_partner SET company_id = %(other)s WHERE id = %(a)s",
        "payer belongs to another company",
    ),
    "parents in a circle": Broken(
        "UPDATE res_partner SET parent_id = %(a)s WHERE id = %(a)s", "round in a circle"
    ),
    "no number": Broken("UPDATE cn285_contract SET name = NULL WHERE id = %(c)s", "no number"),
    "no currency": Broken(
        "UPDATE cn285_contract SET currency_id = NULL WHERE id = %(c)s", "no currency"
    ),
    "no start": Broken(
        "UPDATE cn285_contract SET date_start = NULL WHERE id = %(c)s", "no start date"
    ),
    "start in year 1": Broken(
        "UPDATE cn285_contract SET date_start = '0001-01-01' WHERE id = %(c)s",
        "no date of these centuries",
    ),
    "end before start": Broken(
        "UPDATE cn285_contract SET date_end = '2020-01-01' WHERE id = %(c)s",
        "ends before it starts",
    ),
    "journal archived": Broken(
        "UPDATE cn285_contract SET journal_id = %(archived)s WHERE id = %(c)s",
        "sales journal is archived",
    ),
    "journal of purchases": Broken(
        "UPDATE cn285_contract SET journal_id = %(purchase)s WHERE id = %(c)s", "no sales journal"
    ),
    "journal of another company": Broken(
        "UPDATE cn285_contract SET journal_id = %(foreign_journal)s WHERE id = %(c)s",
        "sales journal belongs to another company",
    ),
    "pricelist of another currency": Broken(
        "UPDATE cn285_contract SET pricelist_id = %(dollars)s WHERE id = %(c)s",
        "pricelist is in another currency",
    ),
    "terms of another company": Broken(
        "UPDATE cn285_contract SET payment_term_id = %(foreign_term)s WHERE id = %(c)s",
        "payment terms belong to another company",
    ),
    "grouping of the old system": Broken(
        "UPDATE cn285_contract SET line_grouping = 'by_colour' WHERE id = %(c)s",
        "how invoice lines are grouped",
    ),
    "no product": Broken(
        "UPDATE cn285_contract_item SET product_id = 987654321 WHERE id = %(i)s",
        "product is missing",
    ),
    "product archived": Broken(
        "UPDATE product_product SET active = false WHERE id = %(p)s", "product is archived"
    ),
    "unit of measure deleted": Broken(
        "UPDATE product_template SET uom_id = 987654321 WHERE id = %(t)s", "no unit of measure"
    ),
    "product of another company": Broken(
        "UPDATE product_template SET company_id = %(other)s WHERE id = %(t)s",
        "product belongs to another company",
    ),
    "tax of another company": Broken(
        "UPDATE product_taxes_rel SET tax_id = %(foreign_tax)s WHERE prod_id = %(t)s",
        "taxes of other companies only",
    ),
    "item of another company": Broken(
        "UPDATE cn285_contract_item SET company_id = NULL WHERE id = %(i)s",
        "belongs to another company than its contract",
    ),
    "no billing type": Broken(
        "UPDATE cn285_contract_item SET billing_type = NULL WHERE id = %(i)s",
        "how it is billed",
    ),
    "no period": Broken(
        "UPDATE cn285_contract_item SET recurring_unit = NULL WHERE id = %(i)s", "no period"
    ),
    "fortnights": Broken(
        "UPDATE cn285_contract_item SET recurring_unit = 'fortnight' WHERE id = %(i)s",
        "no period",
    ),
    "interval 0": Broken(
        "UPDATE cn285_contract_item SET recurring_interval = 0 WHERE id = %(i)s",
        "not at least 1 unit long",
    ),
    "billing day 42": Broken(
        "UPDATE cn285_contract_item SET billing_day = 42 WHERE id = %(i)s",
        "billing day is not between 1 and 31",
    ),
    "billing month 13": Broken(
        "UPDATE cn285_contract_item SET billing_month = '13' WHERE id = %(i)s",
        "billing month is no month",
    ),
    "no quantity": Broken(
        "UPDATE cn285_contract_item SET quantity = NULL WHERE id = %(i)s", "quantity is missing"
    ),
    "quantity is no number": Broken(
        "UPDATE cn285_contract_item SET quantity = 'NaN' WHERE id = %(i)s", "quantity is missing"
    ),
    "price is no number": Broken(
        "UPDATE cn285_contract_item SET price_unit = 'NaN' WHERE id = %(i)s",
        "unit price is missing",
    ),
    "price of 1e30": Broken(
        "UPDATE cn285_contract_item SET price_unit = 1e30 WHERE id = %(i)s", "too large"
    ),
    "discount of 400": Broken(
        "UPDATE cn285_contract_item SET discount = 400 WHERE id = %(i)s",
        "discount is not between 0 and 100",
    ),
    "item without start": Broken(
        "UPDATE cn285_contract_item SET date_start = NULL WHERE id = %(i)s", "no start date"
    ),
    "item ends before it starts": Broken(
        "UPDATE cn285_contract_item SET date_end = '2020-01-01' WHERE id = %(i)s",
        "ends before it starts",
    ),
    "negative trial": Broken(
        "UPDATE cn285_contract_item SET trial_days = -5 WHERE id = %(i)s", "negative"
    ),
    "analytic distribution": Broken(
        "UPDATE cn285_contract_item SET analytic_distribution = "
        '\'{"Paris": "all"}\' WHERE id = %(i)s',
        "analytic distribution cannot be read",
    ),
    "discounts overlap": Broken(
        "UPDATE cn285_contract_item_discount SET date_start = '2026-01-01', date_end = NULL "
        "WHERE item_id = %(i)s; "
        "UPDATE cn285_contract_item SET planned_until = '2026-01-01' WHERE id = %(i)s; "
        "DELETE FROM cn285_billing_schedule WHERE contract_id = %(c)s",
        "two discount periods overlap",
        item={
            "discount_ids": [
                (0, 0, {"date_start": date(2026, 2, 1), "date_end": date(2026, 2, 28)}),
                (0, 0, {"date_start": date(2026, 3, 1), "date_end": date(2026, 3, 31)}),
            ]
        },
    ),
    "discount of 300": Broken(
        "UPDATE cn285_contract_item_discount SET percent = 300 WHERE item_id = %(i)s",
        "no discount",
        item={"discount_ids": [(0, 0, {"date_start": date(2026, 2, 1)})]},
    ),
    "row without amount": Broken(
        "UPDATE cn285_billing_schedule SET net = NULL, amount = NULL WHERE contract_id = %(c)s",
        "no quantity, price or amount",
    ),
    "row in dollars": Broken(
        "UPDATE cn285_billing_schedule SET currency_id = %(usd)s WHERE contract_id = %(c)s",
        "another currency than the contract",
    ),
    "row of another item": Broken(
        "UPDATE cn285_billing_schedule SET item_id = 987654321 WHERE contract_id = %(c)s",
        "item of another contract",
    ),
    "steps that are no steps": Broken(
        "UPDATE cn285_billing_schedule SET steps = '{\"a\": 1}' WHERE contract_id = %(c)s",
        "how the amount of a row came about",
    ),
    "pricelist that is its own base": Broken(
        "UPDATE cn285_contract SET pricelist_id = %(own_base)s WHERE id = %(c)s",
        "recursion|circular",
        item={"price_unit": False},
    ),
}


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestBrokenData(ContractCase):
    """Whatever one contract's data are like, the others are billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "biller",
            groups="cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        other = cls.env["res.company"].create({"name": "Elsewhere"})
        there = cls.env["account.journal"].with_company(other)
        tax_group = cls.env["account.tax.group"].create({"name": "There", "company_id": other.id})
        usd = cls.env.ref("base.USD")
        pricelists = cls.env["product.pricelist"].create(
            [
                {"name": "Dollars", "currency_id": usd.id},
                {"name": "Ouroboros", "currency_id": cls.eur.id},
            ]
        )
        journals = there.create(
            [
                {"name": "Sales there", "type": "sale", "code": "ST", "company_id": other.id},
            ]
        )
        here = cls.env["account.journal"].create(
            [
                {"name": "Old", "type": "sale", "code": "OLD", "active": False},
                {"name": "Bought", "type": "purchase", "code": "BGT"},
            ]
        )
        cls.ids = {
            "other": other.id,
            "usd": usd.id,
            "dollars": pricelists[0].id,
            "own_base": pricelists[1].id,
            "foreign_journal": journals.id,
            "foreign_term": cls.env["account.payment.term"]
            .create({"name": "There", "company_id": other.id})
            .id,
            "foreign_tax": cls.env["account.tax"]
            .create(
                {
                    "name": "Tax there",
                    "company_id": other.id,
                    "tax_group_id": tax_group.id,
                    "country_id": other.account_fiscal_country_id.id or cls.env.ref("base.fr").id,
                }
            )
            .id,
            "archived": here[0].id,
            "purchase": here[1].id,
        }
        cls.env.flush_all()
        cls._loosen()

    @classmethod
    def _loosen(cls):
        """What keeps such data out of a database of today, a migration may have gone without."""
        cr = cls.env.cr
        tables = (
            "cn285_contract",
            "cn285_contract_item",
            "cn285_contract_item_discount",
            "cn285_billing_schedule",
            "product_template",
            "product_taxes_rel",
            "res_partner",
        )
        cr.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype IN ('f', 'c') AND conrelid::regclass::text = ANY(%s)",
            [list(tables)],
        )
        for table, name in cr.fetchall():
            cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)
                )
            )
        cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE is_nullable = 'NO' AND column_name <> 'id' AND table_name = ANY(%s)",
            [list(tables[:4])],
        )
        for table, name in cr.fetchall():
            cr.execute(
                SQL(
                    "ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL",
                    SQL.identifier(table),
                    SQL.identifier(name),
                )
            )

    def _contract_to_break(self, name, kind):
        partner = self.env["res.partner"].create({"name": name, "email": "x@x.example"})
        product = self._create_product(name, 10.0)
        item = {"product_id": product.id, "price_unit": 10.0, **kind.item}
        for command in item.get("discount_ids", ()):
            command[2].setdefault("percent", 10.0)
        contract = self._create_contract([item], partner_id=partner.id, **kind.contract)
        return contract

    def _break(self, contract, kind):
        item = contract.item_ids
        self.env.cr.execute(
            kind.sql,
            {
                **self.ids,
                "c": contract.id,
                "i": item.id,
                "p": item.product_id.id,
                "t": item.product_id.product_tmpl_id.id,
                "a": contract.partner_id.id,
            },
        )

    @mute_logger("odoo.addons.cn285_contract.models.isolation")
    def test_each_kind_is_set_aside_with_words_and_the_others_are_billed(self):
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.ids["own_base"],
                "compute_price": "formula",
                "base": "list_price",
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_pricelist_item SET base = 'pricelist', "
            "base_pricelist_id = %(own_base)s WHERE pricelist_id = %(own_base)s",
            self.ids,
        )
        good = self._create_contract() | self._create_contract([{"price_unit": 7.0}])
        bad = {name: self._contract_to_break(name, kind) for name, kind in KINDS.items()}
        # In the same batch as all of the bad ones, before and behind them.
        good |= self._create_contract([{"price_unit": 3.0}])
        self.env.flush_all()
        for name, contract in bad.items():
            self._break(contract, KINDS[name])
        self.env.invalidate_all()
        run = (
            self.env["cn285.billing.run"]
            .with_user(self.manager)
            .create({"date": date(2026, 1, 15)})
        )
        with trap_jobs():
            run.action_run()
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.schedule_ids.contract_id, good)
        self.assertMoney(sum(run.schedule_ids.mapped("amount")), "110.00")
        self.assertMoney(run.amount_untaxed, "110.00")
        reasons = {issue.contract_id: issue.reason for issue in run.issue_ids}
        for name, kind in KINDS.items():
            with self.subTest(name):
                self.assertRegex(reasons.get(bad[name], "(billed)"), kind.words)
        self.assertEqual(len(run.issue_ids), len(KINDS))

    @mute_logger("odoo.addons.cn285_contract.models.isolation")
    def test_a_repair_bills_it(self):
        bad = self._contract_to_break("X", KINDS["no quantity"])
        self.env.flush_all()
        self._break(bad, KINDS["no quantity"])
        self.env.invalidate_all()
        run = self._bill(date(2026, 1, 15))
        self.assertEqual((run.state, run.issue_count), ("partial", 1))
        bad.item_ids.quantity = 2.0
        run.action_retry_errors()
        self.assertEqual((run.state, run.issue_count), ("done", 0))
        self.assertMoney(bad.invoice_ids.amount_untaxed, "20.00")

    @mute_logger("odoo.addons.cn285_contract.models.isolation")
    def test_the_cron_of_a_day_goes_on(self):
        """The daily run plans, bills and reports although one contract cannot be planned."""
        good = self._create_contract()
        bad = self._contract_to_break("X", KINDS["interval 0"])
        self.env.flush_all()
        self.env.cr.execute("UPDATE cn285_contract_item SET planned_until = '2026-01-01'")
        self.env.cr.execute("DELETE FROM cn285_billing_schedule")
        self._break(bad, KINDS["interval 0"])
        self.env.invalidate_all()
        self.env["cn285.contract"]._cron_extend_schedules()
        with trap_jobs() as trap:
            self.env["cn285.billing.run"]._cron_daily_run()
            trap.perform_enqueued_jobs()
        run = self.env["cn285.billing.run"].search([("company_id", "=", self.company.id)], limit=1)
        self.assertEqual(run.schedule_ids.contract_id, good)
        self.assertMoney(run.amount_untaxed, "600.00")
        self.assertRegex(run.issue_ids.reason, "not at least 1 unit long")

    def test_what_is_not_due_costs_nothing(self):
        self._create_contract()
        self.assertFalse(self.env["cn285.contract"]._broken(self.company, date(2026, 6, 15)))
