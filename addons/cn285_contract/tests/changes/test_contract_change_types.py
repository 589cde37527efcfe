from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase

DAYS = BACK, TODAY, AHEAD = "2026-01-08", "2026-01-20", "2026-02-10"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeTypes(MoneyCase):
    """Each type of change: its rows, its money, its log; in advance and in arrears; ahead, today
    and dated back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.premium = cls._create_product("Premium", 310.0)
        cls.seat = cls._create_product("Seat", 31.0)
        paths = cls.env["cn285.tier.path"]
        for kind, start, end in (
            ("upsell", cls.subscription, cls.premium),
            ("downsell", cls.premium, cls.subscription),
            ("cross_sell", cls.subscription, cls.seat),
        ):
            paths.create({"product_from_id": start.id, "product_to_id": end.id, "kind": kind})
        cls.other_customer = cls.env["res.partner"].create({"name": "Café Durand"})
        currency = cls.eur.id
        cls.cheap = cls.env["product.pricelist"].create(
            {
                "name": "Half",
                "currency_id": currency,
                "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": 50.0})],
            }
        )

    def _play(self, kind, day, **scenario):
        """A contract until June, billed for January, changed, and billed to its end.

        :returns: the contract, the change
        """
        [(contract, change)] = self._play_all(kind, [(day, "advance")], **scenario)
        return contract, change

    def _play_all(self, kind, plays, on="item", values=None, **item):
        """The same for several days and times of billing, billed together.

        :param plays: list of ``(day, timing)``
        :returns: list of ``(contract, change)``
        """
        contracts = [
            self._create_contract(
                [{"price_unit": 31.0, "alignment": "calendar", "timing": timing, **item}],
                date_end=date(2026, 6, 30),
                invoice_separately=True,
            )
            for _day, timing in plays
        ]
        self._bill(TODAY)
        result = []
        for contract, (day, _timing) in zip(contracts, plays, strict=True):
            own = values(contract) if callable(values) else values or {}
            concerned = contract.item_ids if on == "item" else None
            change = self._change(contract, kind, day, item=concerned, **own)
            self.assertEqual(change.state, "scheduled" if day > TODAY else "applied")
            result.append((contract, change))
        with self._travel("2026-07-02"):
            self._bill("2026-07-02")
        for contract, change in result:
            self.assertEqual(change.state, "applied", change.error)
            self._assert_log(contract, change)
        return result

    def _assert_log(self, contract, change):
        self.assertIn(change.display_name, "".join(contract.message_ids.mapped("body")))
        self.assertIn("state", change.before)
        self.assertIn("mrr", change.after)

    def _assert_settled(self, contracts):
        """Invoiced less credited is what the history owes from scratch, to the cent."""
        for item in contracts.item_ids:
            owed = 0.0
            if item.state not in ("cancelled", "withdrawn", "draft"):
                [(rows, finished)] = item._plan_rows(date(2027, 1, 1)).values()
                self.assertTrue(finished)
                owed = sum(row["net"] for row in rows)
            rows = item.schedule_ids.filtered(lambda row: row.state == "invoiced")
            self.assertEqual(self._cents(sum(rows.mapped("net"))), self._cents(owed), item.name)
            self.assertFalse(item.schedule_ids.filtered(lambda row: row.state == "planned"))

    def _matrix(self, kind, totals=None, days=DAYS, **scenario):
        """The same change in advance and in arrears, dated back, today and ahead.

        :param totals: what is billed in all, by day
        """
        plays = [(day, timing) for timing in ("advance", "arrears") for day in days]
        played = self._play_all(kind, plays, **scenario)
        for number, ((day, timing), (contract, change)) in enumerate(
            zip(plays, played, strict=True)
        ):
            with self.subTest(kind=kind, timing=timing, day=day):
                contracts = contract | change.result_contract_id
                self._assert_settled(contracts)
                if totals:
                    self.assertEqual(self._billed(contract), totals[number % len(days)])
        return played

    # === TERMS OF AN ITEM === #

    def test_quantity(self):
        # 31.00 a month, 1.00 a day in January: 24 or 12 days more, and five months of 31.00 more.
        self._matrix("quantity", ["365.00", "353.00", "331.03"], values={"quantity": 2.0})

    def test_price(self):
        self._matrix("price", ["365.00", "353.00", "331.03"], values={"price_unit": 62.0})

    def test_discount(self):
        self._matrix("price", ["96.50", "102.50", "113.48"], values={"discount": 50.0})

    def test_pricelist(self):
        # 100.00 by the product, 50.00 by the pricelist.
        self._matrix(
            "pricelist",
            ["311.29", "330.64", "366.07"],
            on="contract",
            values=lambda _contract: {"pricelist_id": self.cheap.id},
            price_unit=False,
        )

    def test_billing_period(self):
        # Quarters at three times the price: what a day costs changes with the quarter's length.
        values = {"recurring_interval": 1, "recurring_unit": "quarter"}
        for contract, _change in self._matrix("billing_period", values=values):
            self.assertMoney(contract.item_ids.price_unit, "93.00")
            self.assertMoney(contract.item_ids.mrr, "31.00")

    def test_billing_period_of_another_kind_needs_a_price(self):
        contract = self._monthly(31.0)
        values = {"recurring_interval": 2, "recurring_unit": "week"}
        with self.assertRaisesRegex(ValidationError, "price of the new period"):
            self._change(contract, "billing_period", TODAY, item=contract.item_ids, **values)
        values["price_unit"] = 15.0
        self._change(contract, "billing_period", TODAY, item=contract.item_ids, **values)
        self.assertMoney(contract.item_ids.mrr, "32.50")

    def test_billing_day(self):
        for contract, _change in self._matrix("billing_day", values={"billing_day": 15}):
            starts = contract.schedule_ids.filtered(
                lambda row: row.kind == "fixed" and row.period_start > date(2026, 3, 1)
            ).mapped("period_start")
            self.assertEqual({start.day for start in starts}, {15})

    # === ITEMS === #

    def test_end_of_an_item(self):
        self._matrix("end_item", ["8.00", "20.00", "42.07"])

    def test_new_item(self):
        self._matrix(
            "add_item",
            ["365.00", "353.00", "331.04"],
            on="contract",
            values=lambda contract: {
                "product_id": self.seat.id,
                "price_unit": 31.0,
                "alignment": "calendar",
                "timing": contract.item_ids.timing,
            },
        )

    def test_upgrade(self):
        # 1.00 a day in January, then 10.00; five months of 310.00.
        self._matrix(
            "upsell",
            ["1797.00", "1689.00", "1491.32"],
            values=lambda _contract: {"product_id": self.premium.id},
        )

    def test_downgrade_by_a_path(self):
        contract = self._create_contract(
            [{"product_id": self.premium.id, "price_unit": 310.0, "alignment": "calendar"}],
            date_end=date(2026, 1, 31),
        )
        self._bill(TODAY)
        item = contract.item_ids
        change = self._change(
            contract, "downsell", TODAY, item=item, product_id=self.subscription.id, price_unit=31.0
        )
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "202.00")
        self.assertEqual(change.result_item_id.predecessor_id, item)
        self.assertEqual(item.date_end, date(2026, 1, 19))
        with self.assertRaisesRegex(ValidationError, "no tier path leads from"):
            self._change(
                contract,
                "upsell",
                "2026-01-25",
                item=change.result_item_id,
                product_id=self.seat.id,
            )

    def test_an_upgrade_keeps_the_rhythm(self):
        contract = self._create_contract([{"price_unit": 31.0}], date_start=date(2026, 1, 5))
        self._bill(TODAY)
        change = self._change(
            contract, "upsell", TODAY, item=contract.item_ids, product_id=self.premium.id
        )
        successor = change.result_item_id
        rows = self._rows(contract, item_id=successor)
        self.assertEqual(rows[0], ("2026-01-20", "2026-02-04", "2026-01-20", "160.00"))
        self.assertEqual(rows[1][:2], ("2026-02-05", "2026-03-04"))

    def test_sold_beside(self):
        contract, change = self._play(
            "cross_sell",
            TODAY,
            values=lambda _contract: {
                "product_id": self.seat.id,
                "price_unit": 31.0,
                "alignment": "calendar",
            },
        )
        self._assert_settled(contract)
        self.assertEqual(self._billed(contract), "353.00")
        self.assertEqual(change.result_item_id.product_id, self.seat)

    def test_service_period(self):
        contract, _change = self._play(
            "service_period", TODAY, values={"date_start": "2026-01-11", "date_end": "2026-05-31"}
        )
        self._assert_settled(contract)
        self.assertEqual(self._billed(contract), "145.00")
        with self.assertRaisesRegex(ValidationError, "does not lie within the contract"):
            late = self._create_contract([{}], date_end=date(2026, 6, 30))
            self._change(late, "service_period", TODAY, item=late.item_ids, date_end="2026-12-31")

    def test_longer_trial_once(self):
        contract = self._create_contract([{"price_unit": 31.0, "trial_days": 30}])
        item = contract.item_ids
        self._change(contract, "extend_trial", TODAY, item=item, trial_days=10)
        self.assertEqual(item.billing_start, date(2026, 2, 10))
        self.assertEqual(self._rows(contract)[0][0], "2026-02-10")
        with self.assertRaisesRegex(ValidationError, "longer once already"):
            self._change(contract, "extend_trial", TODAY, item=item, trial_days=10)
        with self.assertRaisesRegex(ValidationError, "in no trial"):
            self._change(contract, "extend_trial", "2026-02-10", item=item, trial_days=10)

    def test_beneficiary(self):
        contract, change = self._play(
            "beneficiary",
            TODAY,
            values=lambda _contract: {"beneficiary_id": self.other_customer.id},
        )
        self.assertEqual(contract.item_ids.beneficiary_id, self.other_customer)
        self.assertEqual(change.after["item.beneficiary_id"][1], "Café Durand")
        self.assertEqual(self._billed(contract), "186.00")

    def test_transfer_of_an_item(self):
        target = self._create_contract(
            [{"price_unit": 10.0}],
            partner_id=self.other_customer.id,
            date_end=date(2026, 6, 30),
            date_start=date(2026, 1, 1),
        )
        contract, change = self._play(
            "transfer_item", TODAY, values={"to_contract_id": target.id}, code="LINE-7"
        )
        self._assert_settled(contract | target)
        self.assertEqual(self._billed(contract), "19.00")
        moved = change.result_item_id
        self.assertEqual((moved.contract_id, moved.code), (target, "LINE-7"))
        rows = moved.schedule_ids
        self.assertEqual(self._cents(sum(rows.mapped("amount"))), "167.00")
        self.assertEqual(rows.move_id.partner_id, self.other_customer)

    # === PARTIES === #

    def test_change_of_holder(self):
        played = self._matrix(
            "holder",
            ["7.00", "19.00", "40.96"],
            on="contract",
            values=lambda _contract: {"partner_id": self.other_customer.id},
        )
        for contract, change in played:
            heir = change.result_contract_id
            self.assertEqual(contract.partner_id, self.customer)
            self.assertEqual(contract.invoice_ids.partner_id, self.customer)
            self.assertEqual(heir.invoice_ids.partner_id, self.other_customer)
            self.assertEqual(heir.predecessor_id, contract)
            self.assertIn(contract.state, ("active", "closed"))

    def test_payment_terms(self):
        term = self.env.ref("account.account_payment_term_30days")
        contract, _change = self._play(
            "payment_terms", AHEAD, on="contract", values={"payment_term_id": term.id}
        )
        self.assertEqual(contract.payment_term_id, term)
        late = contract.invoice_ids.filtered(lambda m: m.invoice_date > date(2026, 3, 1))
        self.assertEqual(late.invoice_payment_term_id, term)

    # === PAUSES === #

    def test_pause_credited_and_resumed_by_itself(self):
        played = self._matrix(
            "pause",
            ["174.00"],
            days=[BACK],
            on="contract",
            values={"date_end": "2026-01-19"},
        )
        played += self._matrix(
            "pause",
            ["181.00"],
            days=[TODAY],
            on="contract",
            values={"date_end": "2026-01-24"},
        )
        played += self._matrix(
            "pause",
            ["181.57"],
            days=[AHEAD],
            on="contract",
            values={"date_end": "2026-02-13"},
        )
        for contract, _change in played:
            resumed = contract.change_ids.filtered(lambda change: change.type == "resume")
            self.assertEqual((resumed.state, resumed.origin), ("applied", "system"))

    def test_pause_until_further_notice(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "pause", TODAY)
        self.assertEqual((contract.state, contract.item_ids.state), ("paused", "paused"))
        self.assertMoney(contract.mrr, "0.00")
        with self._travel("2026-03-09"):
            self._bill("2026-03-09")
            self.assertEqual(self._billed(contract), "19.00")
            self._change(contract, "resume", "2026-03-09")
            self._bill("2026-03-09")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._billed(contract), "42.00")  # 23 days of March

    def test_what_was_invoiced_stays_in_a_pause(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "pause", TODAY, date_end="2026-02-14", billing="kept")
        with self._travel("2026-03-01"):
            self._bill("2026-03-01")
        # January stays, the pause is not billed in February.
        self.assertEqual(self._billed(contract), "77.50")

    def test_a_pause_that_is_billed(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "pause", TODAY, date_end="2026-02-14", billing="billed")
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
            self.assertEqual(contract.item_ids.state, "paused")
        self.assertEqual(self._billed(contract), "62.00")

    def test_limits_of_pauses(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Gym",
                "pause_max_count": 2,
                "pause_max_days": 20,
                "pause_min_length": 5,
                "pause_max_length": 15,
            }
        )
        contract = self._monthly(31.0)
        contract.sudo().template_id = template  # sudo: only drafts change it

        def pause(start, end):
            return self._change(contract, "pause", start, date_end=end)

        with self.assertRaisesRegex(ValidationError, "at least 5 days"):
            pause(TODAY, "2026-01-23")
        with self.assertRaisesRegex(ValidationError, "at most 15 days"):
            pause(TODAY, None)
        pause(BACK, "2026-01-17")
        with self.assertRaisesRegex(ValidationError, "at most 20 days a year"):
            pause(TODAY, "2026-01-31")
        pause("2026-01-18", "2026-01-22")
        with self._travel("2026-02-01"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            with self.assertRaisesRegex(ValidationError, "at most 2 times"):
                pause("2026-02-01", "2026-02-05")

    def test_deactivated_for_a_debt(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "deactivate", TODAY, cause="debt")
        self.assertEqual(contract.state, "suspended")
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
            self.assertEqual(self._billed(contract), "62.00")
            self._change(contract, "activate", "2026-02-01")
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.item_ids.pause_ids.date_end, date(2026, 1, 31))

    def test_deactivated_without_billing(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "deactivate", TODAY, billing="credited")
        with self._travel("2026-02-15"):
            self._bill("2026-02-15")
            self._change(contract, "activate", "2026-02-15")
            self._bill("2026-02-15")
        self.assertEqual(self._billed(contract), "34.50")

    # === ENDS === #

    def test_termination(self):
        self._matrix("terminate", ["8.00", "20.00", "42.07"], on="contract")
