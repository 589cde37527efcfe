from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command
from odoo.tests import tagged

from .term_common import TermCase

END = "2026-03-05"


class RefundCase(TermCase):
    """Contracts that are paid, in one way or another, and ended after 64 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.expense = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls.outstanding = cls.env["account.account"].create(
            {
                "name": "Outstanding receipts",
                "code": "511199",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )

    def _year(self, day="2026-01-01", price=1200.0, **values):
        """1,200.00 for a year, 1,440.00 with tax, invoiced on its first day."""
        with freeze_time(f"{day} 10:00:00"):
            contract = self._create_contract(
                [{"price_unit": price, "recurring_unit": "year"}],
                partner_id=self.consumer.id,
                date_start=date.fromisoformat(day),
                term_length=0,
                notice_length=0,
                **values,
            )
            self._bill(date.fromisoformat(day))
        return contract

    def _pay(self, invoices, amount=None, **values):
        """A payment; ``entry``: with one of its own, on an outstanding account."""
        if values.pop("entry", True):
            self.bank.inbound_payment_method_line_ids.payment_account_id = self.outstanding
            self.bank.outbound_payment_method_line_ids.payment_account_id = self.outstanding
        else:
            self.bank.inbound_payment_method_line_ids.payment_account_id = False
        handling = values.pop("payment_difference_handling", "open")
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"payment_date": "2026-01-10", "journal_id": self.bank.id, **values})
        )
        if amount:
            wizard.amount = amount
            wizard.payment_difference_handling = handling
        return wizard._create_payments()

    def _entry(self, *lines):
        """A posted entry of ``(account, amount)``, and its lines on customers' accounts."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-01-20",
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "balance": amount, "partner_id": partner.id}
                    )
                    for account, amount, partner in lines
                ],
            }
        )
        entry.action_post()
        return entry.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _receivable(self, invoice):
        return invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _refund(self, contract, expected, day=END):
        """End the contract after 64 days: 301 are not served, 1,187.51 with tax."""
        change = contract.action_terminate(day)
        self.assertEqual(change.state, "applied")
        self.assertMoney(change.refund_amount, expected)
        self.assertEqual(bool(change.activity_ids), expected != "0.00")
        return change


