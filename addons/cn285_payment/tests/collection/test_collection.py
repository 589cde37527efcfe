"""Invoices are charged to the customer's means, once, and booked as Odoo books them."""

from datetime import date

from odoo.tests import tagged

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestCollection(CollectionCase):
    def test_a_due_invoice_is_paid(self):
        contract = self._automatic()
        move = self._billed(contract)
        with self._answers("done") as calls:
            attempt = self._collect(move)
        self.assertEqual(calls, [f"C{move.id}-1"])
        self.assertPaid(move)
        self.assertEqual(attempt.state, "done")
        self.assertEqual(attempt.amount, 120.0)
        self.assertEqual(attempt.payment_id, attempt.transaction_id.payment_id)
        self.assertTrue(attempt.transaction_id.is_post_processed)
        self.assertEqual(attempt.payment_id.date, date(2026, 1, 1))

    def test_booked_as_odoo_books_it(self):
        own, odoo = self._billed(self._automatic()), self._billed(self._automatic())
        with self._answers("done"):
            attempt = self._collect(own)
            made = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": self.card.id,
                    "operation": "offline",
                    "amount": 120.0,
                    "currency_id": self.eur.id,
                    "partner_id": odoo.partner_id.id,
                    "reference": "by-odoo",
                    "invoice_ids": [(6, 0, odoo.ids)],
                }
            )
            made._charge_with_token()
            made._post_process()

        def lines(payment):
            return sorted(
                (line.account_id.code, line.balance, line.partner_id.id, line.reconciled)
                for line in payment.move_id.line_ids
            )

        self.assertEqual(lines(attempt.payment_id), lines(made.payment_id))
        for name in [
            "state",
            "partner_id",
            "journal_id",
            "payment_method_line_id",
            "payment_type",
            "partner_type",
            "currency_id",
            "amount",
            "destination_account_id",
            "outstanding_account_id",
            "payment_token_id",
        ]:
            self.assertEqual(attempt.payment_id[name], made.payment_id[name], name)
        self.assertEqual(own.payment_state, odoo.payment_state)
        self.assertEqual(attempt.payment_id.invoice_ids, own)
