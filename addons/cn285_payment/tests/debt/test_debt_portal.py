"""What customers read of their debts, and how they pay."""

from datetime import timedelta

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from ..collection.common import CollectionCase
from .common import DebtCase


@tagged("post_install", "-at_install")
class TestDebtPortal(DebtCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.other = cls._customer("Garage Petit")
        for login, company in (("debt_martin", cls.customer), ("debt_petit", cls.other)):
            new_test_user(cls.env, login, "base.group_portal", password=login, parent_id=company.id)
        today = cls.company._cn285_today()
        cls.today, cls.due = today, today - timedelta(days=5)
        cls.contract, cls.move = cls._billed(cls.due)
        cls.foreign, _move = cls._billed(today, partner=cls.other)
        cls._dun(today)

    def _page(self, url, login):
        self.authenticate(login, login)
        return self.url_open(url).text

    def test_the_banner_leads_to_the_payment(self):
        for url in ("/my/home", f"/my/contracts/{self.contract.id}"):
            with self.subTest(url):
                page = self._page(url, "debt_martin")
                self.assertIn("120.00", page)
                self.assertIn("Pay now", page)
                self.assertIn("Your services will be suspended from", page)
                self.assertIn(f"/my/invoices/{self.move.id}", page)

    def test_all_that_is_overdue_is_paid_at_once(self):
        """Two invoices: one page, one transaction of what is overdue, whatever the browser says."""
        provider = CollectionCase._provider.__func__(type(self))
        _contract, second = self._billed(self.due, items=[{"price_unit": 50.0}])
        self._dun(self.today)
        case = self._case()
        self.assertIn(f'href="/my/debts/{case.id}"', self._page("/my/home", "debt_martin"))
        page = self.url_open(f"/my/debts/{case.id}").text
        self.assertIn('data-amount="180.0"', page)
        self.assertIn(f"/my/debts/{case.id}/transaction", page)
        values = {
            "payment_reference": "BATCH/1",
            "provider_id": provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": 1.0,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my/home",
        }
        answer = self.make_jsonrpc_request(f"/my/debts/{case.id}/transaction", values)
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )
        self.assertEqual(transaction.invoice_ids, self.move | second)
        self.assertMoney(transaction.amount, "180.00")
        transaction._process(
            "demo", {"reference": transaction.reference, "simulated_state": "done"}
        )
        transaction._post_process()
        self.assertMoney(self.move.amount_residual + second.amount_residual, "0.00")
        self.assertEqual(case.state, "closed")
        for login in ("debt_petit", "debt_martin"):
            self.authenticate(login, login)
            page = self.url_open(f"/my/debts/{case.id}", allow_redirects=False)
            self.assertEqual(page.status_code, 303, login)
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(f"/my/debts/{case.id}/transaction", values)

    def test_suspended(self):
        with imagined_day(self.today + timedelta(days=11)):
            self.cases._run_company(self.company)
        self.assertEqual(self.contract.state, "suspended")
        page = self._page("/my/home", "debt_martin")
        self.assertIn("Your services are suspended until it is paid.", page)

    def test_nobody_reads_anothers(self):
        for url in ("/my/home", f"/my/contracts/{self.foreign.id}"):
            self.assertNotIn("Pay now", self._page(url, "debt_petit"))
        page = self._page(f"/my/contracts/{self.contract.id}", "debt_petit")
        self.assertNotIn("120.00", page)
        user = self.env["res.users"].search([("login", "=", "debt_petit")])
        for model in ("cn285.dunning.case", "cn285.dunning.event", "cn285.late.fee"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(user).search([])
        with self.assertRaises(AccessError):
            self.move.with_user(user).read(["cn285_dunning_blocked"])

    def test_a_distributor_is_told_not_its_customer(self):
        seller = self._customer("Distributeur")
        contract, _move = self._billed(self.due, reseller_id=seller.id)
        self._pay(self.move, self.today)
        self._dun(self.today)
        self.assertTrue(self._case(seller))
        page = self._page(f"/my/contracts/{contract.id}", "debt_martin")
        self.assertNotIn("Pay now", page)
        self.assertNotIn("Pay now", self._page("/my/home", "debt_martin"))

    def test_paid(self):
        self._pay(self.move, self.today)
        self.assertNotIn("Pay now", self._page("/my/home", "debt_martin"))
