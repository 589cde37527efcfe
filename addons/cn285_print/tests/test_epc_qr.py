"""The QR code on invoices that are paid by transfer: what it says, and where there is none."""

from odoo.tests import tagged

from ..report.document_code import modules
from .common import PrintCase

IBAN = "FR7699999002850000000028544"


@tagged("post_install", "-at_install")
class TestEpcQr(PrintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bic = cls.env["res.bank"].create({"name": "Bank", "bic": "BFRHFR2LXXX"})
        cls.account = cls.env["res.partner.bank"].create(
            {
                "acc_number": IBAN,
                "bank_id": bic.id,
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )

    def _asked(self, **values):
        return self._invoice(**{"partner_bank_id": self.account.id, **values})

    def _code(self, move):
        """What the code on the document says; "" where there is none."""
        return "".join(note.code for note in move._cn285_document().notes)

    def _pay(self, move, amount, day="2026-02-10"):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount, "payment_date": day})._create_payments()

    def test_it_asks_what_remains_by_the_reference_of_the_invoice(self):
        move = self._asked()
        expected = [
            "BCD", "002", "1", "SCT", "BFRHFR2LXXX", "Cn285 Test", IBAN, "EUR120.00", "", "",
            move.payment_reference,
        ]  # fmt: skip
        self.assertEqual(self._code(move).split("\n"), expected)
        self.assertSays(
            self._printed(move), "Pay with your bank's application", move.payment_reference
        )
        self._pay(move, 50.0)
        expected[7] = "EUR70.00"
        self.assertEqual(self._code(move).split("\n"), expected)
        self._pay(move, 70.0)
        self.assertEqual(self._code(move), "")
        self.assertNotIn("Pay with", self._printed(move))

    def test_a_creditor_reference(self):
        move = self._asked()
        move.payment_reference = "RF18 5390 0754 7034"
        self.account.acc_holder_name = "Cn285 Recouvrement"
        told = self._code(move).split("\n")
        self.assertEqual((told[5], told[9]), ("Cn285 Recouvrement", "RF18539007547034"))

    def test_where_there_is_none(self):
        """Drafts, credit notes, other currencies, accounts without an IBAN, no account at all."""
        move = self._asked()
        refund = move._reverse_moves([{"invoice_date": "2026-02-15"}])
        refund.action_post()
        usd = self.env.ref("base.USD")
        usd.active = True
        plain = self.account.copy({"acc_number": "0000 1234", "acc_holder_name": "Plain"})
        tunis = self.account.copy({"acc_number": "TN5910006035183598478831"})
        for other in (
            refund,
            self._asked(post=False),
            self._asked(currency_id=usd.id),
            self._asked(partner_bank_id=plain.id),
            self._asked(partner_bank_id=tunis.id),
            self._asked(partner_bank_id=False),
            self._asked(lines=[{"price_unit": 0.0}]),
        ):
            self.assertEqual(self._code(other), "")
        move = self._asked()
        self.assertTrue(self._code(move))
        cancelled = self._asked()
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertEqual(self._code(cancelled), "")
        self.company.cn285_invoice_qr = False
        self.assertEqual(self._code(move), "")

    def test_paid_in_advance(self):
        """What was paid before the invoice was there is told so, and what is left is asked for."""
        move = self._asked()
        self._pay(move, 30.0, "2026-01-15")
        text = self._printed(move)
        self.assertSays(text, "Paid in advance on 01/15/2026 -30.00 €", "Amount Due 90.00 €")
        self.assertEqual(self._code(move).split("\n")[7], "EUR90.00")

    def test_a_symbol_that_is_drawn(self):
        """Version 5 holds 84 bytes at level M: 37 modules; its corners are where they belong."""
        symbol = modules("x" * 84)
        self.assertEqual(len(symbol), 37)
        self.assertEqual(len(modules("x" * 331)), 69)
        rows = ("1111111", "1000001", "1011101")
        corner = [[module == "1" for module in row] for row in rows]
        for top, left in ((0, 0), (0, 30), (30, 0)):
            self.assertEqual([symbol[top + row][left : left + 7] for row in range(3)], corner)
