"""Quotations over HTTP: what they come to, what is done with them, exactly once."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import http
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QuoteApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiQuotes(QuoteApiCase):
    # === WHAT IT COMES TO === #

    def test_figures_are_those_of_the_first_invoice(self):
        """22 of 31 days of 31.00 are 22.00, with the fee 272.00, and 20 % of it 54.40.

        A year from 10 January: 22.00, eleven months of 31.00, 9 days of January 9.00, the fee:
        622.00.
        """
        tried = self.post("/quotes?dry_run=true", self._body(), 200)
        self.assertFalse(self.env["sale.order"].search_count([("user_id", "=", self.seller.id)]))
        quote = self._made(external_id="Q-7")
        figures = self.get(f"/quotes/{quote['id']}/first-invoice")
        self.assertEqual(figures, tried["figures"])
        first = figures["first_invoice"]
        sums = [first[name] for name in ("amount_untaxed", "amount_tax", "amount_total")]
        self.assertEqual(sums, ["272.00", "54.40", "326.40"])
        self.assertEqual(
            [first[name] for name in ("date", "date_due", "period_start", "period_end")],
            ["2026-01-10", "2026-02-09", "2026-01-10", "2026-01-31"],
        )
        self.assertEqual([line["amount"] for line in first["lines"]], ["22.00", "250.00"])
        [then] = figures["then"]
        self.assertEqual(
            then,
            {
                "every": 1,
                "unit": "month",
                "begins_on": "2026-02-01",
                "amount_untaxed": "31.00",
                "amount_total": "37.20",
            },
        )
        worth = {"mrr": "31.00", "arr": "372.00", "one_time": "250.00", "value": "622.00"}
        self.assertEqual({name: figures[name] for name in worth}, worth)
        shown = self.get("/quotes/ext:Q-7?expand=lines,signature_request")
        self.assertEqual({name: shown[name] for name in worth}, worth)
        self.assertEqual((shown["kind"], shown["state"], shown["version"]), ("new", "draft", 1))
        # One period of all lines, as Odoo adds them: 31.00 and 250.00.
        self.assertEqual((shown["amount_untaxed"], shown["amount_total"]), ("281.00", "337.20"))
        self.assertEqual([line["contracted"] for line in shown["lines"]], [True, True])
        self.assertEqual([line["billing_type"] for line in shown["lines"]], ["fixed", "one_shot"])
        self.assertEqual(shown, quote)

    def test_terms_of_a_template(self):
        body = {"customer": str(self.customer.id), "template": str(self.template.id)}
        quote = self.post("/quotes", {**body, "term_length": 24})
        self.assertEqual([line["price_unit"] for line in quote["lines"]], ["31", "250"])
        self.assertEqual((quote["term_length"], quote["term_unit"]), (24, "month"))
        problem = self.assertProblem(
            self.call("POST", "/quotes", {"customer": str(self.customer.id)}), 422, "invalid"
        )
        self.assertEqual(problem["errors"][0]["detail"], "name lines or a template")

    def test_what_no_contract_bills_is_no_quotation_here(self):
        lines = [{"product": str(self.setup_fee.id)}]
        answer = self.call("POST", "/quotes", self._body(lines=lines))
        problem = self.assertProblem(answer, 422, "invalid")
        self.assertEqual(problem["errors"][0]["code"], "nothing_recurs")
        order = self._quote([{"product_id": self.setup_fee.id, "billing_type": "one_shot"}])
        self.assertFalse(order.cn285_kind)
        self.assertProblem(self.call("GET", f"/quotes/{order.id}"), 404, "not_found")
        self.assertEqual(self.get("/quotes")["data"], [])

    def test_numbers_without_sense_are_refused(self):
        for values in (
            {"quantity": "9999999999999"},
            {"price_unit": "-9999999999999.999999"},
            {"discount": "9999999999999"},
        ):
            lines = [{"product": str(self.subscription.id), **values}]
            with self.subTest(**values):
                for path in ("/quotes", "/quotes?dry_run=true", "/orders"):
                    answer = self.call("POST", path, self._body(lines=lines))
                    self.assertProblem(answer, 422, "refused")

    def test_pdf(self):
        quote = self._made()
        answer = self.call("GET", f"/quotes/{quote['id']}/pdf")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))

    # === CHANGED, SENT, REPLACED === #

    def test_a_draft_is_changed_what_was_sent_is_not(self):
        quote = self._made()
        path = f"/quotes/{quote['id']}"
        tag = self.call("GET", path).headers["ETag"]
        lines = [{"product": str(self.subscription.id), "quantity": "2", "discount": "10"}]
        answer = self.call("PATCH", path, {"client_ref": "PO-1", "lines": lines}, If_Match=tag)
        self.assertEqual(answer.status_code, 200, answer.text)
        # 2 × 31.00 less 10 %
        self.assertEqual((answer.json()["client_ref"], answer.json()["mrr"]), ("PO-1", "55.80"))
        stale = self.call("PATCH", path, {"client_ref": "PO-2"}, If_Match=tag)
        self.assertProblem(stale, 412, "precondition_failed")
        emptied = self.call("PATCH", path, {"client_ref": None, "date_start": None}).json()
        self.assertEqual((emptied["client_ref"], emptied["date_start"]), (None, None))
        self._do(quote, "send", {"email": False})
        self.assertProblem(self.call("PATCH", path, {"client_ref": "x"}), 409, "wrong_state")

    def test_sent_by_mail_with_its_pdf(self):
        quote = self._made()
        sent = self._do(quote, "send", {})
        self.assertEqual(sent["state"], "sent")
        mail = self.env["mail.mail"].search(
            [("model", "=", "sale.order"), ("res_id", "=", quote["id"])]
        )
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn(b"%PDF", mail.attachment_ids.raw[:4])
        self.assertEqual(self._told().mapped("type"), ["quote.sent"])
        self.customer.email = False
        other = self._made()
        answer = self.call("POST", f"/quotes/{other['id']}/send", {})
        self.assertProblem(answer, 422, "refused")
        self.assertEqual(self._order(other).state, "draft")

    def test_versions_and_what_they_change(self):
        """31.00 more a month by a second unit: 22.00 + 11 × 31.00 + 9.00 = 372.00 more a year."""
        first = self._made()
        self._do(first, "send", {"email": False})
        path = f"/quotes/{first['id']}"
        self.assertProblem(self.call("GET", f"{path}/comparison"), 409, "wrong_state")
        second = self.post(f"{path}/versions", None)
        self.assertEqual((second["version"], second["previous_id"]), (2, first["id"]))
        lines = [
            {"product": str(self.subscription.id), "quantity": "2"},
            {"product": str(self.setup_fee.id), "price_unit": "250.00"},
        ]
        self.call("PATCH", f"/quotes/{second['id']}", {"lines": lines})
        for query in ("", f"?base={first['id']}"):
            found = self.get(f"/quotes/{second['id']}/comparison{query}")
            self.assertEqual((found["added"], found["removed"]), ([], []))
            [changed] = found["changed"]
            self.assertEqual(
                [(one["before"], one["after"]) for one in changed["facts"]], [("1.00", "2.00")]
            )
            self.assertEqual(found["mrr_difference"], "31.00")
            self.assertEqual(found["value_difference"], "372.00")
        stranger = self._made()
        answer = self.call("GET", f"/quotes/{second['id']}/comparison?base={stranger['id']}")
        self.assertProblem(answer, 422, "invalid")
        versions = self.get(f"{path}/versions")["data"]
        self.assertEqual([one["id"] for one in versions], [first["id"], second["id"]])
        self.assertEqual(versions[0]["replaced_by_id"], second["id"])
        current = self.get(f"/quotes?current=true&customer={self.customer.id}")["data"]
        self.assertEqual([one["id"] for one in current], [second["id"], stranger["id"]])
        for verb in ("accept", "versions"):
            self.assertProblem(self.call("POST", f"{path}/{verb}"), 409, "wrong_state")
        self.assertEqual(self._told().mapped("type"), ["quote.sent", "quote.replaced"])

    # === ACCEPTED === #

    def test_accepted_it_is_its_contract_once(self):
        quote = self._made()
        path = f"/quotes/{quote['id']}/accept"
        accepted = self.call("POST", path, Idempotency_Key="accept-1")
        self.assertEqual(accepted.status_code, 200, accepted.text)
        again = self.call("POST", path, Idempotency_Key="accept-1")
        self.assertEqual(again.json(), accepted.json())
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertProblem(self.call("POST", path), 409, "wrong_state")
        shown = accepted.json()
        self.assertEqual((shown["state"], shown["activation"]), ("accepted", "done"))
        [contract] = self._contracts_of(quote)
        self.assertEqual((shown["contract"]["id"], contract.state), (contract.id, "active"))
        self.assertEqual(
            [line["item_id"] for line in shown["lines"]], contract.item_ids.sorted("id").ids
        )
        # The seller's program reads what it sold.
        self.assertEqual(self.get(f"/contracts/{contract.id}")["state"], "active")
        listed = self.get(f"/quotes?contract={contract.id}&state=accepted&kind=new")["data"]
        self.assertEqual([one["id"] for one in listed], [quote["id"]])
        self._bill(date(2026, 1, 10))
        self.assertMoney(contract.invoice_ids.amount_total, "326.40")
        events = self._told()
        self.assertEqual(events.mapped("type"), ["quote.accepted", "quote.activated"])
        told = events[-1].payload["data"]["object"]
        self.assertEqual((told["id"], told["mrr"]), (quote["id"], "31.00"))
        self.assertEqual(len(told["lines"]), 2)

    def test_accepted_and_not_activated(self):
        quote = self._made()
        contracts = type(self.env["cn285.contract"])
        with patch.object(contracts, "action_confirm", side_effect=UserError("No tax account")):
            shown = self._do(quote, "accept")
        self.assertEqual(
            (shown["state"], shown["activation"], shown["activation_error"], shown["contract"]),
            ("accepted", "waiting", "No tax account", None),
        )
        waiting = self.get("/quotes?activation=waiting")["data"]
        self.assertEqual([one["id"] for one in waiting], [quote["id"]])
        shown = self._do(quote, "activate")
        self.assertEqual((shown["activation"], shown["activation_error"]), ("done", None))
        self.assertEqual(self._contracts_of(quote).state, "active")
        answer = self.call("POST", f"/quotes/{quote['id']}/activate")
        self.assertProblem(answer, 409, "wrong_state")
        told = ["quote.accepted", "quote.not_activated", "quote.activated"]
        self.assertEqual(self._told().mapped("type"), told)

    def test_declined_and_cancelled(self):
        declined, cancelled, page = [self._made() for _time in range(3)]
        shown = self._do(declined, "decline", {"reason": "Too <b>dear"})
        self.assertEqual(shown["state"], "cancelled")
        said = self._order(declined).message_ids.mapped("body")
        self.assertTrue([one for one in said if "Too &lt;b&gt;dear" in one], said)
        self.assertEqual(self._do(cancelled, "cancel")["state"], "cancelled")
        for verb in ("accept", "decline", "cancel", "send"):
            body = {} if verb in ("decline", "send") else None
            answer = self.call("POST", f"/quotes/{declined['id']}/{verb}", body)
            self.assertProblem(answer, 409, "wrong_state")
        # By the customer, on his page.
        order = self._order(page)
        order.write({"require_signature": True, "state": "sent"})
        order._portal_ensure_token()
        self.authenticate(None, None)
        self.url_open(
            f"/my/orders/{order.id}/decline?access_token={order.access_token}",
            data={"decline_message": "No", "csrf_token": http.Request.csrf_token(self)},
        )
        self.assertEqual(self._order(page).state, "cancel")
        told = ["quote.declined", "quote.cancelled", "quote.sent", "quote.declined"]
        self.assertEqual(self._told().mapped("type"), told)

    def test_cancelled_until_its_contract_begins(self):
        early, late = self._made(), self._made(date_start="2026-01-05")
        for quote in (early, late):
            self._do(quote, "accept")
        self.assertEqual(self._do(early, "cancel")["state"], "cancelled")
        self.assertEqual(self._contracts_of(early).state, "cancelled")
        answer = self.call("POST", f"/quotes/{late['id']}/cancel")
        self.assertIn("Terminate", self.assertProblem(answer, 422, "refused")["detail"])

    # === SIGNED === #

    def test_the_last_signature_accepts_it(self):
        director = self.env["res.partner"].create(
            {"name": "Anne Roux", "parent_id": self.customer.id, "email": "anne@cn285.example"}
        )
        quote = self._made()
        signature = {"mode": "builtin", "signers": [{"contact": str(director.id)}]}
        sent = self._do(quote, "send", {"signature": signature})
        self.assertEqual((sent["state"], sent["signature_request"]["state"]), ("sent", "sent"))
        request = self.env["cn285.sign.request"].browse(sent["signature_request"]["id"])
        self.assertEqual(request.signer_ids.email, "anne@cn285.example")
        self.assertFalse(self._sign(request.signer_ids))
        shown = self.get(f"/quotes/{quote['id']}?expand=signature_request")
        self.assertEqual(
            (shown["state"], shown["activation"], shown["signature_request"]["state"]),
            ("accepted", "done", "signed"),
        )
        self.assertEqual(self._contracts_of(quote).state, "active")
        told = ["quote.sent", "quote.accepted", "quote.activated"]
        self.assertEqual(self._told().mapped("type"), told)

    def test_what_a_rule_wants_signed(self):
        self.rule.copy({"what": "quote", "active": True})
        quote = self._made()
        path = f"/quotes/{quote['id']}"
        self.assertProblem(self.call("POST", f"{path}/accept"), 422, "refused")
        answer = self.call("POST", f"{path}/send", {"signature": {"mode": "none"}})
        problem = self.assertProblem(answer, 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/signature/mode")
        sent = self._do(quote, "send", {})
        self.assertEqual(sent["signature_request"]["state"], "sent")
        other = self.env["res.partner"].create({"name": "Other", "email": "o@cn285.example"})
        signature = {"mode": "builtin", "signers": [{"contact": str(other.id)}]}
        answer = self.call("POST", f"/quotes/{self._made()['id']}/send", {"signature": signature})
        problem = self.assertProblem(answer, 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/signature/signers/0/contact")
