"""A customer's first year through the API alone: what `cn285_sale_payment`'s story tells of a
browser, to the same cents."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sale_api.tests.common import QuoteApiCase
from odoo.addons.cn285_sale_payment.tests.story_common import StoryCase
from odoo.tests import tagged

SIGNED = {"signature": {"mode": "builtin"}}


@tagged("post_install", "-at_install")
class TestQuoteStory(QuoteApiCase, StoryCase):
    _events = QuoteApiCase._told
    _told = StoryCase._told  # by the provider of payments
    _minutes = 0
    # Sending an amendment tries it again and again: a busy machine takes its time.
    patience = 300

    def _at(self, day):
        """A minute later each time: the clock by which calls are counted never goes back."""
        self._minutes += 1
        return freeze_time(f"{day} 09:{self._minutes:02}:00", tick=True)

    def _signed(self, day, quote):
        """The customer signs what was sent, by the link that was mailed."""
        [request] = self._order(quote)._cn285_signatures()
        with self._at(day):
            self.assertFalse(self._sign(request.signer_ids))
        self.env.invalidate_all()

    def test_a_year(self):
        contract = self._sold()
        self._months(contract, [date(2026, month, 10) for month in (2, 3, 4)], "151.20")
        self._amended(contract)
        # 12.50 until 9 May, with VAT 15.00; then 12 × 10.00 + 31.00 = 151.00.
        self._months(contract, [date(2026, 4, 25)], "15.00")
        self._months(contract, [date(2026, month, 10) for month in (5, 6)], "181.20")
        # From 10 July on 20 × 9.00 + 31.00 = 211.00.
        self._months(contract, [date(2026, month, 10) for month in range(7, 12)], "253.20")
        self._declined(contract)
        self._months(contract, [date(2026, 12, 10)], "253.20")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "2686.20")
        # Tacitly renewed, 2 % more: 20 × 9.18 + 31.62 = 215.22, with VAT 258.26.
        self._months(contract, [date(2027, 1, 10)], "258.26")
        self.assertEqual((contract.term_number, contract.term_end), (1, date(2028, 1, 9)))

    def test_accepted_before_it_is_paid(self):
        """The customer has said yes to the seller: the contract waits for the payment."""
        self.rule.active = False
        day = date(2028, 1, 10)  # after the other story
        with self._at(day):
            body = {"customer": str(self.customer.id), "template": str(self.template.id)}
            quote = self.post("/quotes", {**body, "lines": self._lines(8)})
            shown = self._do(quote, "accept")
            self.assertEqual((shown["state"], shown["activation"]), ("accepted", "unpaid"))
            self.assertIn("/my/prepayments/", shown["payment_url"])
            waiting = self.get("/quotes?activation=unpaid")["data"]
            self.assertEqual([one["id"] for one in waiting], [quote["id"]])
        self._pay(self._order(quote)._cn285_prepayment(), day)
        with self._at(day):
            self.assertEqual(self.get(f"/quotes/{quote['id']}")["activation"], "done")
        self.assertEqual(self._events().mapped("type"), ["quote.accepted", "quote.activated"])

    def _lines(self, seats):
        monthly = {"billing_type": "fixed"}
        return [
            {
                "product": str(self.seats.id),
                "quantity": str(seats),
                "price_unit": "10.00",
                **monthly,
            },
            {"product": str(self.hosting.id), "price_unit": "31.00", **monthly},
            {"product": str(self.support.id), "price_unit": "15.00", **monthly},
            {"product": str(self.setup_fee.id), "price_unit": "154.00"},
        ]

    def _sold(self):
        with self._at(date(2026, 1, 5)):
            body = {"customer": str(self.customer.id), "template": str(self.template.id)}
            first = self.post("/quotes", {**body, "lines": self._lines(10)})
            self.assertEqual(first["mrr"], "146.00")
            second = self.post(f"/quotes/{first['id']}/versions", None)
            path = f"/quotes/{second['id']}"
            answer = self.call("PATCH", path, {"lines": self._lines(8)})
            self.assertEqual(answer.json()["mrr"], "126.00", answer.text)
            self.assertEqual(self._do(second, "send", SIGNED)["state"], "sent")
        day = date(2026, 1, 10)
        self._signed(day, second)
        with self._at(day):
            shown = self.get(path)
            self.assertEqual((shown["state"], shown["activation"]), ("sent", None))
            prepayment = self._order(second)._cn285_prepayment()
            self.assertIn(f"/my/prepayments/{prepayment.id}?", shown["payment_url"])
        # 80.00 + 31.00 + 15.00 + 154.00 = 280.00, with VAT 336.00.
        self.assertMoney(prepayment.amount, "336.00")
        self._pay(prepayment, day)
        with self._at(day):
            shown = self.get(path)
        self.assertEqual((shown["state"], shown["activation"]), ("accepted", "done"))
        self.assertIsNone(shown["payment_url"])
        order = self._order(second)
        self.assertActivated(order, "336.00")
        return self.env["cn285.contract"].browse(shown["contract"]["id"])

    def _amended(self, contract):
        with self._at(date(2026, 4, 20)):
            quote = self.post(f"/contracts/{contract.id}/quotes", {"kind": "amendment"})
            self.assertEqual((quote["kind"], quote["contract"]["id"]), ("amendment", contract.id))
            seats, _hosting, support = quote["lines"]
            body = {
                "takes_effect": "2026-04-25",
                "items": [
                    {"item": seats["item_id"], "quantity": "12"},
                    {"item": support["item_id"], "quantity": "0"},
                ],
                "steps": [
                    {
                        "line": seats["id"],
                        "date": "2026-07-10",
                        "quantity": "20",
                        "price_unit": "9.00",
                    }
                ],
            }
            answer = self.call("PATCH", f"/quotes/{quote['id']}", body)
            self.assertEqual(answer.status_code, 200, answer.text)
            # 20.00 and −7.50 until 9 May; 126.00 + 4 × 10.00 − 15.00 a month: what the step brings
            # comes in July.
            change = self.get(f"/quotes/{quote['id']}/first-invoice")["change"]
            self.assertEqual(
                (change["amount_untaxed"], change["mrr_before"], change["mrr_after"]),
                ("12.50", "126.00", "151.00"),
            )
            self.assertEqual(
                change["next_invoice"],
                {"date": "2026-04-25", "amount_untaxed": "12.50", "amount_total": "15.00"},
            )
            self._do(quote, "send", SIGNED)
        self._signed(date(2026, 4, 22), quote)
        with self._at(date(2026, 4, 22)):
            shown = self.get(f"/quotes/{quote['id']}?expand=lines")
        self.assertEqual((shown["state"], shown["activation"]), ("accepted", "done"))
        self.assertEqual([one["action"] for one in shown["lines"]], ["change", "keep", "end"])

    def _declined(self, contract):
        with self._at(date(2026, 11, 12)):
            quote = self.post(f"/contracts/{contract.id}/quotes", {"kind": "renewal"})
            prices = [line["price_unit"] for line in quote["lines"]]
            self.assertEqual(prices, ["9.18", "31.62"])
            item = {"item": quote["lines"][0]["item_id"], "price_unit": "8.50"}
            body = {"term_length": 24, "items": [item]}
            answer = self.call("PATCH", f"/quotes/{quote['id']}", body)
            self.assertEqual(answer.status_code, 200, answer.text)
            self.rule.active = False  # sent by mail, to be read
            self._do(quote, "send", {"email": False})
        with self._at(date(2026, 11, 20)):
            shown = self._do(quote, "decline", {"reason": "Two years are too long"})
        self.assertEqual(shown["state"], "cancelled")
        self.assertIn(shown["number"], str(contract.message_ids[0].body))
