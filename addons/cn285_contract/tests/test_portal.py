import json
from datetime import date

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestPortal(ContractCase, HttpCase):
    """Customers see their own contracts in the portal, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create(
            {"name": "Garage Petit", "email": "contact@garage-petit.example"}
        )
        for name, company in (("martin", cls.customer), ("petit", cls.other)):
            contact = cls.env["res.partner"].create(
                {"name": name, "parent_id": company.id, "email": f"{name}@example.com"}
            )
            cls.env["res.users"].create(
                {
                    "name": name,
                    "login": f"portal_{name}",
                    "password": f"portal_{name}",
                    "partner_id": contact.id,
                    "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
                }
            )
        cls.contract = cls._create_contract(
            [
                {"name": "Accès API", "beneficiary_id": cls.other.id},
                {
                    "name": "Mise en service",
                    "product_id": cls.setup_fee.id,
                    "billing_type": "one_shot",
                },
            ],
            client_ref="BC-4711",
        )
        cls.foreign = cls._create_contract([{}], partner_id=cls.other.id)
        cls._bill(date(2026, 2, 15))

    def _page(self, url, login=None):
        """A page as a user sees it; without login as a visitor, nothing remembered."""
        self.authenticate(login, login)
        return self.url_open(url)

    def _rpc(self, model, method, *args):
        """The answer of a remote call of the user who is logged in."""
        body = {"params": {"model": model, "method": method, "args": args, "kwargs": {}}}
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    # === WHAT CUSTOMERS SEE === #

    def test_home_counts_contracts(self):
        self.authenticate("portal_martin", "portal_martin")
        response = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": ["cn285_contract_count"]}}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(response.json()["result"], {"cn285_contract_count": 1})
        self.assertIn("/my/contracts", self.url_open("/my").text)

    def test_list_shows_own_contracts_only(self):
        page = self._page("/my/contracts", "portal_martin").text
        self.assertIn(self.contract.name, page)
        self.assertNotIn(self.foreign.name, page)

    def test_contracts_with_several_companies_are_all_there(self):
        """His user belongs to one company; what another one of ours sells him he sees as well."""
        branch = self.env["res.company"].create({"name": "Filiale"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=branch, install_demo=False
        )
        abroad = (
            self.env["cn285.contract"]
            .with_company(branch)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": branch.id,
                    "date_start": "2026-01-01",
                    "item_ids": [(0, 0, {"product_id": self.subscription.id, "price_unit": 77.0})],
                }
            )
        )
        abroad.action_confirm()
        alien = abroad.copy({"partner_id": self.other.id})
        alien.action_confirm()
        run = self.env["cn285.billing.run"].with_company(branch)
        run = run.create({"date": "2026-01-15", "company_id": branch.id})
        run.action_run()
        page = self._page("/my/contracts", "portal_martin").text
        self.assertIn(self.contract.name, page)
        self.assertIn(abroad.name, page)
        self.assertEqual(self.foreign.name in page or alien.name in page, False)
        page = self.url_open(f"/my/contracts/{abroad.id}").text
        self.assertIn("77.00", page)
        [invoice] = abroad.invoice_ids
        self.assertIn(invoice.name, page)
        self.assertEqual(self.url_open(invoice.get_portal_url()).status_code, 200)
        user = self.env["res.users"].search([("login", "=", "portal_martin")])
        seen = self.env["cn285.contract"].with_user(user).search([])
        self.assertEqual(seen, self.contract | abroad)
        for records in (seen.item_ids, seen.schedule_ids):
            self.assertEqual(records.contract_id, seen)
            records.read(["company_id"])

    def test_list_filters_by_state(self):
        page = self._page("/my/contracts?filterby=closed&sortby=name", "portal_martin").text
        self.assertNotIn(self.contract.name, page)

    def test_list_ignores_unknown_sorting(self):
        response = self._page("/my/contracts?filterby=bogus&sortby=bogus", "portal_martin")
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.contract.name, response.text)

    def test_page_shows_items_next_and_issued_invoices(self):
        page = self._page(f"/my/contracts/{self.contract.id}", "portal_martin").text
        for text in ("Accès API", "Mise en service", "Garage Petit", "BC-4711", "Monthly"):
            self.assertIn(text, page)
        self.assertIn("Invoice of", page)
        self.assertIn("03/01/2026", page, "the date of the next invoice")
        self.assertEqual(len(self.contract.invoice_ids), 2)
        for invoice in self.contract.invoice_ids:
            self.assertIn(invoice.name, page)
            self.assertIn(f"/my/invoices/{invoice.id}", page)
        self.assertIn('id="contract_communication"', page)

    def _messages(self, contract, **key):
        """The answer of the page's message box: read by the key of its link, logged in or not."""
        params = {"thread_model": contract._name, "thread_id": contract.id, **key}
        answer = self.url_open(
            "/mail/chatter_fetch",
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def test_messages_are_read_by_who_is_logged_in_and_has_a_link(self):
        """The page's links carry a key, also of who is logged in; a wrong key opens nothing."""
        self.contract.message_post(
            body="Le badge est parti.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        token = self.contract._portal_ensure_token()
        for login in ("portal_martin", None, "portal_petit"):
            self.authenticate(login, login)
            answer = self._messages(self.contract, token=token)
            self.assertIn("result", answer, login)
            self.assertIn("Le badge est parti.", json.dumps(answer["result"]), login)
            with mute_logger("odoo.http"):
                answer = self._messages(self.contract, token=token[:-1])
            self.assertIn("error", answer, login)
            self.assertIn("NotFound", answer["error"]["data"]["name"], login)

    def test_document_is_downloaded_by_its_link_only(self):
        document = self.env["ir.attachment"].create(
            {
                "name": "contrat-signe.txt",
                "raw": b"signed",
                "res_model": "cn285.contract",
                "res_id": self.contract.id,
            }
        )
        internal = document.copy({"name": "marge-interne.txt"})
        self.contract.portal_document_ids = document
        page = self._page(f"/my/contracts/{self.contract.id}", "portal_martin").text
        self.assertIn("contrat-signe.txt", page)
        self.assertNotIn(internal.name, page)
        link = f"/web/content/{document.id}?download=true"
        self.assertEqual(
            self.url_open(f"{link}&access_token={document.access_token}").content, b"signed"
        )
        self.assertEqual(self._page(link, "portal_petit").status_code, 404)

    def test_token_opens_the_page_without_login(self):
        url = self.contract.get_portal_url()
        self.assertIn("access_token", url)
        response = self._page(url)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Accès API", response.text)
        for invoice in self.contract.invoice_ids:
            self.assertNotIn(f"/my/invoices/{invoice.id}", response.text)

    # === WHAT CUSTOMERS ARE REFUSED === #

    def test_foreign_page_leads_home(self):
        response = self._page(f"/my/contracts/{self.foreign.id}", "portal_martin")
        self.assertTrue(response.url.endswith("/my"), response.url)
        self.assertNotIn(self.foreign.name, response.text)

    def test_wrong_token_leads_away(self):
        response = self._page(f"/my/contracts/{self.contract.id}?access_token=guessed")
        self.assertIn("/web/login", response.url)

    def test_missing_contract_leads_home(self):
        response = self._page("/my/contracts/999999999", "portal_martin")
        self.assertTrue(response.url.endswith("/my"), response.url)

    def test_draft_is_not_shown(self):
        draft = self._create_contract([{}], confirm=False)
        response = self._page(f"/my/contracts/{draft.id}", "portal_martin")
        self.assertTrue(response.url.endswith("/my"), response.url)
        self.assertNotIn(draft.name, self.url_open("/my/contracts").text)

    @mute_logger("odoo.http")
    def test_remote_calls_on_foreign_records_are_refused(self):
        self.authenticate("portal_martin", "portal_martin")
        foreign = self.foreign
        for model, method, args in (
            ("cn285.contract", "read", [foreign.ids, ["name"]]),
            ("cn285.contract", "preview_invoices", [foreign.ids]),
            ("cn285.contract.item", "read", [foreign.item_ids.ids, ["name"]]),
            ("cn285.billing.schedule", "read", [foreign.schedule_ids.ids, ["amount"]]),
        ):
            answer = self._rpc(model, method, *args)
            self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.AccessError", method)
        found = self._rpc("cn285.contract", "search_read", [], ["name"])["result"]
        self.assertEqual([row["name"] for row in found], [self.contract.name])

    @mute_logger("odoo.http")
    def test_remote_calls_that_change_are_refused(self):
        self.authenticate("portal_martin", "portal_martin")
        for model, method, args in (
            ("cn285.contract", "write", [self.contract.ids, {"client_ref": "mine"}]),
            ("cn285.contract", "action_close", [self.contract.ids]),
            ("cn285.contract.item", "write", [self.contract.item_ids.ids, {"price_unit": 1.0}]),
            ("cn285.contract.item", "action_end", [self.contract.item_ids.ids]),
            ("cn285.billing.run", "search_read", [[], ["name"]]),
        ):
            answer = self._rpc(model, method, *args)
            self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.AccessError", method)
        self.assertEqual(self.contract.client_ref, "BC-4711")
        self.assertEqual(self.contract.state, "active")

    def test_reseller_keeps_his_prices(self):
        """Where a reseller is billed, the customer sees the service, not the reseller's price."""
        reseller = self.env["res.partner"].create({"name": "Distrib Ouest"})
        contract = self._create_contract(
            [{"name": "Accès revendu", "price_unit": 43.21}], reseller_id=reseller.id
        )
        page = self._page(f"/my/contracts/{contract.id}", "portal_martin").text
        self.assertIn("Accès revendu", page)
        self.assertNotIn("43.21", page)
        self.assertNotIn('id="contract_next_invoices"', page)

    def _items_of(self, page):
        """The part of a contract's page with its items."""
        start = page.index('id="contract_items"')
        return page[start : page.index("</section>", start)]

    def test_long_contract_is_paged(self):
        """Items and invoices a page at a time; the address may say anything."""
        items = [{"name": f"Vehicle {number:03}"} for number in range(90)]
        contract = self._create_contract(items)
        self.authenticate("portal_martin", "portal_martin")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        items = self._items_of(page)
        self.assertEqual(items.count("Vehicle "), 40)
        self.assertIn("Vehicle 039", items)
        self.assertIn("?item_page=2#contract_items", items)
        self.assertIn("1–40", items)
        # 20 lines of each of the next invoices.
        self.assertEqual(page.count("Vehicle "), 40 + 3 * 20)
        self.assertIn("and 70 more lines", " ".join(page.split()))
        page = self.url_open(f"/my/contracts/{contract.id}?item_page=3").text
        items = self._items_of(page)
        self.assertEqual(items.count("Vehicle "), 10)
        self.assertIn("Vehicle 089", items)
        self.assertIn("?item_page=2#contract_items", items)
        for odd in ("99", "0", "-1", "x", "1e9", "²", "9" * 40, ""):
            answer = self.url_open(f"/my/contracts/{contract.id}?item_page={odd}")
            self.assertEqual(answer.status_code, 200, odd)
            self.assertIn("Vehicle 0", answer.text)