@tagged("post_install", "-at_install")
@freeze_time("2026-03-05 10:00:00")
class TestRefund(RefundCase):
    """What an end pays back is what came in for that contract and is not owed any more."""

    def test_paid(self):
        contract = self._year()
        self._pay(contract.invoice_ids)
        self._refund(contract, "1187.51")

    def test_paid_by_a_payment_that_makes_no_entry(self):
        contract = self._year()
        payments = type(self.env["account.payment"])
        none = self.env["account.account"]
        with patch.object(payments, "_get_outstanding_account", lambda *_: none):
            payment = self._pay(contract.invoice_ids, entry=False)
        self.assertFalse(payment.move_id)
        self._refund(contract, "1187.51")

    def test_not_paid(self):
        self._refund(self._year(), "0.00")

    def test_written_off(self):
        contract = self._year()
        receivable = self._receivable(contract.invoice_ids)
        written_off = self._entry(
            (receivable.account_id, -1440.0, self.consumer), (self.expense, 1440.0, self.consumer)
        )
        (receivable | written_off).reconcile()
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
        self._refund(contract, "0.00")

    def test_partly_paid_and_the_rest_written_off(self):
        """500.00 came in; 252.49 are owed for 64 days."""
        contract = self._year()
        self._pay(contract.invoice_ids, 500.0)
        receivable = self._receivable(contract.invoice_ids)
        written_off = self._entry(
            (receivable.account_id, -940.0, self.consumer), (self.expense, 940.0, self.consumer)
        )
        (receivable | written_off).reconcile()
        self._refund(contract, "247.51")

    def test_partly_paid(self):
        contract = self._year()
        self._pay(contract.invoice_ids, 200.0)
        self._refund(contract, "0.00")

    def test_a_discount_for_early_payment_did_not_come_in(self):
        """1,411.20 came in for 1,440.00: what is owed is 252.49."""
        contract = self._year()
        self._pay(
            contract.invoice_ids,
            1411.2,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.expense.id,
        )
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
        self._refund(contract, "1158.71")

    def test_paid_in_another_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        for day, rate in (("2026-01-01", 1.25), ("2026-01-10", 1.6)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": usd.id,
                    "name": day,
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        contract = self._year()
        self._pay(contract.invoice_ids, 1440 * 1.6, currency_id=usd.id)
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
        self._refund(contract, "1187.51")
        dollars = self._year(currency_id=usd.id)
        self._pay(dollars.invoice_ids, 900.0, currency_id=self.eur.id)
        self.assertMoney(dollars.invoice_ids.amount_residual, "0.00")
        self._refund(dollars, "1187.51")

    def test_a_statement_line_that_pays_less_a_fee(self):
        contract = self._year()
        statement = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-01-12",
                "payment_ref": "Transfer",
                "amount": 1430.0,
                "partner_id": self.consumer.id,
            }
        )
        _liquidity, suspense, _other = statement._seek_for_lines()
        receivable = self._receivable(contract.invoice_ids)
        statement.move_id.with_context(
            force_delete=True, skip_account_move_synchronization=True, skip_readonly_check=True
        ).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "balance": -1440.0,
                            "partner_id": self.consumer.id,
                        }
                    ),
                    Command.create({"account_id": self.expense.id, "balance": 10.0}),
                ]
            }
        )
        own = self._receivable(statement.move_id)
        (receivable | own).reconcile()
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
        self._refund(contract, "1177.51")

    def test_what_was_moved_from_another_customers_account(self):
        """The employer pays: what came in on his account is moved to the customer's."""
        contract = self._year()
        employer = self.env["res.partner"].create({"name": "Employeur SA"})
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": employer.id,
                "amount": 1000.0,
                "date": "2026-01-10",
                "journal_id": self.bank.id,
            }
        )
        self.bank.inbound_payment_method_line_ids.payment_account_id = self.outstanding
        payment.payment_method_line_id = self.bank.inbound_payment_method_line_ids[0]
        payment.outstanding_account_id = self.outstanding
        payment.action_post()
        receivable = self._receivable(contract.invoice_ids)
        account = receivable.account_id
        moved = self._entry((account, 1000.0, employer), (account, -1000.0, self.consumer))
        (moved.filtered("debit") | self._receivable(payment.move_id)).reconcile()
        (moved.filtered("credit") | receivable).reconcile()
        self._refund(contract, "747.51")  # 1,000.00 − 252.49

    def _credit(self, invoice, percent):
        return self.env["account.move"].browse(invoice.cn285_credit(percent=percent)["id"])

    def test_a_credit_note_that_settled_half_of_the_invoice(self):
        contract = self._year()
        self._credit(contract.invoice_ids, 50)
        self.assertMoney(contract.invoice_ids.filtered("amount_residual").amount_residual, "720.00")
        self._refund(contract, "0.00")

    def test_what_was_paid_back_before(self):
        """Half was credited and paid back: no more than the other half is, whatever is credited."""
        contract = self._year()
        invoice = contract.invoice_ids
        self._pay(invoice)
        credit = self._credit(invoice, 50)
        self.assertMoney(credit.amount_total, "720.00")
        self._pay(credit)
        self.assertMoney(credit.amount_residual, "0.00")
        self._refund(contract, "720.00")

    def test_a_credit_note_that_settled_an_invoice_of_another_contract(self):
        contract = self._year()
        invoice = contract.invoice_ids
        self._pay(invoice)
        credit = self._credit(invoice, 50)
        other = self._year()
        (self._receivable(credit) | self._receivable(other.invoice_ids)).reconcile()
        self.assertMoney(other.invoice_ids.amount_residual, "720.00")
        # 720.00 of what came in went to the other contract.
        self._refund(contract, "720.00")
        self._refund(other, "467.51")  # less 252.49 for 64 days

    def _shared(self):
        """A: 1,440.00 paid; 1.00 a month of its own and 5,000.00 of B on one unpaid invoice."""
        one = self._year("2025-04-05")
        self._pay(one.invoice_ids)
        self.assertMoney(one.invoice_ids.amount_residual, "0.00")
        with freeze_time("2026-03-04 10:00:00"):
            other = self._create_contract(
                [{"price_unit": 5000.0}],
                partner_id=self.consumer.id,
                date_start=date(2026, 3, 4),
            )
            one.item_ids = [
                Command.create(self._item_vals(price_unit=1.0, date_start=date(2026, 3, 4)))
            ]
            self._bill(date(2026, 3, 4))
        shared = one.invoice_ids & other.invoice_ids
        self.assertMoney(shared.amount_total, "6001.20")
        return one, other, shared

    def test_an_invoice_shared_with_another_contract(self):
        one, _other, _shared = self._shared()
        # Until 5 March: 30 of 365 days, 98.63, and 29 of 31 days of 1.00, 0.94: with the tax of
        # their sum 119.48, as the credit note has it, less 1.20.
        change = self._refund(one, "118.28")
        with freeze_time("2026-03-06 10:00:00"):
            self._bill(date(2026, 3, 6))
        [note] = one.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertMoney(note.amount_total, "119.48")
        self.assertMoney(change.refund_price, "119.48")

    def test_a_shared_invoice_that_is_paid(self):
        one, _other, shared = self._shared()
        self._pay(shared)
        self._refund(one, "119.48")

    def test_a_shared_invoice_that_is_paid_in_part(self):
        """Half of it came in: half of each."""
        one, _other, shared = self._shared()
        self._pay(shared, 3000.6)
        self._refund(one, "118.88")

    def test_withdrawal(self):
        contract = self._year("2026-03-01", has_withdrawal=True)
        self._pay(contract.invoice_ids, 400.0)
        with freeze_time("2026-03-05 10:00:00"):
            change = self.env["cn285.contract.change"].create(
                {"contract_id": contract.id, "type": "withdraw", "date_effective": END}
            )
            change.action_schedule()
        self.assertEqual(change.state, "applied")
        self.assertMoney(change.refund_amount, "400.00")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-05 10:00:00")
