from datetime import date

from freezegun import freeze_time
from lxml import etree
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-11-29 10:00:00")
class TestFirstSteps(ContractCase):
    """From an empty company to its first bill, and the question before months of the past."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", "cn285_contract.group_contract_user_own")
        cls.manager = new_test_user(cls.env, "boss", "cn285_contract.group_billing_manager")

    def _draft(self, start, items=None, user=None, **values):
        contract = self._create_contract(items or [{}], confirm=False, date_start=start, **values)
        contract.user_id = self.seller
        return contract.with_user(user or self.seller)

    def _asked(self, contract):
        """The dialog that opens when a user confirms; None where it is confirmed at once."""
        answer = contract.action_confirm_asking()
        if answer is True:
            return None
        dialog = self.env[answer["res_model"]].with_user(contract.env.user)
        return dialog.browse(answer["res_id"])

    # === MONTHS OF THE PAST === #

    def test_a_contract_of_2023_asks_with_count_and_sum(self):
        contract = self._draft(date(2023, 1, 15))
        dialog = self._asked(contract)
        self.assertEqual(dialog.invoice_count, 47)
        self.assertMoney(dialog.amount_untaxed, "4700.00")
        self.assertEqual(contract.state, "draft", "nothing happened yet")
        self.assertFalse(contract.schedule_ids)
        dialog.action_confirm()
        self.assertEqual(contract.state, "active")
        run = self._bill(date(2026, 11, 29), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(run.invoice_count, dialog.invoice_count)
        self.assertMoney(run.amount_untaxed, self._cents(dialog.amount_untaxed))

    def test_items_of_one_day_share_an_invoice_and_usage_is_told(self):
        items = [{}, {"price_unit": 15.5}, {"price_unit": 99.0, "recurring_unit": "year"}]
        dialog = self._asked(self._draft(date(2026, 9, 1), items))
        self.assertEqual(dialog.invoice_count, 3)
        self.assertMoney(dialog.amount_untaxed, "445.50")  # 3 x 115.50 and 99.00
        self.assertFalse(dialog.has_usage)

    def test_what_begins_now_or_later_is_not_asked_about(self):
        for start in (date(2026, 11, 29), date(2026, 11, 1), date(2027, 1, 1), False):
            with self.subTest(start=start):
                contract = self._draft(start)
                self.assertIsNone(self._asked(contract))
                self.assertEqual(contract.state, "active")

    def test_a_year_billed_in_advance_months_ago_is(self):
        dialog = self._asked(self._draft(date(2026, 6, 1), [{"recurring_unit": "year"}]))
        self.assertEqual(dialog.invoice_count, 1)

    def test_programs_are_not_asked(self):
        contract = self._draft(date(2023, 1, 15))
        self.assertIs(contract.action_confirm(), True)
        self.assertEqual(contract.state, "active")

    def test_what_cannot_be_confirmed_is_refused_before(self):
        contract = self._draft(date(2023, 1, 15))
        contract.item_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no items"):
            contract.action_confirm_asking()

    # === TO THE BILL === #

    def test_from_the_confirmed_contract_to_its_bill(self):
        contract = self._draft(date(2026, 11, 1), user=self.manager)
        other = self._create_contract([{}], date_start=date(2026, 11, 1))
        self.assertFalse(contract.is_due)
        contract.action_confirm_asking()
        self.assertTrue(contract.is_due)
        action = contract.action_bill_now()
        runs = self.env[action["res_model"]].with_user(self.manager)
        run = Form(runs.with_context(**action["context"])).save()
        run.action_run()
        self.assertEqual((run.state, run.schedule_ids.contract_id), ("done", contract))
        contract.invalidate_recordset()
        self.assertEqual((contract.is_due, other.is_due), (False, True))
        arch = etree.fromstring(contract.with_user(self.seller).get_view(view_type="form")["arch"])
        self.assertFalse(arch.xpath("//button[@name='action_bill_now']"), "managers bill")

    def test_the_way_to_the_first_bill(self):
        company = self.env["res.company"].create({"name": "Fresh"})
        self.manager.company_ids |= company
        contracts = self.env["cn285.contract"].with_user(self.manager).with_company(company)
        contracts = contracts.with_context(allowed_company_ids=company.ids)
        steps = contracts._first_steps()
        self.assertEqual([step["done"] for step in steps], [False, True, False, False, False])
        page = etree.HTML(str(contracts.get_empty_list_help("")))
        links = page.xpath("//a[@type='action']/@name")
        self.assertIn("cn285_contract.action_contract_new", links)
        self.assertIn("cn285_contract.action_billing_run", links)
        for link in links:
            self.env["ir.actions.act_window"]._for_xml_id(link)
        # A seller is not sent where he may do nothing.
        seller = contracts.with_user(self.seller)
        self.seller.company_ids |= company
        # The client reads actions, and this page with them, with all rights.
        for reader in (seller, seller.sudo()):
            page = etree.HTML(str(reader.get_empty_list_help("")))
            links = page.xpath("//a[@type='action']/@name")
            self.assertNotIn("cn285_contract.action_billing_run", links)
            self.assertNotIn("base.action_res_company_form", links)
            self.assertIn("cn285_contract.action_contract_new", links)
        contracts.env["cn285.contract.template"].create(
            {"name": "Hosting", "company_id": company.id}
        )
        self.assertTrue(contracts._first_steps()[2]["done"])

    def test_where_there_are_contracts_the_list_says_what_it_did(self):
        self._create_contract([{}])
        contracts = self.env["cn285.contract"].with_user(self.manager)
        for user in (self.manager, self.seller):
            text = contracts.with_user(user).get_empty_list_help("<p>Nothing</p>")
            self.assertEqual(text, "<p>Nothing</p>")
