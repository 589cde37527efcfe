"""Paid credit: what is booked at a top-up, at a draw, at a credit note, and what is left."""

from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import WalletCase


@tagged("post_install", "-at_install")
class TestVatWhenUsed(WalletCase):
    """A top-up is an advance without VAT, and pays invoices: D 4191 / C 411."""

    def test_topup_and_draw(self):
        """120.00 topped up, an invoice of 96.00: paid, and 24.00 is left on 4191."""
        wallet = self._wallet()
        lot = self._topup(wallet, 120.00)
        self.assertMoney(self._balance(self.advances), "120.00")
        self.assertMoney(self._receivable(), "0.00")
        contract = self._create_contract([{"price_unit": 80.00}])
        move = self._invoice(contract)
        self.assertMoney(move.amount_total, "96.00")
        self.assertEqual(move.payment_state, "paid")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertHolds(wallet, "24.00")
        self.assertMoney(self._balance(self.advances), "24.00")
        self.assertMoney(self._receivable(), "0.00")
        [draw] = wallet.draw_ids
        self.assertEqual((draw.lot_id, draw.move_id), (lot, move))
        self.assertMoney(draw.amount, "96.00")
        entry = draw.entry_id
        self.assertEqual(entry.state, "posted")
        [debit] = entry.line_ids.filtered(lambda line: line.account_id == self.advances)
        self.assertMoney(debit.debit, "96.00")
        self.assertEqual(debit.cn285_wallet_lot_id, lot)
        self.assertTrue(debit.reconciled)
        self.assertIsNone(move.cn285_ordinary_reason or None)

    def test_the_printed_invoice_says_what_the_credit_paid(self):
        """30.00 of credit on 100.00 with tax: 70.00 are asked for, and the credit is named."""
        if not hasattr(self.env["account.move"], "_cn285_document"):
            self.skipTest("cn285_print is not installed")
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        self._topup(self._wallet(), 30.00)
        move = self._invoice(self._create_contract([{"price_unit": 83.33}]))
        move.partner_bank_id = account
        self.customer.lang = "en_US"
        document = move._cn285_document()
        told = [
            (one.label, one.value.replace("\u00a0", " ").replace("\ufeff", ""))
            for one in document.totals[-3:]
        ]
        self.assertEqual(
            told,
            [
                ("Total Incl. Tax", "100.00 €"),
                ("Paid from your credit", "-30.00 €"),
                ("Amount Due", "70.00 €"),
            ],
        )
        [code] = [note.code for note in document.notes if note.code]
        self.assertEqual(code.split("\n")[7], "EUR70.00")

    def test_an_odd_tax_is_drawn_to_the_cent(self):
        """14.29 at 24 % is 17.72: nothing is left open."""
        tax = self.tax.copy({"name": "24 %", "amount": 24.0})
        product = self._create_product("Calls", 14.29, taxes_id=[(6, 0, tax.ids)])
        wallet = self._wallet()
        self._topup(wallet, 100.00)
        contract = self._create_contract([{"product_id": product.id, "price_unit": 14.29}])
        move = self._invoice(contract)
        self.assertMoney(move.amount_total, "17.72")
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "82.28")

    def test_two_invoices_share_what_is_left(self):
        """Two invoices of one run on a rest of 20.00: never below zero."""
        wallet = self._wallet()
        self._topup(wallet, 20.00)
        one = self._create_contract([{"price_unit": 12.50}], invoice_separately=True)
        two = self._create_contract([{"price_unit": 12.50}], invoice_separately=True)
        self._bill(date(2026, 1, 1))
        moves = (one | two).schedule_ids.move_id
        self.assertEqual(len(moves), 2)
        self.assertMoney(sum(moves.mapped("amount_residual")), "10.00")
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._balance(self.advances), "0.00")

    def test_the_order_of_lots(self):
        wallet = self._wallet()
        old = self._topup(wallet, 50.00)
        expiring = self._topup(wallet, 50.00, expiry="2027-12-31")
        contract = self._create_contract([{"price_unit": 50.00}])
        self._invoice(contract)
        self.assertMoney(expiring.rest, "0.00")
        self.assertMoney(old.rest, "40.00")

    def test_the_last_day_serves(self):
        """Valid until 2026-03-31: an invoice of that day, not of the next."""
        for day, expected in ((date(2026, 3, 31), "0.00"), (date(2026, 4, 1), "120.00")):
            partner = self.customer.copy()
            wallet = self._wallet(partner=partner)
            lot = self._topup(wallet, 200.00)
            lot._inside().write({"expiry": date(2026, 3, 31)})
            contract = self._create_contract(partner_id=partner.id, date_start=day)
            self._bill(day)
            self.assertMoney(contract.schedule_ids.move_id.amount_residual, expected)

    def test_credit_note_gives_back_once(self):
        """Half is credited: 48.00 back to the lot; the other half later; never more."""
        wallet = self._wallet()
        lot = self._topup(wallet, 120.00)
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        refund = self.env["account.move"].browse(move.cn285_credit(percent=50)["id"])
        self.assertMoney(refund.amount_residual, "0.00")
        self.assertHolds(wallet, "72.00")
        self.assertMoney(self._balance(self.advances), "72.00")
        self.assertMoney(self._receivable(), "0.00")
        move.cn285_credit()
        self.assertHolds(wallet, "120.00")
        self.assertMoney(lot.rest, "120.00")
        self.assertMoney(self._balance(self.advances), "120.00")
        self.assertMoney(self._receivable(), "0.00")
        with self.assertRaises(UserError):
            move.cn285_credit()
        # Reset and posted again: the same, not twice.
        refund.button_draft()
        self.assertHolds(wallet, "72.00")
        refund.action_post()
        self.assertHolds(wallet, "120.00")
        self.assertMoney(self._balance(self.advances), "120.00")

    def test_credit_note_of_what_is_partly_open(self):
        """Drawn 60.00 of 96.00: a credit of 48.00 settles 36.00 open, and gives back 12.00."""
        wallet = self._wallet()
        self._topup(wallet, 60.00)
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        self.assertMoney(move.amount_residual, "36.00")
        move.cn285_credit(percent=50)
        self.assertMoney(move.amount_residual, "0.00")
        self.assertHolds(wallet, "12.00")
        self.assertMoney(self._balance(self.advances), "12.00")

    def test_what_was_given_back_and_spent_stays(self):
        wallet = self._wallet()
        self._topup(wallet, 96.00)
        contract = self._create_contract([{"price_unit": 80.00}])
        move = self._invoice(contract)
        refund = self.env["account.move"].browse(move.cn285_credit()["id"])
        self.assertHolds(wallet, "96.00")
        self._bill(date(2026, 2, 1))
        self.assertHolds(wallet, "0.00")
        with self.assertRaisesRegex(UserError, "spent"):
            refund.button_draft()

    def test_an_invoice_that_is_a_draft_again(self):
        wallet = self._wallet()
        self._topup(wallet, 120.00)
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        move.button_draft()
        self.assertHolds(wallet, "120.00")
        self.assertMoney(self._balance(self.advances), "120.00")
        self.assertMoney(self._receivable(), "0.00")
        move.action_post()
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "24.00")
        move.button_draft()
        move.button_cancel()
        self.assertHolds(wallet, "120.00")
        self.assertMoney(self._balance(self.advances), "120.00")

    def test_a_topup_pays_what_is_open(self):
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        self.assertMoney(move.amount_residual, "96.00")
        wallet = self._wallet()
        self._topup(wallet, 100.00)
        self.assertMoney(move.amount_residual, "0.00")
        self.assertHolds(wallet, "4.00")
        self.at_use.draws_open = False
        other = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        self.assertMoney(other.amount_residual, "92.00")
        self._topup(wallet, 100.00)
        self.assertMoney(other.amount_residual, "92.00")
        self.env["cn285.collection"]._collect(other, "button")
        self.assertMoney(other.amount_residual, "0.00")
        self.assertHolds(wallet, "8.00")

    def test_returned_topup(self):
        """Of 120.00, 96.00 was spent: 24.00 is taken back, and 96.00 is owed again."""
        wallet = self._wallet()
        lot = self._topup(wallet, 120.00)
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        lot.topup_id.action_returned()
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._balance(self.advances), "0.00")
        self.assertMoney(self._receivable(), "-96.00")
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(lot.topup_id.state, "returned")
        open_lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ]
        )
        self.assertMoney(sum(open_lines.mapped("amount_residual")), "96.00")
        with self.assertRaises(UserError):
            lot.topup_id.action_returned()

    def test_a_scope_of_categories(self):
        category = self.env["product.category"].create({"name": "Calls"})
        below = self.env["product.category"].create({"name": "Abroad", "parent_id": category.id})
        calls = self._create_product("Calls abroad", 10.0, categ_id=below.id)
        self.at_use.write({"scope": "categories", "category_ids": [(6, 0, category.ids)]})
        wallet = self._wallet()
        self._topup(wallet, 500.00)
        contract = self._create_contract([{}, {"product_id": calls.id, "price_unit": 10.0}])
        move = self._invoice(contract)
        self.assertMoney(move.amount_total, "132.00")
        self.assertMoney(move.amount_residual, "120.00")
        # What was drawn of the calls is not drawn again, however much is topped up.
        self._topup(wallet, 500.00)
        self.assertMoney(move.amount_residual, "120.00")
        self.assertHolds(wallet, "988.00")

    def test_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        rates = self.env["res.currency.rate"]
        for day, rate in (("2026-01-01", 1.25), ("2026-02-01", 1.00)):
            rates.create({"name": day, "rate": rate, "currency_id": usd.id})
        self.at_use.copy()
        kind = self.env["cn285.wallet.type"].create({"name": "Dollars", "currency_id": usd.id})
        wallet = self._wallet(kind)
        with self.assertRaises(UserError):
            wallet.topup(0.001, journal_id=self.bank.id)
        self._topup(wallet, 200.00)
        contract = self._create_contract(
            currency_id=usd.id, date_start=date(2026, 2, 1), items=[{"price_unit": 50.0}]
        )
        euro = self._invoice(self._create_contract([{"price_unit": 10.0}]))
        self.assertMoney(euro.amount_residual, "12.00")
        self._bill(date(2026, 2, 1))
        move = contract.schedule_ids.move_id
        self.assertEqual(move.currency_id, usd)
        self.assertMoney(move.amount_total, "60.00")
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "140.00")
        # 200 USD came at 1.25 (160 EUR); what is left is 140 USD at that rate, 112 EUR.
        self.assertMoney(self._balance(self.advances), "112.00")

    def test_what_is_held_lowers_the_exposure(self):
        wallet = self._wallet()
        self._topup(wallet, 50.0)
        self._grant(wallet, 20.0)
        over = self._grant(wallet, 30.0)
        over._inside().write({"expiry": date(2020, 1, 1)})
        found = self.env["cn285.exposure"]._of(self.customer, self.company)
        self.assertEqual(str(found[self.customer.id].wallet), "70.0")
        self.assertMoney(wallet.available, "70.00")
        self.assertMoney(wallet.balance, "100.00")

    def test_the_type_of_a_wallet_stays(self):
        self._topup(self._wallet(), 10.0)
        with self.assertRaises(ValidationError):
            self.at_use.books = "topup"
        with self.assertRaises(ValidationError):
            self.at_topup.tax_ids = False

    def test_other_payers_and_companies_are_left_alone(self):
        wallet = self._wallet()
        self._topup(wallet, 500.0)
        other = self.customer.copy({"name": "Other"})
        move = self._invoice(self._create_contract(partner_id=other.id))
        self.assertMoney(move.amount_residual, "120.00")
        contact = self.env["res.partner"].create({"name": "Shop", "parent_id": self.customer.id})
        move = self._invoice(self._create_contract(partner_id=contact.id))
        self.assertMoney(move.amount_residual, "0.00")
        self.assertHolds(wallet, "380.00")