class TestLateRefund(RefundCase):
    """Refunds that come late are dearer, by the law's own scale."""

    def _withdrawn(self):
        """365.00, 438.00 with tax, paid and withdrawn from: refunded by 19 March."""
        contract = self._year("2026-03-01", price=365.0, has_withdrawal=True)
        self._pay(contract.invoice_ids)
        change = self.env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": "withdraw", "date_effective": END}
        )
        change.action_schedule()
        self.assertMoney(change.refund_amount, "438.00")
        self.assertEqual(change.date_refund_due, date(2026, 3, 19))
        return change

    def _owed(self, change, day):
        with freeze_time(f"{day} 10:00:00"):
            change.invalidate_recordset(["interest_amount", "interest_note"])
            return self._cents(change.interest_amount), change.interest_note

    def test_the_scale_of_l242_4(self):
        change = self._withdrawn()
        for day, expected in (
            ("2026-03-19", "0.00"),
            ("2026-03-29", "0.80"),  # ten days at 6.67 %
            ("2026-03-30", "21.90"),
            ("2026-04-10", "43.80"),
            ("2026-05-03", "87.60"),  # 45 days
            ("2026-05-19", "219.00"),
            ("2026-06-18", "240.90"),
        ):
            with self.subTest(day):
                self.assertEqual(self._owed(change, day), (expected, False))
        with freeze_time("2026-05-03 10:00:00"):
            change.action_refunded()
        self.assertEqual(self._owed(change, "2026-12-01"), ("87.60", False))

    def test_every_rate_has_its_source(self):
        law = self.env.ref("cn285_renewal.law_fr")
        self.assertEqual(len(law.surcharge_ids), 7)
        self.assertTrue(all(law.surcharge_ids.mapped("source")))

    def test_electronic_communications(self):
        """L224-35 and L242-19: ten days, and half more."""
        contract = self._year(telecom=True)
        self._pay(contract.invoice_ids)
        quote = contract.termination_quote(END)
        self.assertEqual(quote["refund_due"], "2026-03-15")
        change = self._refund(contract, "1187.51")
        self.assertEqual(change.date_refund_due, date(2026, 3, 15))
        self.assertEqual(self._owed(change, "2026-03-15"), ("0.00", False))
        self.assertEqual(self._owed(change, "2026-03-16"), ("593.76", False))

    def test_other_terminations_bear_legal_interest(self):
        contract = self._year()
        self._pay(contract.invoice_ids)
        change = self._refund(contract, "1187.51")
        self.assertEqual(change.date_refund_due, date(2026, 4, 4))
        # 30 days at 6.67 %
        self.assertEqual(self._owed(change, "2026-05-04"), ("6.51", False))
        amount, note = self._owed(change, "2026-07-15")
        self.assertEqual(amount, "18.88")  # 87 days, until the last rate that is known
        self.assertIn("07/01/2026", note)
