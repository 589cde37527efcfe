from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestApiSignAttacks(ApiCase, SignCase):
    """What programs might try with signatures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.active = False
        cls.customer.email = "client@cn285.example"

    def _body(self, **signature):
        return {
            "customer": str(self.customer.id),
            "date_start": "2026-01-01",
            "items": [{"product": str(self.subscription.id), "price_unit": "100.00"}],
            "signature": {"mode": "builtin", **signature},
        }

    def test_a_key_that_has_nothing_signed(self):
        """Not by way of a contract either, nor tried."""
        scopes = {"contracts:write", "contracts:read", "changes:write", "customers:read"}
        key = self._new_key(self.program, scopes)
        for path in ("/contracts", "/contracts?dry_run=true"):
            answer = self.call("POST", path, self._body(), key=key)
            self.assertProblem(answer, 403, "missing_scope")
        self.assertFalse(self.env["cn285.sign.request"].search_count([]))

    def test_a_signers_name_is_one_line(self):
        self.customer.name = "Camille\nBcc: thief@example.com\u202e"
        made = self.post("/contracts", self._body(signers=[{"contact": str(self.customer.id)}]))
        [request] = self.get(f"/signature-requests?contract={made['id']}")["data"]
        self.assertEqual(request["signers"][0]["name"], "Camille Bcc: thief@example.com")

    def test_sent_anew(self):
        """The answer is the new request."""
        made = self.post("/contracts", self._body())
        [request] = self.get(f"/signature-requests?contract={made['id']}")["data"]
        self.env["cn285.sign.request"].browse(request["id"]).signer_ids._decline("No")
        sent = self.post(f"/signature-requests/{request['id']}/send", None)
        self.assertGreater(sent["id"], request["id"])
        self.assertEqual(sent["state"], "sent")
