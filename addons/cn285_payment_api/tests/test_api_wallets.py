from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_payment.tests.wallet.common import WalletCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestApiWallets(ApiCase, CollectionCase, WalletCase):
    """Wallets and passes over the API."""

    stock = 0

    @classmethod
    def _bill_stock(cls):
        pass

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )
        cls.clerk_key = cls._new_key(cls.clerk)

    def _told(self, prefix):
        events = self.env["cn285.webhook.event"].search([("type", "=like", f"{prefix}%")])
        events._complete()
        self.env.cr.precommit.clear()
        return events.sorted("id")

    def _made(self):
        body = {
            "customer": str(self.customer.id),
            "type": str(self.at_use.id),
            "external_id": "W-1",
        }
        return self.post("/wallets", body)

    def test_made_topped_up_drawn_and_granted(self):
        types = self.get("/wallet-types?limit=100")["data"]
        self.assertIn(self.at_use.id, [one["id"] for one in types])
        wallet = self._made()
        self.assertEqual((wallet["balance"], wallet["external_id"]), ("0.00", "W-1"))
        body = {"amount": "50.00", "journal": str(self.bank.id), "date": "2026-01-01"}
        one = self.call("POST", "/wallets/ext:W-1/topups", body, Idempotency_Key="topup-1")
        self.assertEqual(one.status_code, 201, one.text)
        again = self.call("POST", "/wallets/ext:W-1/topups", body, Idempotency_Key="topup-1")
        self.assertEqual(again.json(), one.json())
        self.assertEqual(one.json()["state"], "done")
        grant = {"amount": "10.00", "last_day": "2026-12-31", "reason": "Sorry"}
        lot = self.post("/wallets/ext:W-1/grants", grant)
        self.assertEqual((lot["kind"], lot["rest"], lot["reason"]), ("granted", "10.00", "Sorry"))
        held = self.get("/wallets/ext:W-1")
        self.assertEqual((held["paid"], held["granted"]), ("50.00", "10.00"))
        contract = self._create_contract(date_start=date(2026, 1, 1))
        self._bill(date(2026, 1, 1))
        draws = self.get("/wallets/ext:W-1/draws")["data"]
        self.assertEqual(sorted(one["amount"] for one in draws), ["10.00", "50.00"])
        self.assertEqual({one["invoice"]["id"] for one in draws}, set(contract.invoice_ids.ids))
        lots = self.get("/wallets/ext:W-1/lots")["data"]
        self.assertEqual([one["rest"] for one in lots], ["0.00", "0.00"])
        self.assertEqual(
            self._told("wallet.").mapped("type"), ["wallet.topped_up", "wallet.granted"]
        )

    def test_means_are_charged_by_a_job_and_once(self):
        self._made()
        body = {"amount": "20.00", "payment_method": str(self.card.id)}
        made = self.post("/wallets/ext:W-1/topups", body)
        self.assertEqual(made["state"], "pending")
        topup = self.env["cn285.wallet.topup"].browse(made["id"])
        self.assertEqual(topup.transaction_id.state, "draft")
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_charge")])
        self.assertEqual(len(jobs), 1)
        with self._answers("done") as calls:
            topup._job_charge()
            topup._job_charge()
        self.assertEqual(len(calls), 1)
        self.assertEqual(self.get(f"/wallet-topups/{made['id']}")["state"], "done")
        self.assertEqual(self.get("/wallets/ext:W-1")["balance"], "20.00")

    def test_a_job_that_was_killed_while_it_charged_charges_no_second_time(self):
        self._made()
        body = {"amount": "20.00", "payment_method": str(self.card.id)}
        topup = self.env["cn285.wallet.topup"].browse(
            self.post("/wallets/ext:W-1/topups", body)["id"]
        )
        topup._inside().write({"ordered_at": "2026-01-02 09:59:00"})
        with self._answers("done") as calls:
            topup._job_charge()
        self.assertFalse(calls)

    def test_nobody_is_charged_for_another(self):
        self._made()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        others = self._token(stranger)
        body = {"amount": "20.00", "payment_method": str(others.id)}
        self.assertProblem(self.call("POST", "/wallets/ext:W-1/topups", body), 422, "refused")
        self.assertFalse(
            self.env["payment.transaction"].search_count([("token_id", "=", others.id)])
        )

    def test_granting_wants_its_own_scope_and_a_manager(self):
        self._made()
        grant = {"amount": "10.00"}
        writes = self._new_key(self.program, {"wallets:write", "wallets:read"})
        refused = self.call("POST", "/wallets/ext:W-1/grants", grant, key=writes)
        self.assertProblem(refused, 403, "missing_scope")
        for path, body in (
            ("/wallets/ext:W-1/grants", grant),
            ("/wallets/ext:W-1/topups", {"amount": "10.00"}),
        ):
            answer = self.call("POST", path, body, key=self.clerk_key)
            self.assertProblem(answer, 403, "not_allowed")
        self.assertFalse(self.env["cn285.wallet.lot"].search_count([]))

    def test_a_pass_is_redeemed(self):
        promotion = self.env["cn285.promotion.pass"].create(
            {"name": "Welcome", "code": "WELCOME-1", "percent": 50, "periods": 1}
        )
        contract = self._create_contract(date_start=date(2026, 1, 1))
        path = f"/contracts/{contract.id}/passes"
        self.assertProblem(self.call("POST", path, {"code": "NO"}), 422, "refused")
        made = self.post(path, {"code": "welcome 1"})
        self.assertEqual(made["promotion_pass"]["id"], promotion.id)
        [discount] = made["discounts"]
        self.assertEqual((discount["percent"], discount["amount"]), ("50", None))
        preview = self.get(f"/contracts/{contract.id}/preview-invoices?count=2")["data"]
        self.assertIn("60.00", [one["amount_total"] for one in preview])
        self.assertEqual(self.get(path)["data"], [made])
        self.assertEqual(self.get(f"/passes/{promotion.id}")["redeemed"], 1)
        self.assertProblem(self.call("POST", path, {"code": "WELCOME-1"}), 422, "refused")
        self.assertEqual(self._told("pass.").mapped("type"), ["pass.redeemed"])
