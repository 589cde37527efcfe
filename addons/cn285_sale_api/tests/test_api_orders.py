"""An order in one call: all of it or nothing, and once."""

from freezegun import freeze_time
from odoo.tests import tagged

from .common import QuoteApiCase

SCOPES = {"quotes:read", "quotes:write", "quotes:accept"}


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiOrders(QuoteApiCase):
    def _new(self, **values):
        customer = {"name": "Fleuriste Rose", "country": "FR", "email": "rose@fleuriste.example"}
        body = self._body(new_customer={**customer, "external_id": "C-9"}, **values)
        body.pop("customer")
        return body

    def _customers(self):
        return self.env["res.partner"].search([("name", "=", "Fleuriste Rose")])

    def test_customer_lines_and_contract(self):
        tried = self.post("/orders?dry_run=true", self._new(), 200)
        self.assertEqual(tried["figures"]["first_invoice"]["amount_total"], "326.40")
        self.assertFalse(self._customers())
        answers = [
            self.call("POST", "/orders", self._new(), Idempotency_Key="order-1")
            for _time in range(2)
        ]
        self.assertEqual([answer.status_code for answer in answers], [202, 202])
        order = answers[0].json()
        self.assertEqual(answers[1].json(), order)
        self.assertEqual(answers[0].headers["Location"], f"/cn285/v1/quotes/{order['id']}")
        self.assertEqual((order["state"], order["activation"]), ("accepted", "done"))
        self.assertEqual(order["customer"]["external_id"], "C-9")
        self.assertEqual(len(self._customers()), 1)
        self.assertEqual(self._contracts_of(order).state, "active")
        self.assertEqual(self._told().mapped("type"), ["quote.accepted", "quote.activated"])

    def test_with_a_signature_it_waits(self):
        signature = {"mode": "builtin", "signers": [{"contact": "ext:C-9"}]}
        order = self.post("/orders", self._new(signature=signature), 202)
        self.assertEqual((order["state"], order["contract"] is None), ("sent", False))
        self.assertEqual(self._contracts_of(order).state, "draft")
        request = self.env["cn285.sign.request"].browse(order["signature_request"]["id"])
        self.assertEqual(request.signer_ids.email, "rose@fleuriste.example")
        self.assertFalse(self._sign(request.signer_ids))
        self.assertEqual(self.get(f"/quotes/{order['id']}")["state"], "accepted")
        self.assertEqual(self._contracts_of(order).state, "active")

    def test_what_a_rule_wants_signed_waits_too(self):
        self.rule.copy({"what": "quote", "active": True})
        body = self._new(template=str(self.template.id))
        body.pop("lines")
        order = self.post("/orders", body, 202)
        self.assertEqual(order["signature_request"]["state"], "sent")
        self.assertEqual(len(order["lines"]), 2)

    def test_all_or_nothing(self):
        bad = [{"product": str(self.subscription.id)}, {"product": "999999999"}]
        problem = self.assertProblem(
            self.call("POST", "/orders", self._new(lines=bad)), 422, "invalid"
        )
        self.assertEqual(problem["errors"][0]["pointer"], "/lines/1/product")
        self.assertFalse(self._customers())
        body = self._new(signature={"mode": "pigeon"})
        problem = self.assertProblem(self.call("POST", "/orders", body), 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/signature/mode")
        body = self._new()
        body["new_customer"]["country"] = "ZZ"
        problem = self.assertProblem(self.call("POST", "/orders", body), 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/new_customer/country")
        self.assertFalse(self._customers())
        self.assertFalse(self.env["sale.order"].search_count([("user_id", "=", self.seller.id)]))

    def test_what_has_expired_is_neither_sent_nor_accepted(self):
        answer = self.call("POST", "/orders", self._new(valid_until="2026-01-04"))
        self.assertIn("expired", self.assertProblem(answer, 422, "refused")["detail"])
        quote = self.post("/quotes", self._body(valid_until="2026-01-04"))
        for verb, body in (("send", {"email": False}), ("accept", {})):
            answer = self.call("POST", f"/quotes/{quote['id']}/{verb}", body)
            self.assertIn("expired", self.assertProblem(answer, 422, "refused")["detail"])
        self.assertEqual(self._order(quote).state, "draft")
        # On its last day it holds.
        self.post("/orders", self._new(valid_until="2026-01-05"), 202)

    def test_who_is_named_twice_or_not_at_all(self):
        for body in ({**self._new(), "customer": str(self.customer.id)}, self._body(customer=None)):
            self.assertProblem(self.call("POST", "/orders", body), 422, "invalid")

    def test_scopes(self):
        key = self._new_key(self.seller, SCOPES)
        self.assertProblem(self.call("POST", "/orders", self._new(), key=key), 403, "missing_scope")
        self.post("/orders", self._body(), 202, key=key)
        key = self._new_key(self.seller, SCOPES - {"quotes:accept"})
        answer = self.call("POST", "/orders", self._body(), key=key)
        self.assertProblem(answer, 403, "missing_scope")
        quote = self.post("/quotes", self._body(), key=key)
        for verb in ("accept", "decline"):
            answer = self.call("POST", f"/quotes/{quote['id']}/{verb}", {}, key=key)
            self.assertProblem(answer, 403, "missing_scope")
