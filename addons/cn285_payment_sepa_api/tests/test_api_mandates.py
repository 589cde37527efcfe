import base64

from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_payment_sepa.tests.common import IBAN, OTHER_IBAN, SepaCase
from odoo.tests import tagged

SCAN = b"%PDF-1.7 signed on paper"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestApiMandates(ApiCase, SepaCase):
    """SEPA mandates over the API: taken over from paper, read, revoked."""

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
        cls.payer = cls.env["res.partner"].create(
            {"name": "Payer", "country_id": cls.env.ref("base.fr").id}
        )

    def _told(self):
        events = self.env["cn285.webhook.event"].search([("type", "=like", "mandate.%")])
        events._complete()
        self.env.cr.precommit.clear()
        return events.sorted("id")

    def _body(self, **values):
        return {
            "customer": str(self.payer.id),
            "iban": OTHER_IBAN,
            "signed_on": "2026-01-01",
            **values,
        }

    def test_taken_over_from_paper_with_its_scan(self):
        scan = {"file_name": "mandate.pdf", "content": base64.b64encode(SCAN).decode()}
        body = self._body(reference="PAPER-1", proof=scan, external_id="M-1")
        one = self.call("POST", "/mandates", body, Idempotency_Key="mandate-1")
        self.assertEqual(one.status_code, 201, one.text)
        again = self.call("POST", "/mandates", body, Idempotency_Key="mandate-1")
        self.assertEqual(again.json(), one.json())
        made = one.json()
        self.assertEqual((made["state"], made["reference"]), ("active", "PAPER-1"))
        self.assertEqual((made["signed_how"], made["account"]), ("paper", "DE •••• 3000"))
        self.assertNotIn(OTHER_IBAN, one.text)
        record = self.env["cn285.sepa.mandate"].browse(made["id"])
        self.assertEqual(record.message_ids.attachment_ids.raw, SCAN)
        self.assertEqual(self.payer.cn285_payment_token_id.id, made["payment_method"]["id"])
        self.assertEqual(self.get("/mandates/ext:M-1"), made)
        events = self._told()
        self.assertEqual(events.mapped("type"), ["mandate.signed"])
        self.assertNotIn(OTHER_IBAN, str(events.payload))

    def test_what_is_no_mandate_is_refused(self):
        for values, code in (
            ({"iban": "FR7630006000011234567890180"}, "refused"),
            ({"signed_on": "2026-01-03"}, "refused"),
            ({"signed_on": "2020-01-01"}, "refused"),
            ({"proof": {"file_name": "x.pdf", "content": "PHN2Zz4="}}, "invalid"),
        ):
            with self.subTest(**values):
                answer = self.call("POST", "/mandates", self._body(**values))
                self.assertProblem(answer, 422, code)
        self.assertFalse(
            self.env["cn285.sepa.mandate"].search_count([("partner_id", "=", self.payer.id)])
        )

    def test_revoked_it_is_no_means_of_payment_any_more(self):
        self.assertEqual(self.mandate.iban, IBAN)
        path = f"/mandates/{self.mandate.id}"
        revoked = self.post(f"{path}/revoke", {"reason": "By letter"}, status=200)
        self.assertEqual((revoked["state"], revoked["revoked_because"]), ("revoked", "By letter"))
        self.assertEqual(revoked["revoked_on"], "2026-01-02")
        means = self.get(f"/payment-methods/{self.mandate.token_id.id}")
        self.assertEqual((means["state"], means["active"]), ("revoked", False))
        self.assertProblem(self.call("POST", f"{path}/revoke", {}), 409, "wrong_state")
        self.assertEqual(self._told().mapped("type"), ["mandate.revoked"])

    def test_whoever_only_reads_contracts_makes_none(self):
        key = self._new_key(self.clerk, {"mandates:read"})
        self.assertProblem(
            self.call("POST", "/mandates", self._body(), key=key), 403, "missing_scope"
        )
        self.assertEqual(self.call("GET", "/mandates", key=key).status_code, 200)
