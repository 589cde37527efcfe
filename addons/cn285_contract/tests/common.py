from datetime import date
from decimal import Decimal

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import TransactionCase


class ContractCase(TransactionCase):
    """A French services company, its products, and a customer with contracts.

    The company's fiscal country, chart of accounts and 20 % VAT are those of the database. Prices
    exclude tax unless a test says otherwise. Money is asserted by :meth:`assertMoney`, to the cent.
    """

    # Tests tell of past months and of days to come, as a company that takes over invoices does, in
    # a test database. What a company in production gets: tests/billing/test_issue_dates.py.
    in_production = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "mail_notrack": True}
        )
        cls.company = cls.env.company
        cls.company.cn285_tz = "Europe/Paris"
        if not cls.in_production:
            cls.company.cn285_invoice_dating = "schedule"
            companies = type(cls.env["res.company"])
            cls.classPatch(companies, "_cn285_posts_ahead", lambda self: True)
        cls.eur = cls.env.ref("base.EUR")
        cls.tax = cls.company.account_sale_tax_id
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Boulangerie Martin",
                "country_id": cls.env.ref("base.fr").id,
                "email": "compta@boulangerie-martin.example",
            }
        )
        cls.subscription = cls._create_product("API access", 100.0)
        cls.setup_fee = cls._create_product("Set-up", 250.0)

    @classmethod
    def _create_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "taxes_id": [(6, 0, cls.tax.ids)],
                **values,
            }
        )

    @classmethod
    def _create_contract(cls, items=(), confirm=True, **values):
        """A contract from 2026-01-01; ``items``: values that differ from 100.00 a month."""
        contract = cls.env["cn285.contract"].create(
            {
                "partner_id": cls.customer.id,
                "date_start": date(2026, 1, 1),
                "item_ids": [(0, 0, cls._item_vals(**item)) for item in items or [{}]],
                **values,
            }
        )
        if confirm:
            contract.action_confirm()
        return contract

    @classmethod
    def _item_vals(cls, **values):
        return {"product_id": cls.subscription.id, "price_unit": 100.0, **values}

    @classmethod
    def _bill(cls, until, **values):
        """Run the billing up to a day, in this process; returns the run."""
        run = cls.env["cn285.billing.run"].create({"date": until, **values})
        with trap_jobs():
            run.action_run()
        return run

    def _rows(self, contract, **filters):
        """The contract's schedule rows in order, as ``(start, last day, invoice date, amount)``."""
        rows = contract.schedule_ids.sorted(lambda row: (row.period_start, row.revision))
        for name, value in filters.items():
            rows = rows.filtered(lambda row, name=name, value=value: row[name] == value)
        return [
            (
                row.period_start.isoformat(),
                row.period_end.isoformat(),
                row.billing_date.isoformat(),
                self._cents(row.amount),
            )
            for row in rows
        ]

    @staticmethod
    def _cents(amount):
        return str(Decimal(repr(amount)).quantize(Decimal("0.01")))

    def assertMoney(self, amount, expected):
        """Assert that an amount is ``expected`` (text, such as "27419.35") to the cent."""
        self.assertEqual(self._cents(amount), expected)
