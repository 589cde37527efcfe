from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestApiCollection(ApiCase, CollectionCase):
    """Means of payment and collection over the API. Shared invoices are of 120.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )
        cls.customer.email = "client@cn285.example"
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.clerk_key = cls._new_key(cls.clerk)

    def _jobs(self, method):
        jobs = self.env["queue.job"].search([("method_name", "=", method)])
        for job in jobs:
            getattr(job.records.with_user(job.user_id), method)(*job.args, **job.kwargs)
        return jobs

    def _told(self, prefix):
        events = self.env["cn285.webhook.event"].search([("type", "=like", f"{prefix}%")])
        events._complete()
        self.env.cr.precommit.clear()
        return events.sorted("id")

    def test_an_invoice_is_collected_by_a_job(self):
        invoice = self._invoice()
        path = f"/invoices/{invoice.id}"
        state = self.get(f"{path}/collection")
        self.assertEqual((state["amount_due"], state["collectable"]), ("120.00", True))
        self.assertEqual(state["charged_method"]["id"], self.card.id)
        one = self.call("POST", f"{path}/collect", Idempotency_Key="collect-1")
        self.assertEqual(one.status_code, 202, one.text)
        again = self.call("POST", f"{path}/collect", Idempotency_Key="collect-1")
        self.assertEqual(again.json(), one.json())
        self.assertEqual(self.get(f"/jobs/{one.json()['id']}")["state"], "pending")
        with self._answers("done") as calls:
            self.assertEqual(len(self._jobs("_job_collect")), 1)
        self.assertEqual(len(calls), 1)
        self.assertPaid(invoice)
        state = self.get(f"{path}/collection")
        self.assertEqual((state["amount_due"], state["collectable"]), ("0.00", False))
        [payment] = state["payments"]
        self.assertEqual((payment["state"], payment["amount"]), ("done", "120.00"))
        self.assertEqual(self.get(f"/payments/{payment['id']}"), payment)
        found = self.get(f"/payments?invoice={invoice.id}&state=done")["data"]
        self.assertEqual(found, [payment])
        events = self._told("payment.")
        self.assertEqual(events.mapped("type"), ["payment.collected"])
        self.assertEqual(events.payload["data"]["object"]["amount"], "120.00")
        self.assertProblem(self.call("POST", f"{path}/collect"), 422, "refused")

    def test_what_is_refused_is_told_with_its_reason(self):
        invoice = self._invoice(1)
        with self._answers("insufficient_funds"):
            self._collect(invoice, origin="button")
        state = self.get(f"/invoices/{invoice.id}/collection")
        [payment] = state["payments"]
        self.assertEqual((payment["state"], payment["code"]), ("declined", "insufficient_funds"))
        self.assertEqual(state["next_attempt"], payment["next_attempt"])
        self.assertTrue(payment["next_attempt"])
        self.assertEqual(self._told("payment.").mapped("type"), ["payment.failed"])

    def test_a_credit_note_is_paid_back_once(self):
        invoice = self._invoice()
        with self._answers("done"):
            self._collect(invoice, origin="button")
        note = self.env["account.move"].browse(invoice.cn285_credit(percent=50)["id"])
        self.provider.support_refund = "partial"
        self.method.support_refund = "partial"
        path = f"/invoices/{note.id}/refund"
        self.assertProblem(self.call("POST", path, key=self.clerk_key), 403, "not_allowed")
        self.assertProblem(self.call("POST", f"/invoices/{invoice.id}/refund"), 404, "not_found")
        answer = self.call("POST", path)
        self.assertEqual(answer.status_code, 202, answer.text)
        self._jobs("_job_refund")
        self._jobs("_job_refund")
        [refund] = self.get(f"/refunds?credit_note={note.id}")["data"]
        self.assertEqual((refund["state"], refund["amount"]), ("done", "60.00"))
        self.assertEqual(self.get(f"/refunds/{refund['id']}"), refund)
        self.assertEqual(self._told("refund.").mapped("type"), ["refund.done"])
        self.assertProblem(self.call("POST", path), 409, "wrong_state")

    def test_only_managers_collect(self):
        path = f"/invoices/{self._invoice().id}/collect"
        self.assertProblem(self.call("POST", path, key=self.clerk_key), 403, "not_allowed")
        self.assertFalse(self.env["queue.job"].search([("method_name", "=", "_job_collect")]))

    def test_means_are_read_without_what_charges_them(self):
        self.card.write({"cn285_brand": "visa", "cn285_last4": "4242"})
        found = self.get(f"/payment-methods?customer={self.customer.id}")["data"]
        self.assertEqual([one["id"] for one in found], [self.card.id])
        answer = self.call("GET", f"/payment-methods/{self.card.id}")
        means = answer.json()
        self.assertEqual((means["brand"], means["last_digits"]), ("visa", "4242"))
        self.assertEqual(len(means["contracts"]), self.stock)
        self.assertNotIn("a card", answer.text)

    def test_a_contract_is_paid_by_its_payers_means_alone(self):
        contract = self._create_contract()
        path = f"/contracts/{contract.id}/collection"
        self.assertEqual(self.get(path)["mode"], "manual")
        others = self._token(self.stranger)
        refused = self.call("PATCH", path, {"payment_method": str(others.id)})
        self.assertProblem(refused, 422, "refused")
        own = self._token(self.customer)
        answer = self.call("PATCH", path, {"mode": "automatic", "payment_method": str(own.id)})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["charged_method"]["id"], own.id)
        usual = self.call("PATCH", path, {"payment_method": None}).json()
        self.assertEqual((usual["payment_method"], usual["mode"]), (None, "automatic"))
        self.assertEqual(usual["charged_method"]["id"], self.card.id)

    def test_a_customers_primary_means(self):
        path = f"/customers/{self.customer.id}/payment-method"
        self.assertEqual(self.get(path)["payment_method"]["id"], self.card.id)
        others = self._token(self.stranger)
        refused = self.call("PATCH", path, {"payment_method": str(others.id)})
        self.assertProblem(refused, 422, "refused")
        self.assertEqual(self.customer.cn285_payment_token_id, self.card)
        self.assertIsNone(
            self.call("PATCH", path, {"payment_method": None}).json()["payment_method"]
        )

    def test_means_are_removed_and_asked_for_anew(self):
        path = f"/payment-methods/{self.card.id}/remove"
        self.assertProblem(self.call("POST", path, key=self.clerk_key), 403, "not_allowed")
        removed = self.post(path, None, status=200)
        self.assertFalse(removed["active"])
        self.assertProblem(self.call("POST", path), 409, "wrong_state")
        self.assertEqual(self._told("payment_method.").mapped("type"), ["payment_method.removed"])
        contract = self._invoice().cn285_contract_ids
        sent = self.post(f"/contracts/{contract.id}/payment-method/update-link", None, status=200)
        self.assertEqual(sent, {"sent_to": "client@cn285.example"})
