"""Lines that are more than a service: bundles, items of a running contract, steps."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sale.tests.common_bundle import BundleCase
from odoo.tests import tagged

from .common import QuoteApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiQuoteLines(QuoteApiCase, BundleCase):
    def _team(self, *components, **values):
        """A line of the flexible bundle, with so many of each product."""
        chosen = [{"product": str(product.id), "count": count} for product, count in components]
        return {"product": str(self.team.id), "components": chosen, **values}

    def _problem(self, answer):
        """Place and code of the first bad value."""
        [error] = self.assertProblem(answer, 422, "invalid")["errors"]
        return error["pointer"], error["code"]

    def test_bundle(self):
        """40.00 over 30 : 2 × 15 is 20.00 and 2 × 10.00; the mobile costs 12.00 more: 52.00."""
        line = self._team((self.mobile, 1), (self.net, 2), price_unit="40.00")
        fee = {"product": str(self.setup_fee.id), "price_unit": "250.00"}
        quote = self._made(lines=[line, fee])
        bundle, *parts, last = quote["lines"]
        self.assertEqual((bundle["bundle_price"], bundle["bundle_line_id"]), ("40", None))
        self.assertEqual({part["bundle_line_id"] for part in parts}, {bundle["id"]})
        self.assertEqual(
            [(part["quantity"], part["price_unit"]) for part in parts], [("1", "32"), ("2", "10")]
        )
        self.assertEqual((last["product"]["id"], last["bundle_price"]), (self.setup_fee.id, None))
        self.assertEqual((quote["mrr"], quote["one_time"]), ("52.00", "250.00"))
        accepted = self._do(quote, "accept")
        self.assertEqual((accepted["activation"], accepted["mrr"]), ("done", "52.00"))

    def test_default_components_and_what_is_not_complete(self):
        quote = self._made(lines=[{"product": str(self.team.id)}])
        self.assertEqual(len(quote["lines"]), 2)
        answer = self.call(
            "PATCH", f"/quotes/{quote['id']}", {"lines": [self._team((self.net, 2))]}
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        answer = self.call("POST", f"/quotes/{quote['id']}/send", {"email": False})
        self.assertIn("Team", self.assertProblem(answer, 422, "refused")["detail"])

    def test_what_is_not_offered(self):
        stranger = self._team((self.subscription, 1))
        single = {**self._team((self.net, 1)), "product": str(self.subscription.id)}
        for line, place in ((stranger, "/0/product"), (single, "")):
            answer = self.call("POST", "/quotes", self._body(lines=[line]))
            self.assertEqual(self._problem(answer), (f"/lines/0/components{place}", "not_allowed"))

    def test_a_dry_run_refuses_what_the_order_would(self):
        """Above the most of a slot, nothing of what has to be chosen, too many of an option."""
        cases = [(self.mobile, 1), (self.net, 4)], [(self.net, 2)], [(self.phone, 2)]
        for chosen in cases:
            body = self._body(lines=[self._team(*chosen)])
            details = set()
            for path in ("/orders", "/orders?dry_run=true"):
                answer = self.call("POST", path, body)
                details.add(self.assertProblem(answer, 422, "refused")["detail"])
            self.assertEqual(len(details), 1, details)
        expired = self._body(valid_until="2026-01-04")
        answer = self.call("POST", "/orders?dry_run=true", expired)
        self.assertIn("expired", self.assertProblem(answer, 422, "refused")["detail"])
        # A draft may be incomplete: making one is no order of it, tried or not.
        body = self._body(lines=[self._team((self.net, 2))])
        self.post("/quotes?dry_run=true", body, 200)
        self.post("/quotes", body)

    def test_nothing_is_said_twice(self):
        line = self._team((self.mobile, 1), (self.net, 1), (self.net, 2))
        for path in ("/quotes", "/orders"):
            answer = self.call("POST", path, self._body(lines=[line]))
            self.assertEqual(self._problem(answer), ("/lines/0/components/2/product", "said_twice"))
        made = self._made(lines=[self._team((self.mobile, 1), (self.net, 1))])
        contract = self._contracts_of(self._do(made, "accept"))
        quote = self.post(f"/contracts/{contract.id}/quotes", {})
        bundle = quote["lines"][0]
        item = {"item": bundle["item_id"], "quantity": "2"}
        step = {"line": bundle["id"], "date": "2026-03-01", "quantity": "3"}
        twice = {"item": bundle["item_id"], "components": [*line["components"][1:]]}
        for body, place in (
            ({"items": [item, {**item, "quantity": "3"}]}, "/items/1/item"),
            ({"items": [twice]}, "/items/0/components/1/product"),
            ({"steps": [step, {**step, "quantity": "4"}]}, "/steps/1"),
        ):
            answer = self.call("PATCH", f"/quotes/{quote['id']}", body)
            self.assertEqual(self._problem(answer), (place, "said_twice"))

    def test_discounts_lie_between_nothing_and_all(self):
        product = str(self.subscription.id)
        for discount in ("-1", "100.5"):
            body = self._body(lines=[{"product": product, "discount": discount}])
            for path in ("/quotes", "/quotes?dry_run=true", "/orders"):
                answer = self.call("POST", path, body)
                self.assertEqual(self._problem(answer), ("/lines/0/discount", "out_of_range"))
        self._made(lines=[{"product": product, "discount": "100"}])

    def test_contract_is_amended(self):
        """Two of 31.00, and a bundle of 47.00, from February: 109.00 a month; three from March."""
        contract = self._contracts_of(self._do(self._made(), "accept"))
        self._bill(date(2026, 1, 10))
        quote = self.post(f"/contracts/{contract.id}/quotes", {})
        line, _fee = quote["lines"]
        path = f"/quotes/{quote['id']}"
        body = {
            "takes_effect": "2026-02-01",
            "items": [{"item": line["item_id"], "quantity": "2"}],
            "lines": [self._team((self.mobile, 1), (self.net, 2))],
            "steps": [{"line": line["id"], "date": "2026-03-01", "quantity": "3"}],
        }
        for _time in range(2):
            answer = self.call("PATCH", path, body)
            self.assertEqual(answer.status_code, 200, answer.text)
        shown = self.get(f"{path}?expand=lines")
        actions = sorted(one["action"] for one in shown["lines"])
        self.assertEqual(actions, ["add", "add", "add", "change", "keep"])
        change = self.get(f"{path}/first-invoice")["change"]
        self.assertEqual((change["mrr_before"], change["mrr_after"]), ("31.00", "109.00"))
        self.assertEqual(change["days"], ["2026-02-01", "2026-03-01"])
        self.assertEqual(self._do(quote, "accept")["activation"], "done")
        with freeze_time("2026-03-01 09:00:00"):
            self._bill(date(2026, 3, 1))
        rows = contract.schedule_ids.filtered("move_id")
        march = rows.filtered(lambda row: row.period_start == date(2026, 3, 1))
        # 3 × 31.00 + 29.50 + 2 × 8.75
        self.assertMoney(sum(march.mapped("amount")), "140.00")

    def test_a_running_bundle_is_amended(self):
        """A telephone for the mobile, two bundles of 40.00: 2 × (22.86 + 17.14) = 80.00."""
        made = self._made(lines=[self._team((self.mobile, 1), (self.net, 1))])
        contract = self._contracts_of(self._do(made, "accept"))
        quote = self.post(f"/contracts/{contract.id}/quotes", {})
        [bundle] = [one for one in quote["lines"] if one["bundle_price"]]
        components = self._team((self.phone, 1), (self.net, 1))["components"]
        item = {"item": bundle["item_id"], "quantity": "2", "price_unit": "40.00"}
        body = {"takes_effect": "2026-02-01", "items": [{**item, "components": components}]}
        for _time in range(2):
            answer = self.call("PATCH", f"/quotes/{quote['id']}", body)
            self.assertEqual(answer.status_code, 200, answer.text)
        change = self.get(f"/quotes/{quote['id']}/first-invoice")["change"]
        self.assertEqual((change["mrr_before"], change["mrr_after"]), ("47.00", "80.00"))
        self.assertEqual(self._do(quote, "accept")["activation"], "done")

    def test_bad_values_are_told_by_their_place(self):
        plain = self._made()
        answer = self.call("PATCH", f"/quotes/{plain['id']}", {"items": [{"item": 1}]})
        self.assertEqual(self._problem(answer), ("/items", "not_allowed"))
        contract = self._contracts_of(self._do(plain, "accept"))
        quote = self.post(f"/contracts/{contract.id}/quotes", {})
        path, other = f"/quotes/{quote['id']}", self.env["cn285.contract.item"].search([], limit=1)
        other = other.create({"contract_id": self._create_contract().id, **self._item_vals()})
        for body, place in (
            ({"items": [{"item": other.id, "quantity": "2"}]}, "/items/0/item"),
            ({"steps": [{"line": 1, "months": 1}]}, "/steps/0/line"),
        ):
            self.assertEqual(
                self._problem(self.call("PATCH", path, body)), (place, "unknown_reference")
            )
        answer = self.call("POST", f"/contracts/{contract.id}/quotes", {"kind": "renewal"})
        self.assertIn("no term", self.assertProblem(answer, 422, "refused")["detail"])

    def test_opportunity_is_told_why(self):
        quote = self._made()
        lead = self.env["crm.lead"].create({"name": "Shop", "type": "opportunity"})
        self._order(quote).opportunity_id = lead
        self._do(quote, "decline", {"reason": "Too dear"})
        self.assertIn("Too dear", str(lead.message_ids[0].body))
