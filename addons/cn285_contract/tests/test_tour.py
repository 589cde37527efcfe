import os
from datetime import date
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestTour(ContractCase, HttpCase):
    """What a billing clerk does in the web client, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env["res.users"].create(
            {
                "name": "Camille Facture",
                "login": "tour_clerk",
                "password": "tour_clerk",
                "group_ids": [
                    (4, cls.env.ref("base.group_user").id),
                    (4, cls.env.ref("cn285_contract.group_billing_manager").id),
                ],
            }
        )
        cls.customer.name = "Boulangerie de la Tour"

    def test_from_template_to_posted_invoice(self):
        """A contract from a template, confirmed, billed, and its invoice opened."""
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Pack Tour",
                "item_ids": [
                    (0, 0, {"product_id": self.setup_fee.id, "billing_type": "one_shot"}),
                    (0, 0, {"product_id": self.subscription.id, "price_unit": 60.0}),
                ],
            }
        )
        # Jobs run where they are ordered: there is no job runner in a test.
        with patch.dict(os.environ, {"QUEUE_JOB__NO_DELAY": "1"}):
            self.start_tour("/odoo", "cn285_contract_billing_tour", login="tour_clerk")
        contract = template.contract_ids
        self.assertEqual(contract.state, "active")
        invoice = contract.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertMoney(invoice.amount_untaxed, "310.00")
        self.assertMoney(invoice.amount_total, "372.00")

    def test_item_dialog_and_own_price(self):
        """The dialog of an item saves its terms; a price typed in the list is an own price."""
        contract = self._create_contract(
            [{"price_source": "pricelist", "price_unit": False}], confirm=False
        )
        self.start_tour(
            f"/odoo/cn285-contracts/{contract.id}", "cn285_contract_item_tour", login="tour_clerk"
        )
        item = contract.item_ids
        self.assertEqual(item.billing_offset, -10)
        self.assertEqual(item.price_source, "manual")
        self.assertMoney(item.price_unit, "80.00")

    def _newest(self, model):
        return self.env[model].search([], order="id desc", limit=1)

    def _assert_new_line(self, item):
        self.assertEqual((item.timing, item.billing_offset), ("arrears", 10))
        self.assertEqual((item.first_period, item.proration_basis), ("prorate", "actual"))
        self.assertEqual((item.billing_month, item.price_source), ("1", "pricelist"))
        self.assertTrue(item.in_mrr)

    def test_new_line_of_a_contract_opened_before_it_is_saved(self):
        """All terms of a line are seen and set before the contract is saved, and kept."""
        self.start_tour(
            "/odoo/cn285-contracts/new", "cn285_contract_new_line_tour", login="tour_clerk"
        )
        self._assert_new_line(self._newest("cn285.contract").item_ids)

    def test_new_line_of_a_template_opened_before_it_is_saved(self):
        self.start_tour(
            "/odoo/cn285-contract-templates/new", "cn285_template_new_line_tour", login="tour_clerk"
        )
        self._assert_new_line(self._newest("cn285.contract.template").item_ids)

    def test_filled_line_opened_before_it_is_saved(self):
        """What a template says of a line is in its dialog, and is saved."""
        self.env["cn285.contract.template"].create(
            {
                "name": "Pack Tour",
                "item_ids": [
                    Command.create(
                        {
                            "product_id": self.subscription.id,
                            "price_unit": 60.0,
                            "first_period": "full",
                            "period_count": 3,
                            "discount_ids": [
                                Command.create(
                                    {"name": "Bienvenue", "month_count": 2, "percent": 50.0}
                                )
                            ],
                        }
                    )
                ],
            }
        )
        self.start_tour(
            "/odoo/cn285-contracts/new", "cn285_contract_filled_line_tour", login="tour_clerk"
        )
        item = self._newest("cn285.contract").item_ids
        self.assertEqual((item.first_period, item.period_count), ("full", 3))
        self.assertEqual(item.billing_offset, 10)
        [discount] = item.discount_ids
        self.assertEqual((discount.name, discount.percent), ("Bienvenue", 50.0))
        self.assertEqual((discount.month_count, discount.counted_in), (2, "month"))

    def test_change_by_its_heading(self):
        """An upgrade is found under its heading, and leads where the tier path does."""
        # A company reads amounts without tax, also where a law gives consumers those with tax.
        self.customer.write({"is_company": True, "vat": "FR23334175221"})
        gold = self._create_product("API Gold", 300.0)
        self.env["cn285.tier.path"].create(
            {
                "product_from_id": self.subscription.id,
                "product_to_id": gold.id,
                "kind": "upsell",
            }
        )
        contract = self._create_contract(
            [{"code": "AB-123-CD"}], date_start=self.company._cn285_today()
        )
        self.start_tour(
            f"/odoo/cn285-contracts/{contract.id}", "cn285_contract_change_tour", login="tour_clerk"
        )
        change = contract.change_ids
        self.assertEqual((change.type, change._parsed()["product_id"]), ("upsell", gold))

    def test_progress_refreshes_itself(self):
        """The form of a running run shows what became of it without a click."""
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 31), "state": "running"})
        self.env["cn285.billing.run.batch"].create(
            [
                {"run_id": run.id, "number": number, "keys": [["2026-01-31", self.customer.id]]}
                for number in (1, 2)
            ]
        )
        self.start_tour(
            f"/odoo/cn285-billing-runs/{run.id}", "cn285_billing_progress_tour", login="tour_clerk"
        )
        self.assertEqual(run.state, "cancelled")

    def test_calendar_of_many_rows(self):
        """The schedule's calendar: a month shows the first rows of each day and says so."""
        today = self.company._cn285_today()
        access = self._create_product("Tour access", 60.0)
        later = self._create_product("Tour next month", 60.0)
        values = {"billing_type": "one_shot", "price_unit": 60.0}
        items = [{"product_id": access.id, "date_start": today, **values}] * 60
        day = today + relativedelta(months=1, day=20)
        items.append({"product_id": later.id, "date_start": day, **values})
        self._create_contract(items, date_start=today)
        self.start_tour(
            "/odoo/cn285-billing-schedule?view_type=calendar",
            "cn285_billing_calendar_tour",
            login="tour_clerk",
        )
