from unittest.mock import patch

from odoo.addons.cn285_api.core.extending import widened
from odoo.addons.cn285_api.routers import contracts
from odoo.addons.cn285_api.schemas.contracts import ContractIn
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..routers import ADDED


@tagged("post_install", "-at_install")
class TestApiSignatures(ApiCase, SignCase):
    """Contracts and changes that are signed before they take effect, over the API."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.active = False
        cls.customer.email = "client@cn285.example"
        cls.director = cls.env["res.partner"].create(
            {"name": "Anne Roux", "parent_id": cls.customer.id, "email": "anne@cn285.example"}
        )
        cls.program.partner_id.email = "program@cn285.example"
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )

    def _body(self, **values):
        return {
            "customer": str(self.customer.id),
            "date_start": "2026-01-01",
            "items": [{"product": str(self.subscription.id), "price_unit": "100.00"}],
            **values,
        }

    def _request_of(self, contract_id):
        [found] = self.get(f"/signature-requests?contract={contract_id}")["data"]
        return found

    def _told(self):
        events = self.env["cn285.webhook.event"].search(
            [("type", "=like", "signature.%")], order="id"
        )
        events._complete()
        self.env.cr.precommit.clear()
        return events

    def test_a_contract_is_active_when_all_have_signed(self):
        signature = {
            "mode": "builtin",
            "signers": [
                {"contact": str(self.director.id)},
                {"contact": str(self.program.partner_id.id), "role": "company"},
            ],
        }
        made = self.post("/contracts", self._body(confirm=True, signature=signature))
        self.assertEqual(made["state"], "draft")
        request = self._request_of(made["id"])
        expected = {"id": request["id"], "number": request["number"], "state": "sent"}
        self.assertEqual(made["signature_request"], expected)
        self.assertEqual((request["state"], request["level"]), ("sent", "simple"))
        self.assertEqual(
            [(one["email"], one["role"], one["order"]) for one in request["signers"]],
            [("anne@cn285.example", "customer", 1), ("program@cn285.example", "company", 2)],
        )
        path = f"/signature-requests/{request['id']}"
        self.assertProblem(self.call("GET", f"{path}/evidence"), 409, "wrong_state")
        record = self.env["cn285.sign.request"].browse(request["id"])
        for signer in record.signer_ids:
            self.assertFalse(self._sign(signer))
        contract = self.get(f"/contracts/{made['id']}?expand=signature_request")
        self.assertEqual(contract["state"], "active")
        self.assertEqual(contract["signature_request"], {**expected, "state": "signed"})
        # Not asked for, and in lists only where it is.
        self.assertIsNone(self.get(f"/contracts/{made['id']}")["signature_request"])
        path_of_list = f"/contracts?customer={self.customer.id}&expand=signature_request"
        [listed] = self.get(path_of_list)["data"]
        self.assertEqual(listed["signature_request"]["state"], "signed")
        signed = self.get(path)
        self.assertEqual((signed["state"], signed["took_effect"]), ("signed", True))
        self.assertTrue(signed["signed_document_id"])
        evidence = self.call("GET", f"{path}/evidence").json()
        self.assertEqual(evidence["document"]["sha256"], request["document_sha256"])
        self.assertEqual(self.call("GET", f"{path}/signed-document").content[:5], b"%PDF-")
        kinds = [one["kind"] for one in self.get(f"{path}/events?limit=100")["data"]]
        self.assertEqual((kinds[0], kinds.count("signed")), ("sent", 2))
        self.assertEqual(self._told().mapped("type"), ["signature.sent", "signature.completed"])
        self.assertNotIn("nonce", str(signed))

    def test_none_is_as_if_nothing_was_said(self):
        made = self.post("/contracts", self._body(confirm=True, signature={"mode": "none"}))
        self.assertEqual((made["state"], made["signature_request"]), ("active", None))

    def test_what_does_not_fit_together_is_told_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {"name a contract or a change": "indiquez un contrat ou une modification"}
        translations = {("cn285_sign_api", "fr_FR"): french}
        with patch.dict(code_translations.python_translations, translations):
            for language, words in (
                ("fr", "indiquez un contrat ou une modification"),
                ("en", "name a contract or a change"),
            ):
                body = {"mode": "builtin"}
                answer = self.call("POST", "/signature-requests", body, Accept_Language=language)
                problem = self.assertProblem(answer, 422, "invalid")
                self.assertEqual(problem["errors"][0]["detail"], words)

    def test_what_a_rule_wants_signed_is_not_confirmed_without(self):
        self.rule.active = True
        for signature in ({"mode": "none"}, None):
            body = self._body(confirm=True, signature=signature)
            self.assertProblem(self.call("POST", "/contracts", body), 422, "refused")

    def test_a_dry_run_sends_nothing(self):
        mails = self.env["mail.mail"].search_count([])
        body = self._body(signature={"mode": "builtin"})
        tried = self.post("/contracts?dry_run=true", body, status=200)
        self.assertEqual(tried["contract"]["state"], "draft")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(self.env["cn285.sign.request"].search_count([]))
        self.customer.email = False
        self.director.email = False
        body["signature"]["signers"] = [{"contact": str(self.director.id)}]
        answer = self.call("POST", "/contracts?dry_run=true", body)
        self.assertProblem(answer, 422, "invalid")

    def test_nobody_else_is_shown_the_contract(self):
        other = self.env["res.partner"].create({"name": "Other", "email": "o@cn285.example"})
        for signers, pointer in (
            ([{"contact": str(other.id)}], "/signature/signers/0/contact"),
            (
                [
                    {"contact": str(self.director.id)},
                    {"contact": str(other.id), "role": "company"},
                ],
                "/signature/signers/1/contact",
            ),
            (
                [{"contact": str(self.program.partner_id.id), "role": "company"}],
                "/signature/signers",
            ),
        ):
            with self.subTest(pointer=pointer):
                body = self._body(signature={"mode": "builtin", "signers": signers})
                problem = self.assertProblem(self.call("POST", "/contracts", body), 422, "invalid")
                self.assertEqual([one["pointer"] for one in problem["errors"]], [pointer])
        contracts = self.env["cn285.contract"].search([("partner_id", "=", self.customer.id)])
        self.assertFalse(contracts)

    def test_a_provider_that_is_not_set_up(self):
        body = self._body(signature={"mode": "pigeon"})
        problem = self.assertProblem(self.call("POST", "/contracts", body), 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/signature/mode")

    def test_a_change_is_scheduled_when_it_is_signed(self):
        made = self.post("/contracts", self._body(confirm=True))
        body = {
            "contract": str(made["id"]),
            "item": str(made["items"][0]["id"]),
            "type": "price",
            "date_effective": str(self.company._cn285_today()),
            "values": {"price_unit": "120.00"},
            "signature": {"mode": "builtin"},
        }
        tried = self.post("/contract-changes?dry_run=true", body, status=200)
        self.assertEqual(tried["mrr_after"], "120.00")
        self.assertFalse(self.env["cn285.sign.request"].search_count([]))
        change = self.post("/contract-changes", body)
        self.assertEqual(change["state"], "draft")
        [request] = self.get(f"/signature-requests?change={change['id']}")["data"]
        record = self.env["cn285.sign.request"].browse(request["id"])
        self.assertFalse(self._sign(record.signer_ids))
        self.assertEqual(self.get(f"/contract-changes/{change['id']}")["state"], "applied")

    def test_sent_reminded_cancelled_and_sent_anew(self):
        made = self.post("/contracts", self._body())
        body = {"contract": str(made["id"])}
        sent = self.call("POST", "/signature-requests", body, Idempotency_Key="sign-1")
        again = self.call("POST", "/signature-requests", body, Idempotency_Key="sign-1")
        self.assertEqual(sent.status_code, 201, sent.text)
        self.assertEqual(sent.json(), again.json())
        path = f"/signature-requests/{sent.json()['id']}"
        self.assertProblem(self.call("POST", f"{path}/send"), 409, "wrong_state")
        self.post(f"{path}/remind", None, status=200)
        self.assertEqual(self.post(f"{path}/cancel", None, status=200)["state"], "cancelled")
        self.assertProblem(self.call("POST", f"{path}/cancel"), 409, "wrong_state")
        self.assertProblem(self.call("POST", f"{path}/remind"), 409, "wrong_state")
        anew = self.post(f"{path}/send", None)
        self.assertEqual((anew["state"], anew["contract"]["id"]), ("sent", made["id"]))
        self.assertNotEqual(anew["id"], sent.json()["id"])
        told = ["signature.sent", "signature.cancelled", "signature.sent"]
        self.assertEqual(self._told().mapped("type"), told)

    def test_it_is_for_who_may_write_the_contract(self):
        made = self.post("/contracts", self._body())
        self.env["cn285.contract"].browse(made["id"]).user_id = self.program
        key = self._new_key(self.seller)
        body = {"contract": str(made["id"])}
        self.assertProblem(self.call("POST", "/signature-requests", body, key=key), 422, "invalid")
        request = self.post("/signature-requests", body)
        path = f"/signature-requests/{request['id']}"
        self.assertProblem(self.call("POST", f"{path}/cancel", key=key), 404, "not_found")

    def test_without_the_addon_the_field_is_unknown(self):
        """The app of a database without it has the bodies as they are."""

        def taken(added):
            [route] = [
                one
                for one in widened(contracts.router, added).routes
                if one.name == "create_contract"
            ]
            return route.body_field.field_info.annotation.model_fields

        self.assertIn("signature", taken(ADDED))
        self.assertNotIn("signature", taken([]))
        self.assertNotIn("signature", ContractIn.model_fields)
        answer = self.call("POST", "/contracts", self._body(signature={"mode": "none", "x": 1}))
        self.assertProblem(answer, 422, "invalid")
