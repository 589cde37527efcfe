from freezegun import freeze_time
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeForesight(MoneyCase):
    """The preview of a change tells its whole effect, and what is planned beside it.

    Schedules are planned up to 31 January 2027: January 2026 is billed, 12 months are to come.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_horizon_months = 12

    def _preview(self, contract, kind, day, item=None, **values):
        change = self._change(contract, kind, day, schedule=False, item=item, **values)
        rows, states = self._rows(contract), contract.change_ids.sorted("id").mapped("state")
        preview = change.preview()
        self.assertEqual(self._rows(contract), rows, "nothing is written")
        self.assertEqual(contract.change_ids.sorted("id").mapped("state"), states)
        return preview

    def _two_sums(self, preview):
        return self._cents(preview["amount"]), self._cents(preview["total"])

    def _billed_contract(self, *prices):
        contract = self._monthly(*prices)
        contract.invoice_separately = True
        self._bill(TODAY)
        return contract

    def test_a_pause_of_two_months(self):
        contract = self._billed_contract(167.0)
        preview = self._preview(contract, "pause", "2026-02-01", date_end="2026-03-31")
        self.assertEqual(self._two_sums(preview), ("-334.00", "-334.00"))
        self.assertEqual([line["amount"] for line in preview["dropped"]], [167.0, 167.0])
        self.assertEqual(preview["until"], "2027-01-31")

    def test_a_pause_without_an_end(self):
        contract = self._billed_contract(167.0)
        preview = self._preview(contract, "pause", "2026-02-01")
        self.assertEqual(self._two_sums(preview), ("-167.00", "-2004.00"))

    def test_a_pause_over_invoiced_and_planned_days(self):
        """Paused 21 January to 14 February: 11 of 31 days are credited, 14 of 28 not billed."""
        contract = self._billed_contract(310.0)
        preview = self._preview(contract, "pause", "2026-01-21", date_end="2026-02-14")
        self.assertEqual(self._two_sums(preview), ("-265.00", "-265.00"))

    def test_each_type_to_the_horizon(self):
        cases = [
            # 12 of 31 days at 31.00 more, and 12 months
            ("price", TODAY, {"price_unit": 62.0}, ("12.00", "384.00")),
            # from March on: 11 months of 62.00 more
            ("quantity", "2026-03-01", {"quantity": 3.0}, ("62.00", "682.00")),
            # 14 of 28 days of February, then 11 months
            ("end_item", "2026-02-14", {}, ("-15.50", "-356.50")),
            ("service_period", TODAY, {"date_end": "2026-06-30"}, ("0.00", "-217.00")),
            # yearly: 306 of 365 days of 2026 (311.87) and 2027 (372.00) for 11 months of 31.00
            (
                "billing_period",
                "2026-03-01",
                {"recurring_interval": 1, "recurring_unit": "year", "price_unit": 372.0},
                ("280.87", "342.87"),
            ),
        ]
        for kind, day, values, expected in cases:
            with self.subTest(kind):
                contract = self._billed_contract(31.0)
                preview = self._preview(contract, kind, day, contract.item_ids, **values)
                self.assertEqual(self._two_sums(preview), expected)

    def test_terminated(self):
        contract = self._billed_contract(31.0, 10.0)
        preview = self._preview(contract, "terminate", "2026-06-30")
        # 7 months of 41.00 are not billed any more
        self.assertEqual(self._cents(preview["total"]), "-287.00")

    def test_what_is_planned_already_is_told_as_before(self):
        """Seven months of 31.00 less, whether the end is a draft or announced to billing."""
        contract = self._billed_contract(31.0, 10.0)
        for kind, item, expected in (
            ("terminate", None, "-287.00"),
            ("end_item", contract.item_ids[0], "-217.00"),
        ):
            change = self._change(contract, kind, "2026-06-30", schedule=False, item=item)
            self.assertEqual(self._cents(change.preview()["total"]), expected)
            change.action_schedule()
            self.assertEqual(self._cents(change.preview()["total"]), expected)
            change.action_cancel()

    def test_a_new_item(self):
        contract = self._billed_contract(31.0)
        preview = self._preview(
            contract,
            "add_item",
            "2026-02-15",
            product_id=self.subscription.id,
            price_unit=28.0,
            alignment="calendar",
        )
        # 14 of 28 days, and 11 months
        self.assertEqual(self._cents(preview["total"]), "322.00")

    def test_seats_planned_before_it_count(self):
        """5 seats become 8 on 1 February: 2.00 more a seat from March are 16.00 a month."""
        contract = self._create_contract(
            [{"price_unit": 10.0, "quantity": 5.0, "alignment": "calendar"}]
        )
        item = contract.item_ids
        self._bill(TODAY)
        self._change(contract, "quantity", "2026-02-01", item=item, quantity=8.0)
        preview = self._preview(contract, "price", "2026-03-01", item, price_unit=12.0)
        self.assertEqual(self._two_sums(preview), ("16.00", "176.00"))
        self.assertEqual((preview["mrr_before"], preview["mrr_after"]), (80.0, 96.0))
        self.assertEqual([line["amount"] for line in preview["charges"]], [96.0])

    def test_what_is_planned_after_it_counts(self):
        """A lower price from 1 March, given up by another from 1 June: three months of −10.00."""
        contract = self._billed_contract(31.0)
        item = contract.item_ids
        self._change(contract, "price", "2026-06-01", item=item, price_unit=40.0)
        preview = self._preview(contract, "price", "2026-03-01", item, price_unit=21.0)
        self.assertEqual(self._two_sums(preview), ("-10.00", "-30.00"))
        preview = self._preview(contract, "end_item", "2026-08-31", item)
        # September to January at 40.00
        self.assertEqual(self._cents(preview["total"]), "-200.00")

    def test_moved_into_a_planned_end(self):
        contract = self._billed_contract(31.0)
        self._change(contract, "terminate", "2026-04-30")
        preview = self._preview(contract, "quantity", "2026-03-01", contract.item_ids, quantity=2.0)
        self.assertEqual(self._two_sums(preview), ("31.00", "62.00"))

    def test_a_holder_doubles_nothing(self):
        contract = self._billed_contract(31.0)
        other = self.env["res.partner"].create({"name": "Other"})
        for day in (TODAY, "2026-02-01"):
            preview = self._preview(contract, "holder", day, partner_id=other.id)
            self.assertEqual((preview["mrr_before"], preview["mrr_after"]), (31.0, 31.0), day)
            self.assertEqual(self._cents(preview["total"]), "0.00", day)

    def test_a_transfer_counts_neither_contract_twice(self):
        contract, target = self._billed_contract(31.0), self._billed_contract(100.0)
        for day in (TODAY, "2026-02-01"):
            preview = self._preview(
                contract, "transfer_item", day, contract.item_ids, to_contract_id=target.id
            )
            self.assertEqual((preview["mrr_before"], preview["mrr_after"]), (131.0, 131.0))
            self.assertEqual(self._two_sums(preview), ("0.00", "0.00"))

    def test_a_discount_that_was_planned_before_its_days_are_billed(self):
        """50 % for 16 to 25 July, 31.00 a month: 26.00, billed on 1 July as on 1 August."""
        expected = {"days": "26.00", "jump": "26.00", "cancelled": "31.00", "moved": "31.00"}
        for name, july in expected.items():
            contract = self._monthly(31.0)
            item = contract.item_ids
            change = self._change(
                contract,
                "discount_period",
                "2026-07-16",
                item=item,
                discount=50.0,
                date_end="2026-07-25" if name != "moved" else "2026-08-25",
            )
            if name == "days":
                self.assertEqual(self._cents(change.preview()["total"]), "-5.00")
            if name == "cancelled":
                change.action_cancel()
            elif name == "moved":
                change.action_reschedule("2026-08-16")
            if name == "days":
                for day in ("2026-07-01", "2026-07-16"):
                    with self._travel(day):
                        self._bill(day)
            with self._travel("2026-08-02"):
                self._bill("2026-08-02")
            with self.subTest(name):
                rows = contract.schedule_ids.filtered(
                    lambda row: "2026-07-01" <= row.period_start.isoformat() < "2026-08-01"
                )
                self.assertEqual(self._cents(sum(rows.mapped("amount"))), july)
                self.assertFalse(rows.filtered(lambda row: row.kind == "credit"))
                self.assertEqual(len(item.discount_ids), name in ("days", "jump"))

    def test_in_arrears(self):
        """31.00 becomes 62.00 on 16 January, in arrears."""
        contract = self._monthly(31.0, timing="arrears")
        item = contract.item_ids
        preview = self._preview(contract, "price", "2026-01-16", item, price_unit=62.0)
        # January to December 2026 are billed by then: 16.00 and 11 × 31.00
        self.assertEqual(self._two_sums(preview), ("16.00", "357.00"))

    def test_what_is_foreseen_is_what_happens(self):
        contract = self._billed_contract(31.0, 10.0)
        item, other = contract.item_ids
        self._change(contract, "quantity", "2026-02-10", item=item, quantity=2.0)
        self._change(contract, "pause", "2026-05-01", item=other, date_end="2026-05-31")
        twin = self._billed_contract(31.0, 10.0)
        one, two = twin.item_ids
        self._change(twin, "quantity", "2026-02-10", item=one, quantity=2.0)
        self._change(twin, "pause", "2026-05-01", item=two, date_end="2026-05-31")
        change = self._change(
            contract, "price", "2026-03-16", schedule=False, item=item, price_unit=40.0
        )
        total = change.preview()["total"]
        change.action_schedule()
        for month in range(2, 13):
            for day in (1, 10, 16):
                with self._travel(f"2026-{month:02d}-{day:02d}"):
                    self.env["cn285.contract.change"]._apply_all_due(self.company)
                    self._bill(f"2026-{month:02d}-{day:02d}")
        with self._travel("2027-01-31"):
            self._bill("2027-01-31")
        billed = float(self._billed(contract)) - float(self._billed(twin))
        self.assertEqual(self._cents(billed), self._cents(total))
