from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestUsageEstimate(UsageCase):
    """Usage of the running period and the bill to be expected: what rating would bill today."""

    def _estimate(self, contract):
        estimates, failed = contract._usage_estimates()
        self.assertFalse(failed)
        return estimates

    def test_so_far_left_and_projected(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS, "allowance_units": 5}
        )
        self._use(contract, 4, "2026-01-02")
        self._use(contract, 6, "2026-01-09")
        [one] = self._estimate(contract)
        # 5 of 10 are included: 5 × 10 + 2; 31 in all of January: 10 × 10 + 2 + 10 × 5 + 3 + 6 × 5
        # + 3.
        self.assertEqual(one.quantity, 10)
        self.assertEqual((one.included, one.left, one.events), (5, 0, 2))
        self.assertEqual((one.amount, one.projected), (Decimal("52.00"), Decimal("188.00")))
        self.assertEqual(one.row.period_end, date(2026, 1, 31))

    def test_estimate_at_the_end_is_what_is_billed(self):
        contract = self._usage_contract(
            {"price_unit": 0.0175, "minimum_amount": 5}, {"usage_lines": "single"}
        )
        self._use(contract, 333, "2026-01-02")
        with freeze_time("2026-01-31 20:00:00"):
            [one] = self._estimate(contract)
        self.assertEqual(one.amount, one.projected)
        with freeze_time("2026-02-01 10:00:00"):
            self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, str(one.amount))
            # Invoiced: what runs now is February.
            [now] = self._estimate(contract)
        self.assertEqual((now.quantity, now.row.period_start), (0, date(2026, 2, 1)))

    def _with_subscription(self):
        """Usage and a subscription, both from the contract's start, whoever enters them."""
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS}, confirm=False
        )
        contract.item_ids.create(
            {
                "contract_id": contract.id,
                "product_id": self.subscription.id,
                "price_unit": 30.0,
                "timing": "advance",
            }
        )
        contract.action_confirm()
        return contract

    def test_previews_and_estimates_are_the_same_whoever_asks(self):
        """An item that a user adds to a running contract begins today, for all who look."""
        seller = new_test_user(
            self.env, "estimate_seller", "cn285_contract.group_contract_user_own"
        )
        manager = new_test_user(
            self.env, "estimate_manager", "cn285_contract.group_billing_manager"
        )
        contract = self._with_subscription()
        contract.user_id = seller
        self._use(contract, 4, "2026-01-02")
        added = contract.item_ids.with_user(manager).create(
            {
                "contract_id": contract.id,
                "product_id": self.subscription.id,
                "price_unit": 7.0,
                "timing": "advance",
            }
        )
        self.assertEqual(added.date_start, date(2026, 1, 10))
        asked = [contract.with_user(user) for user in (self.env.user, manager, seller)]
        previews = [one.preview_invoices(6) for one in asked]
        self.assertEqual(
            [(bill["date"], self._cents(bill["amount_untaxed"])) for bill in previews[0][:3]],
            [("2026-01-01", "30.00"), ("2026-01-10", "7.00"), ("2026-02-01", "30.00")],
        )
        estimates = [
            [(line.quantity, line.amount, line.projected) for line in one._usage_estimates()[0]]
            for one in asked
        ]
        for preview, estimate in zip(previews[1:], estimates[1:], strict=True):
            self.assertEqual(preview, previews[0])
            self.assertEqual(estimate, estimates[0])

    def test_preview_of_bills_has_the_usage_of_periods_that_are_over(self):
        contract = self._with_subscription()
        self._use(contract, 4, "2026-01-02")
        bills = [("2026-01-01", "30.00"), ("2026-02-01", "30.00"), ("2026-03-01", "30.00")]
        self.assertPreview(contract, bills)
        with freeze_time("2026-02-10 10:00:00"):
            self._use(contract, 17, "2026-01-31")
            self._use(contract, 7, "2026-02-09")
            # 102 + 53 + 8 for January; what February will come to, nobody knows yet.
            bills[1] = ("2026-02-01", "193.00")
            self.assertPreview(contract, bills)
            rows = contract.schedule_ids.filtered(lambda row: row.kind == "usage")
            self.assertEqual(set(rows.mapped("state")), {"waiting"}, "nothing stays of it")
            moves = self._bill(date(2026, 2, 10)).invoice_ids.sorted("invoice_date")
            self.assertEqual(
                [(str(move.invoice_date), self._cents(move.amount_untaxed)) for move in moves],
                bills[:2],
            )
            self.assertPreview(contract, [bills[2]])

    def assertPreview(self, contract, expected):
        """Assert days and amounts without tax of the next bills."""
        bills = contract.preview_invoices(len(expected))
        self.assertEqual(
            [(bill["date"], self._cents(bill["amount_untaxed"])) for bill in bills], expected
        )

    def test_a_level_is_not_multiplied_by_days(self):
        storage = self.env["cn285.usage.metric"].create(
            {"name": "Storage", "code": "gb", "aggregation": "max"}
        )
        contract = self._usage_contract({"metric_id": storage.id, "price_unit": 2})
        self._use(contract, 7, "2026-01-03", metric="gb")
        [one] = self._estimate(contract)
        self.assertEqual((one.amount, one.projected), (14, 14))

    def test_values_and_single_events_go_on_as_they_were(self):
        by_country = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "country",
                "value_ids": [(0, 0, {"value": "FR", "price_unit": 1})],
            }
        )
        self._use(by_country, 10, "2026-01-03", properties={"country": "FR"})
        payments = self._usage_contract(
            {"charge_model": "percentage", "percent": 1, "fixed_amount": 0.5}
        )
        for amount in (100, 200):
            self._use(payments, amount, "2026-01-03")
        figures = [
            (one.amount, one.projected)
            for one in self._estimate(by_country) + self._estimate(payments)
        ]
        # 31 days for 10: 31 units; 6 payments, three of each.
        self.assertEqual(figures, [(10, 31), (4, 12)])

    def test_nothing_is_written(self):
        contract = self._usage_contract({"price_unit": 1})
        self._use(contract, 3, "2026-01-03")
        before = contract.schedule_ids.mapped(lambda row: (row.state, row.amount, row.write_date))
        self.env.flush_all()
        self._estimate(contract)
        contract.schedule_ids.invalidate_recordset()
        after = contract.schedule_ids.mapped(lambda row: (row.state, row.amount, row.write_date))
        self.assertEqual(before, after)
        self.assertFalse(contract.schedule_ids.rating_ids)

    def test_queries_do_not_grow_with_contracts(self):
        def count(contracts):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            contracts._usage_estimates()
            return self.env.cr.sql_log_count - start

        contracts = self.env["cn285.contract"]
        for _number in range(12):
            contract = self._usage_contract({"price_unit": 1})
            self._use(contract, 2, "2026-01-03")
            contracts |= contract
        count(contracts[:2])
        self.assertEqual(count(contracts), count(contracts[:2]))

    def test_one_that_cannot_be_rated_does_not_hide_the_others(self):
        bad = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "country",
                "value_ids": [(0, 0, {"value": "FR", "price_unit": 1})],
            }
        )
        self._use(bad, 1, "2026-01-03", properties={"country": "BE"})
        good = self._usage_contract({"price_unit": 1})
        self._use(good, 2, "2026-01-03")
        estimates, failed = (bad | good)._usage_estimates()
        self.assertEqual([one.row.contract_id for one in estimates], [good])
        self.assertEqual(list(failed), [bad])
        action = (bad | good).action_view_usage_estimate()
        self.assertIn("BE", action["params"]["message"])
        self.assertIn("BE", bad.action_view_usage_estimate()["help"])

    def test_days(self):
        contract = self._usage_contract({"price_unit": 1})
        self._use(contract, 2, "2026-01-03")
        # 23:30 UTC is the next day in Paris.
        self._use(contract, 5, "2026-01-03 23:30:00")
        [(key, days)] = contract._usage_by_day().items()
        self.assertEqual(key[1], self.calls)
        self.assertEqual(len(days), 10)
        used = {day.isoformat(): quantity for day, quantity in days if quantity}
        self.assertEqual(used, {"2026-01-03": 2, "2026-01-04": 5})

    # === BACK OFFICE === #

    def test_button_lists_it_and_leads_to_its_events(self):
        contract = self._usage_contract({"price_unit": 1})
        self._use(contract, 2, "2026-01-03")
        self._use(self._usage_contract({"price_unit": 1}), 9, "2026-01-03")
        self.assertTrue(contract.has_usage)
        self.assertFalse(self._create_contract().has_usage)
        user = new_test_user(self.env, "seller", groups="cn285_contract.group_contract_user_own")
        contract.user_id = user
        action = contract.with_user(user).action_view_usage_estimate()
        [line] = self.env["cn285.usage.estimate.line"].with_user(user).search(action["domain"])
        self.assertEqual((line.quantity, line.amount, line.projected), (2, 2.0, 6.2))
        events = line.action_view_events()
        found = self.env["cn285.usage.event"].with_user(user).search(events["domain"])
        self.assertEqual(found.mapped("quantity"), [2])

    def test_who_may_not_see_the_contract_may_not_see_its_usage(self):
        contract = self._usage_contract({"price_unit": 1})
        contract.user_id = self.env.user
        other = self.env["res.company"].create({"name": "Filiale"})
        for values in (
            {"groups": "base.group_user"},
            {"groups": "base.group_portal"},
            {"groups": "cn285_contract.group_contract_user_own"},
            {
                "groups": "cn285_contract.group_billing_manager",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            },
        ):
            user = new_test_user(self.env, f"u{id(values)}", **values)
            with self.subTest(values["groups"]), self.assertRaises(AccessError):
                contract.with_user(user).action_view_usage_estimate()


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestUsagePortal(UsageCase, HttpCase):
    """Customers see their usage in the portal; a reseller's customer and strangers do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Garage Petit"})
        for login, company in (("u_martin", cls.customer), ("u_petit", cls.stranger)):
            partner = cls.env["res.partner"].create(
                {"name": login, "parent_id": company.id, "email": f"{login}@x.example"}
            )
            new_test_user(cls.env, login, groups="base.group_portal", partner_id=partner.id)

    def _open(self, url, login=None):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_page_shows_usage_and_estimate(self):
        self.customer.is_company = True  # consumers read amounts with tax
        contract = self._usage_contract({"price_unit": 0.5, "allowance_units": 1000})
        self._use(contract, 1234.5, "2026-01-03")
        link = f"/my/contracts/{contract.id}/usage"
        self.assertIn(link, self._open(f"/my/contracts/{contract.id}", "u_martin").text)
        page = self._open(link, "u_martin").text
        for text in ("API calls", "1,234.5", "0 of 1,000", "117.25", "01/03/2026"):
            self.assertIn(text, page)

    def test_strangers_are_led_home(self):
        contract = self._usage_contract({"price_unit": 0.5})
        link = f"/my/contracts/{contract.id}/usage"
        response = self._open(link, "u_petit")
        self.assertTrue(response.url.endswith("/my"), response.url)
        self.assertNotIn(contract.name, response.text)
        self.assertIn("/web/login", self._open(link).url)
        self.assertIn("/web/login", self._open(f"{link}?access_token=guessed").url)
        token = contract._portal_ensure_token()
        self.assertIn(contract.name, self._open(f"{link}?access_token={token}").text)

    def test_customer_of_a_reseller_sees_none(self):
        contract = self._usage_contract({"price_unit": 0.5}, reseller_id=self.stranger.id)
        page = self._open(f"/my/contracts/{contract.id}", "u_martin")
        self.assertNotIn(f"/my/contracts/{contract.id}/usage", page.text)
        response = self._open(f"/my/contracts/{contract.id}/usage", "u_martin")
        self.assertNotIn("o_usage_amount", response.text)
        self.assertNotIn("contract_usage_content", response.text)