@tagged("post_install", "-at_install")
class TestVatAtTopup(WalletCase):
    """A top-up is invoiced with VAT; invoices of contracts are lowered before theirs."""

    def test_topup_and_use(self):
        """100 + 20; use 80 + 16: nothing to pay, and 20.00 is left on 4191."""
        wallet = self._wallet(self.at_topup)
        lot = self._topup(wallet, 100.00)
        invoice = lot.topup_id.move_id
        self.assertMoney(invoice.amount_total, "120.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(lot.amount, "100.00")
        self.assertMoney(self._balance(self.advances), "100.00")
        move = self._invoice(self._create_contract([{"price_unit": 80.00}]))
        self.assertMoney(move.amount_untaxed, "0.00")
        self.assertMoney(move.amount_total, "0.00")
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "20.00")
        self.assertMoney(self._balance(self.advances), "20.00")
        self.assertMoney(self._receivable(), "0.00")
        [line] = move.invoice_line_ids.filtered("cn285_wallet_lot_id")
        self.assertEqual(line.account_id, self.advances)
        self.assertTrue(line.reconciled)
        # What is left pays 20.00 of the next one, which the quick writer makes.
        self._bill(date(2026, 2, 1))
        move = move.cn285_contract_ids.schedule_ids.move_id - move
        self.assertMoney(move.amount_total, "72.00")
        self.assertIsNone(move.cn285_ordinary_reason or None)
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._balance(self.advances), "0.00")

    def test_a_lot_counts_once_its_invoice_is_paid(self):
        wallet = self._wallet(self.at_topup)
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(100.0))
        self.assertHolds(wallet, "0.00")
        self.assertEqual(topup.state, "pending")
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=topup.move_id.ids)
            .create({"journal_id": self.bank.id})
        )
        payment.action_create_payments()
        self.assertEqual(topup.state, "done")
        self.assertHolds(wallet, "100.00")

    def test_other_rates_are_not_paid(self):
        low = self.tax.copy({"name": "5.5 %", "amount": 5.5})
        book = self._create_product("Book", 30.0, taxes_id=[(6, 0, low.ids)])
        wallet = self._wallet(self.at_topup)
        self._topup(wallet, 500.0)
        contract = self._create_contract(
            [{"price_unit": 70.0}, {"product_id": book.id, "price_unit": 30.0}]
        )
        move = self._invoice(contract)
        self.assertMoney(move.amount_untaxed, "30.00")
        self.assertMoney(move.amount_total, "31.65")
        self.assertHolds(wallet, "430.00")

    def test_credit_note_gives_back(self):
        """Half of what was paid in advance is credited: nothing to pay back, 40.00 to the lot."""
        wallet = self._wallet(self.at_topup)
        self._topup(wallet, 100.00)
        contract = self._create_contract([{"price_unit": 80.00}])
        move = self._invoice(contract)
        row = contract.schedule_ids.filtered("move_id")
        made = move.cn285_credit(rows={row.id: {"percent": 50}})
        self.assertMoney(made["amount_total"], "0.00")
        self.assertHolds(wallet, "60.00")
        self.assertMoney(self._balance(self.advances), "60.00")
        move.cn285_credit()
        self.assertHolds(wallet, "100.00")
        self.assertMoney(self._balance(self.advances), "100.00")

    def test_returned_topup(self):
        """100 + 20, 80 spent: 20 + 4 is credited, and 96.00 of the invoice is open again."""
        wallet = self._wallet(self.at_topup)
        lot = self._topup(wallet, 100.00)
        self._invoice(self._create_contract([{"price_unit": 80.00}]))
        lot.topup_id.action_returned()
        self.assertHolds(wallet, "0.00")
        self.assertMoney(lot.topup_id.move_id.amount_residual, "96.00")
        self.assertMoney(self._balance(self.advances), "0.00")
        self.assertMoney(self._receivable(), "-96.00")
