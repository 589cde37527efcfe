from datetime import date

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestNothingLeft(MoneyCase):
    """Credits and charges that cancel each other out make no document."""

    def _billed_contract(self, *prices, **values):
        contract = self._monthly(*prices, **values)
        self._run(contract, "2026-01-15")
        return contract

    def _run(self, contract, day):
        run = self._bill(day, contract_ids=[Command.set(contract.ids)])
        self.assertFalse(run.issue_ids.mapped("reason"))
        return run.invoice_ids

    def assert_settled(self, contract):
        self.assertFalse(
            contract.schedule_ids.filtered(
                lambda row: row.state == "planned" and row.billing_date <= date(2026, 1, 15)
            )
        )
        invoice = contract.invoice_ids
        self.assertEqual(len(invoice), 1)
        for line in invoice.invoice_line_ids:
            rows = line.cn285_schedule_ids
            self.assertMoney(sum(rows.mapped("amount")), self._cents(line.price_subtotal))

    def test_seats_up_and_down_on_one_day(self):
        contract = self._billed_contract(31.0, quantity=5)
        for quantity in (6, 5):
            self._change(
                contract, "quantity", "2026-01-15", item=contract.item_ids, quantity=quantity
            )
        self.assertFalse(self._run(contract, "2026-01-15"))
        self.assert_settled(contract)
        # What comes later counts from there.
        self._change(contract, "quantity", "2026-01-15", item=contract.item_ids, quantity=4)
        refund = self._run(contract, "2026-01-15")
        self.assertEqual((refund.move_type, refund.amount_untaxed), ("out_refund", 17.0))
        self.assertEqual(
            refund.invoice_line_ids[0].cn285_credited_line_id.move_id,
            contract.invoice_ids.sorted("id")[0],
        )

    def test_paused_and_resumed_on_one_day(self):
        contract = self._billed_contract(31.0, 62.0)
        self._change(contract, "pause", "2026-01-15")
        self._change(contract, "resume", "2026-01-15")
        self.assertFalse(self._run(contract, "2026-01-15"))
        self.assert_settled(contract)
        made = contract.invoice_ids.cn285_credit()
        self.assertMoney(made["amount_untaxed"], "93.00")

    def test_the_end_of_what_was_credited(self):
        contract = self._billed_contract(31.0)
        contract.invoice_ids.cn285_credit()
        self._change(contract, "end_item", "2026-01-15", item=contract.item_ids)
        self.assertFalse(self._run(contract, "2026-02-15"))
        self.assertEqual(len(contract.invoice_ids), 2)
        self.assertFalse(contract.schedule_ids.filtered(lambda row: row.state == "planned"))

    def test_a_transfer_to_the_same_payer(self):
        contract = self._billed_contract(31.0)
        other = self._create_contract([{"price_unit": 5.0, "alignment": "calendar"}])
        both = contract + other
        self._run(other, "2026-01-15")
        self._change(
            contract,
            "transfer_item",
            "2026-01-15",
            item=contract.item_ids[0],
            to_contract_id=other.id,
        )
        self.assertFalse(self._run(both, "2026-01-15"))
        self.assertMoney(sum(both.invoice_ids.mapped("amount_untaxed_signed")), "36.00")
        self.assertEqual(len(both.invoice_ids), 2)
        rows = other.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertMoney(sum(rows.mapped("amount")), "22.00")

    def test_another_tax_is_a_document(self):
        """The sum is nothing, what it is made of is not: it is posted."""
        contract = self._billed_contract(31.0, quantity=5)
        self._change(contract, "quantity", "2026-01-15", item=contract.item_ids, quantity=6)
        self._change(contract, "quantity", "2026-01-15", item=contract.item_ids, quantity=5)
        contract.item_ids.product_id.taxes_id = self.tax.copy({"name": "7", "amount": 7.0})
        refund = self._run(contract, "2026-01-15")
        self.assertEqual(len(refund.invoice_line_ids), 2)
        # 85.00 at 20 % taken back, 85.00 at 7 % charged: 13 % of it are owed to the customer.
        self.assertEqual((refund.move_type, refund.amount_untaxed), ("out_refund", 0.0))
        self.assertMoney(refund.amount_total, "11.05")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestNextInvoice(MoneyCase):
    """Differences with the contract's next invoice; at its end everything is settled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"cn285_change_billing": "next", "cn285_end_day": "free"})

    def _yearly(self, *more):
        items = [{"price_unit": 365.0, "recurring_unit": "year", "alignment": "calendar"}]
        items += [{"price_unit": price, "alignment": "calendar"} for price in more]
        contract = self._create_contract(items)
        self._bill("2026-01-15", contract_ids=[Command.set(contract.ids)])
        return contract

    def _waiting(self, contract, *kinds):
        rows = contract.schedule_ids.filtered(
            lambda row: row.state == "planned" and row.change_id and row.kind in kinds
        )
        return sorted({row.billing_date.isoformat() for row in rows})

    def test_the_contracts_next_one_not_the_items(self):
        contract = self._yearly(10.0)
        self._change(contract, "price", "2026-01-15", item=contract.item_ids[0], price_unit=730.0)
        self.assertEqual(self._waiting(contract, "credit"), ["2026-02-01"])
        self.assertEqual(self._waiting(contract, "fixed"), ["2026-02-01"])

    def test_the_credit_waits_like_the_charge(self):
        contract = self._yearly()
        self._change(contract, "price", "2026-01-15", item=contract.item_ids, price_unit=182.5)
        self.assertEqual(self._waiting(contract, "credit"), ["2027-01-01"])
        self.assertEqual(self._waiting(contract, "fixed"), ["2027-01-01"])

    def test_at_the_end_everything_is_settled(self):
        """A pause of 30 days, credited with 30.00; the contract ends on 30 June."""
        contract = self._yearly()
        self._change(contract, "pause", "2026-02-01", date_end="2026-03-02")
        with self._travel("2026-03-03"):
            self._bill("2026-03-03")
        self.assertEqual(self._waiting(contract, "credit"), ["2027-01-01"])
        with self._travel("2026-06-30"):
            self._change(contract, "terminate", "2026-06-30")
            self.assertTrue(all(day <= "2026-07-01" for day in self._waiting(contract, "credit")))
        with self._travel("2026-07-01"):
            self._bill("2026-07-01")
        self.assertFalse(contract.schedule_ids.filtered(lambda row: row.state == "planned"))
        # 180 days until 29 June (the day of an end is not billed), less 30 of the pause.
        self.assertEqual(self._billed(contract), "150.00")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 10:00:00")
class TestNextInvoiceTold(MoneyCase):
    """What a preview calls the next invoice is the next one that billing makes.

    Five seats of 10.00 and hosting of 31.00; January is billed, February is not.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "next_manager", "cn285_contract.group_billing_manager", name="Manager"
        )

    def _told_and_billed(self, kind, day, *days, **values):
        """What the preview said, and the documents that were made on these days."""
        contract = self._create_contract(
            [
                {"price_unit": 10.0, "quantity": 5.0, "alignment": "calendar"},
                {"price_unit": 31.0, "alignment": "calendar"},
            ],
            invoice_separately=True,
        )
        only = [Command.set(contract.ids)]
        self._bill("2026-01-16", contract_ids=only)
        item = contract.item_ids[0] if kind != "terminate" else contract.item_ids.browse()
        change = self._change(contract, kind, day, schedule=False, item=item, **values)
        rows = self._rows(contract)
        told = [change.with_user(self.manager).preview()["next_invoice"]]
        self.assertEqual((self._rows(contract), change.state), (rows, "draft"))
        change.action_schedule()
        told.append(change.with_user(self.manager).preview()["next_invoice"])
        for when in days:
            with self._travel(when):
                self._bill(when, contract_ids=only)
        for one in told:
            self.assertEqual(one, told[0], "planned or not, it is the same")
        sums = (self._cents(told[0][name]) for name in ("amount_untaxed", "amount_total"))
        return (told[0]["date"], *sums), [
            (day, sign + untaxed, sign + total)
            for day, kind, untaxed, total in self._invoices(contract)[1:]
            for sign in ("-" if kind == "out_refund" else "",)
        ]

    def test_what_is_due_before_the_change_is_billed_before_it(self):
        """3 seats for 18 of 28 days: 19.29; half of 25.00 less for 14 of them: 12.50 back."""
        february = ("2026-02-01", "81.00", "97.20")
        cases = [
            ("quantity", "2026-02-11", {"quantity": 8.0}, ("2026-02-11", "19.29", "23.15")),
            ("price", "2026-02-15", {"price_unit": 5.0}, ("2026-02-15", "-12.50", "-15.00")),
        ]
        for kind, day, values, after in cases:
            with self.subTest(kind):
                told, billed = self._told_and_billed(kind, day, "2026-02-01", day, **values)
                self.assertEqual(billed, [february, after])
                self.assertEqual(told, february)

    def test_on_the_day_of_billing_the_change_comes_first(self):
        told, billed = self._told_and_billed("quantity", "2026-02-01", "2026-02-01", quantity=8.0)
        self.assertEqual(billed, [("2026-02-01", "111.00", "133.20")])
        self.assertEqual(told, billed[0])

    def test_an_end_that_is_planned_cuts_what_is_billed_before_it(self):
        """Billed up to 14 February, the last day: 14 of 28 days, 25.00 + 15.50."""
        told, billed = self._told_and_billed("terminate", "2026-02-14", "2026-02-01", "2026-02-15")
        self.assertEqual(billed, [("2026-02-01", "40.50", "48.60")])
        self.assertEqual(told, billed[0])
