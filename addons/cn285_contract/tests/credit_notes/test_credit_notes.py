from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-15 10:00:00")
class TestCreditNotes(ContractCase):
    """An invoice of January, and all the ways to take something of it back."""

    def _invoice(self, items=({},), until=date(2026, 1, 31), **values):
        contract = self._create_contract(list(items), **values)
        return self._bill(until, contract_ids=[(6, 0, contract.ids)]).invoice_ids

    def _refund(self, made):
        return self.env["account.move"].browse(made["id"])

    def test_the_whole_invoice_is_taken_back_and_reconciled(self):
        invoice = self._invoice([{"price_unit": 99.99, "quantity": 3, "discount": 10}])
        made = invoice.cn285_credit()
        refund = self._refund(made)
        self.assertEqual((made["state"], refund.move_type), ("posted", "out_refund"))
        self.assertMoney(made["amount_untaxed"], "269.97")
        self.assertMoney(made["amount_tax"], "53.99")
        self.assertMoney(made["amount_total"], self._cents(invoice.amount_total))
        self.assertEqual(refund.reversed_entry_id, invoice)
        self.assertEqual((invoice.payment_state, refund.payment_state), ("reversed", "paid"))
        row = invoice.cn285_schedule_ids
        self.assertEqual(row.state, "invoiced")
        self.assertMoney(row.credited_amount, "269.97")
        self.assertEqual(refund.cn285_contract_ids, row.contract_id)
        with self.assertRaisesRegex(UserError, "Nothing is left to credit"):
            invoice.cn285_credit()

    def test_percentages_add_up_to_the_invoice_and_never_exceed_it(self):
        """Three lines whose tax does not part evenly: 40 % + 40 % + 40 % is all, to the cent."""
        items = [{"price_unit": price} for price in (10.03, 0.07, 33.33)]
        invoice = self._invoice(items)
        self.assertMoney(invoice.amount_tax, "8.69")
        made = [invoice.cn285_credit(percent=40) for _ in range(3)]
        self.assertEqual([self._cents(one["amount_untaxed"]) for one in made[:2]], ["17.37"] * 2)
        self.assertMoney(sum(one["amount_untaxed"] for one in made), "43.43")
        self.assertMoney(sum(one["amount_tax"] for one in made), "8.69")
        self.assertMoney(invoice.amount_residual, "0.00")
        for row in invoice.cn285_schedule_ids:
            self.assertMoney(row.credited_amount, self._cents(row.amount))

    def test_lines_by_amount_and_by_percentage(self):
        invoice = self._invoice([{}, {"price_unit": 60.0}])
        first, second = invoice.invoice_line_ids
        made = invoice.cn285_credit(
            lines={str(first.id): {"amount": 12.5}, second.id: {"percent": 50}}
        )
        refund = self._refund(made)
        credited = {line.cn285_credited_line_id: line for line in refund.invoice_line_ids}
        self.assertMoney(credited[first].price_subtotal, "12.50")
        self.assertMoney(credited[second].price_subtotal, "30.00")
        self.assertMoney(made["amount_tax"], "8.50")
        left = {entry["line_id"]: entry["remaining"] for entry in invoice.cn285_creditable()}
        self.assertEqual(left, {first.id: 87.5, second.id: 30.0})
        # More than is left is cut to what is left.
        rest = invoice.cn285_credit(lines={second.id: {"amount": 45}})
        self.assertMoney(rest["amount_untaxed"], "30.00")

    def test_chosen_rows_of_a_line_that_sums_several(self):
        invoice = self._invoice(
            [{"price_unit": price} for price in (10, 20, 30)], line_grouping="product"
        )
        self.assertEqual(len(invoice.invoice_line_ids), 1)
        rows = invoice.cn285_schedule_ids.sorted("amount")
        invoice.cn285_credit(rows={rows[1].id: {"percent": 100}, rows[2].id: {"amount": 5}})
        self.assertEqual([row.credited_amount for row in rows], [0.0, 20.0, 5.0])
        made = invoice.cn285_credit(
            rows={rows[1].id: {"percent": 100}, rows[0].id: {"percent": 50}}
        )
        self.assertMoney(made["amount_untaxed"], "5.00")
        invoice.cn285_credit()
        self.assertEqual([row.credited_amount for row in rows], [10.0, 20.0, 30.0])

    def test_whoever_does_the_invoicing_credits(self):
        """Without a right on contracts, which stay named on the credit note."""
        invoice = self._invoice()
        clerk = new_test_user(self.env, "invoicing", groups="account.group_account_invoice")
        made = invoice.with_user(clerk).cn285_credit(percent=50)
        self.assertEqual(self._refund(made).cn285_contract_ids, invoice.cn285_contract_ids)
        self.assertMoney(invoice.cn285_schedule_ids.credited_amount, "50.00")

    def test_what_is_no_line_is_said(self):
        invoice = self._invoice()
        for chosen in ({"lines": {"abc": {"percent": 5}}}, {"rows": {"-1": {"percent": 5}}}):
            with self.subTest(chosen), self.assertRaisesRegex(UserError, "is not the id"):
                invoice.cn285_credit(**chosen)

    def test_golden_21_and_22(self):
        """A credit never exceeds what is still invoiced; tax of a credit to the cent."""
        invoice = self._invoice([{"price_unit": 200}])
        line = invoice.invoice_line_ids
        invoice.cn285_credit(lines={line.id: {"amount": 50}})
        made = invoice.cn285_credit(lines={line.id: {"amount": 300}})
        self.assertMoney(made["amount_untaxed"], "150.00")
        quarter = self.tax.copy({"name": "25 %", "amount": 25.0})
        product = self._create_product("Phone", 200.0, taxes_id=[(6, 0, quarter.ids)])
        invoice = self._invoice([{"price_unit": 200, "product_id": product.id}])
        made = invoice.cn285_credit(lines={invoice.invoice_line_ids.id: {"amount": 193.33}})
        self.assertEqual(
            [self._cents(made[name]) for name in ("amount_untaxed", "amount_tax", "amount_total")],
            ["193.33", "48.33", "241.66"],
        )

    def test_tax_included_in_the_price_and_a_foreign_currency(self):
        included = self.tax.copy({"name": "incl.", "price_include_override": "tax_included"})
        product = self._create_product("Kiosk", 9.99, taxes_id=[(6, 0, included.ids)])
        invoice = self._invoice([{"price_unit": 9.99, "product_id": product.id}] * 3)
        total, tax = invoice.amount_total, invoice.amount_tax
        made = [invoice.cn285_credit(percent=percent) for percent in (33, 33, 33, 33)]
        self.assertMoney(sum(one["amount_total"] for one in made), self._cents(total))
        self.assertMoney(sum(one["amount_tax"] for one in made), self._cents(tax))
        self.assertEqual(invoice.payment_state, "reversed")
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": date(2026, 1, 1), "rate": 1.10},
                {"currency_id": usd.id, "name": date(2026, 3, 1), "rate": 1.25},
            ]
        )
        invoice = self._invoice([{"price_unit": 77.77}], currency_id=usd.id)
        made = [invoice.cn285_credit(percent=50), invoice.cn285_credit()]
        self.assertMoney(sum(one["amount_total"] for one in made), "93.32")
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_rounding_of_tax_per_line(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        invoice = self._invoice([{"price_unit": 0.12}] * 7)
        tax = invoice.amount_tax
        made = [invoice.cn285_credit(percent=percent) for percent in (10, 25, 60, 50)]
        self.assertMoney(sum(one["amount_untaxed"] for one in made), "0.84")
        self.assertMoney(sum(one["amount_tax"] for one in made), self._cents(tax))

    def test_odoos_own_credit_note_counts(self):
        invoice = self._invoice()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "wrong"})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        self.assertMoney(invoice.cn285_schedule_ids.credited_amount, "100.00")
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            invoice.cn285_credit(percent=10)
        refund.button_cancel()
        self.assertMoney(invoice.cn285_schedule_ids.credited_amount, "0.00")
        made = invoice.cn285_credit(percent=10, post=False)
        self.assertEqual((made["state"], made["amount_untaxed"]), ("draft", 10.0))

    def test_goodwill_has_no_invoice_behind_it(self):
        contract = self._create_contract()
        reason = self.env.ref("cn285_contract.credit_reason_goodwill")
        made = contract.credit_goodwill(25.0, reason_id=reason.id, note="Sorry.")
        refund = self._refund(made)
        self.assertEqual(
            [self._cents(made[name]) for name in ("amount_untaxed", "amount_tax", "amount_total")],
            ["25.00", "5.00", "30.00"],
        )
        self.assertFalse(refund.reversed_entry_id)
        self.assertEqual(refund.invoice_line_ids.name, "Goodwill")
        self.assertEqual((refund.cn285_contract_ids, refund.partner_id), (contract, self.customer))
        for amount in (0, -5, "ten", True, float("nan"), 0.001):
            with self.assertRaisesRegex(UserError, "above zero"):
                contract.credit_goodwill(amount)

    def test_bad_wishes_are_refused_with_what_is_wrong(self):
        invoice, other = self._invoice(), self._invoice()
        line, row = invoice.invoice_line_ids.id, invoice.cn285_schedule_ids.id
        cases = [
            ({"percent": 0}, "above 0 and at most 100"),
            ({"percent": 100.5}, "above 0 and at most 100"),
            ({"percent": "half"}, "above 0 and at most 100"),
            ({"lines": {}}, "Say which lines"),
            ({"lines": {line: {}}}, "either a percentage or an amount"),
            ({"lines": {line: {"amount": 1, "percent": 1}}}, "either a percentage or an amount"),
            ({"lines": {line: {"amount": -1}}}, "has the sign of what was charged"),
            ({"lines": {line: {"amount": float("nan")}}}, "has the sign of what was charged"),
            ({"lines": {line: {"amount": "1"}}}, "is not an amount"),
            ({"lines": {other.invoice_line_ids.id: {"amount": 1}}}, "are not on invoice"),
            ({"rows": {other.cn285_schedule_ids.id: {"amount": 1}}}, "were not billed by invoice"),
            ({"percent": 5, "rows": {row: {"percent": 5}}}, "one of them"),
        ]
        for wish, words in cases:
            with self.subTest(wish), self.assertRaisesRegex(UserError, words):
                invoice.cn285_credit(**wish)
        self.assertFalse(invoice.reversal_move_ids)
        draft = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        with self.assertRaisesRegex(UserError, "no posted customer invoice"):
            draft.cn285_credit()

    def test_the_dialog(self):
        invoice = self._invoice([{}, {"price_unit": 60.0}])
        dialog = Form(self.env["cn285.credit.create"].with_context(default_move_id=invoice.id))
        self.assertEqual((dialog.remaining, dialog.remaining_total), (160.0, 192.0))
        # It opens on nothing chosen, and posts nothing by itself.
        self.assertEqual((dialog.mode, dialog.post, dialog.percent), (False, False, 0.0))
        self.assertEqual((dialog.chosen_untaxed, dialog.chosen_total), (0.0, 0.0))
        dialog.mode = "all"
        self.assertEqual((dialog.chosen_untaxed, dialog.chosen_total), (160.0, 192.0))
        dialog.mode = "lines"
        self.assertEqual(dialog.chosen_total, 0.0)
        dialog.reason_id = self.env.ref("cn285_contract.credit_reason_outage")
        with dialog.line_ids.edit(1) as line:
            self.assertEqual((line.number, line.remaining_total), (2, 72.0))
            self.assertEqual(line.contract_name, invoice.cn285_contract_ids.name)
            line.percent = 25.0
        self.assertEqual((dialog.chosen_untaxed, dialog.chosen_total), (15.0, 18.0))
        refund = self._refund({"id": dialog.save().action_create()["res_id"]})
        self.assertMoney(refund.amount_untaxed, "15.00")
        self.assertEqual(refund.invoice_date, date(2026, 3, 15))
        self.assertIn("Service not rendered", refund.ref)
        dialog = Form(self.env["cn285.credit.create"].with_context(default_move_id=invoice.id))
        dialog.mode = "rows"
        with dialog.row_ids.edit(0) as row:
            row.amount = 10.0
        refund = self._refund({"id": dialog.save().action_create()["res_id"]})
        self.assertMoney(refund.amount_untaxed, "10.00")
        empty = Form(self.env["cn285.credit.create"].with_context(default_move_id=invoice.id))
        empty.mode = "rows"
        with self.assertRaisesRegex(UserError, "Type a percentage or an amount"):
            empty.save().action_create()
        contract = invoice.cn285_contract_ids
        dialog = Form(
            self.env["cn285.credit.create"].with_context(
                default_contract_id=contract.id, default_mode="goodwill"
            )
        )
        dialog.amount = 7.0
        dialog.name = "Merci"
        refund = self._refund({"id": dialog.save().action_create()["res_id"]})
        self.assertEqual((refund.invoice_line_ids.name, refund.amount_untaxed), ("Merci", 7.0))

    def test_who_may_credit(self):
        invoice = self._invoice()
        seller = new_test_user(
            self.env, "credit_seller", groups="cn285_contract.group_contract_user"
        )
        for call in (
            lambda: invoice.with_user(seller).cn285_credit(),
            lambda: invoice.cn285_contract_ids.with_user(seller).credit_goodwill(5),
        ):
            with self.assertRaises(AccessError):
                call()
        manager = new_test_user(
            self.env, "credit_manager", groups="cn285_contract.group_billing_manager"
        )
        made = invoice.with_user(manager).cn285_credit(percent=10)
        self.assertMoney(made["amount_untaxed"], "10.00")
