from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-15 10:00:00")
class TestReversal(ContractCase):
    """Odoo's own ways to take an invoice back, and ours to bill it again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        groups = "cn285_contract.group_billing_manager,account.group_account_manager"
        cls.manager = new_test_user(cls.env, "reversal", groups=groups)

    def _invoice(self, items=({},), until=date(2026, 1, 31), **values):
        contract = self._create_contract(list(items), **values)
        run = self._bill(until, contract_ids=[Command.set(contract.ids)])
        return run.invoice_ids.with_user(self.manager)

    def _reverse(self, invoice, method="refund_moves"):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.manager)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "wrong"})
        )
        return self.env["account.move"].browse(getattr(wizard, method)()["res_id"])

    def _credited(self, invoice):
        return self._cents(sum(invoice.reversal_move_ids.mapped("amount_total")))

    def test_odoos_credit_note_takes_what_is_left(self):
        invoice = self._invoice([{"price_unit": 100.0}, {"price_unit": 85.49}])
        self.assertMoney(invoice.amount_total, "222.59")
        first, second = invoice.invoice_line_ids
        invoice.cn285_credit(lines={first.id: {"amount": 5.40}})
        refund = self._reverse(invoice)
        self.assertEqual(
            (refund.state, refund.ref), ("draft", f"Reversal of: {invoice.name}, wrong")
        )
        self.assertMoney(refund.amount_total, "216.11")
        refund.action_post()
        self.assertEqual(self._credited(invoice), "222.59")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(refund.invoice_line_ids.cn285_credited_line_id, first + second)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self._reverse(invoice)

    def test_a_draft_credit_note_is_not_edited_upwards(self):
        invoice = self._invoice([{"price_unit": 100.0}])
        refund = self._reverse(invoice)
        refund.invoice_line_ids.price_unit = 100.01
        with self.assertRaisesRegex(UserError, "too much of “API access"):
            refund.action_post()
        refund.invoice_line_ids.price_unit = 40.0
        refund.action_post()
        self.assertMoney(invoice.cn285_schedule_ids.credited_amount, "40.00")
        self.assertMoney(invoice.cn285_creditable()[0]["remaining"], "60.00")
        rest = self._reverse(invoice)
        self.assertMoney(rest.amount_total, "72.00")
        rest.invoice_line_ids = [
            Command.create({"name": "And more", "price_unit": 1.0, "tax_ids": self.tax.ids})
        ]
        with self.assertRaisesRegex(UserError, "“And more” credits no line"):
            rest.action_post()

    def test_what_unties_or_repeats_is_refused(self):
        invoice = self._invoice()
        made = invoice.cn285_credit(percent=10)
        refund = self.env["account.move"].with_user(self.manager).browse(made["id"])
        for call, words in (
            (invoice.button_draft, "was credited by"),
            (invoice.button_cancel, "was credited by"),
            (invoice.copy, "is not duplicated"),
            (refund.copy, "is not duplicated"),
            (lambda: self._reverse(invoice, "modify_moves"), "Credit and Bill Again"),
        ):
            with self.assertRaisesRegex(UserError, words):
                call()
        self.assertEqual(invoice.state, "posted")
        refund.button_cancel()
        invoice.button_cancel()
        self.assertEqual(invoice.state, "cancel")

    def test_a_by_hand_credit_note_that_names_the_invoice(self):
        invoice = self._invoice()
        refund = invoice.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": invoice.partner_id.id,
                "reversed_entry_id": invoice.id,
                "invoice_date": date(2026, 3, 15),
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 500.0})],
            }
        )
        with self.assertRaisesRegex(UserError, "credits no line"):
            refund.action_post()

    def test_others_invoices_are_odoos(self):
        line = Command.create({"name": "x", "price_unit": 10.0, "tax_ids": self.tax.ids})
        move = (
            self.env["account.move"]
            .with_user(self.manager)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": date(2026, 3, 1),
                    "invoice_line_ids": [line],
                }
            )
        )
        move.action_post()
        self.assertMoney(self._reverse(move).amount_total, "12.00")
        self.assertEqual(self._reverse(move, "modify_moves").move_type, "out_invoice")
        move.copy()

    # === CREDIT AND BILL AGAIN === #

    def test_credit_and_bill_again(self):
        invoice = self._invoice([{"price_unit": 100.0}, {"price_unit": 60.0}])
        contract = self.env["cn285.contract"].browse(invoice.cn285_contract_ids.ids)
        invoice.cn285_credit(percent=25)
        rows = invoice.cn285_schedule_ids
        contract.item_ids[1].price_unit = 50.0
        shown = invoice.cn285_preview_again()
        self.assertEqual(invoice.cn285_schedule_ids.mapped("state"), ["invoiced"] * 2)
        self.assertMoney(shown["credit"]["amount_total"], "144.00")
        made = invoice.cn285_bill_again(note="Wrong price")
        self.assertEqual(self._credited(invoice), "192.00")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(rows.mapped("state"), ["cancelled"] * 2)
        anew = self.env["account.move"].browse(made["invoices"])
        self.assertEqual(anew.cn285_schedule_ids.mapped("period_start"), [date(2026, 1, 1)] * 2)
        self.assertEqual(anew.cn285_schedule_ids.mapped("revision"), [1, 1])
        self.assertEqual(
            [self._cents(one["amount_total"]) for one in shown["invoices"]],
            [self._cents(one.amount_total) for one in anew],
        )
        self.assertEqual(anew.mapped("invoice_date"), [date(2026, 3, 15)])
        with self.assertRaisesRegex(UserError, "billed again already"):
            invoice.cn285_bill_again()
        refund = self.env["account.move"].browse(made["credit"])
        with self.assertRaisesRegex(UserError, "billed again after it"):
            refund.with_user(self.manager).button_cancel()

    def test_the_periods_may_wait(self):
        invoice = self._invoice()
        made = invoice.cn285_bill_again(bill=False)
        self.assertEqual(made["invoices"], [])
        row = invoice.sudo().cn285_contract_ids.schedule_ids.filtered(
            lambda row: row.period_start == date(2026, 1, 1) and row.state == "planned"
        )
        self.assertEqual((row.revision, row.amount), (1, 100.0))

    def test_its_dialog_and_who_may(self):
        invoice = self._invoice([{"price_unit": 10.333333}] * 3)
        action = invoice.action_cn285_bill_again()
        dialog = Form(
            self.env["cn285.credit.again"].with_user(self.manager).with_context(**action["context"])
        )
        self.assertEqual(dialog.preview.count("30.99"), 2)
        action = dialog.save().action_credit_and_bill()
        documents = self.env["account.move"].search(action["domain"])
        self.assertEqual(set(documents.mapped("move_type")), {"out_refund", "out_invoice"})
        clerk = new_test_user(self.env, "again", groups="account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._invoice().with_user(clerk).cn285_bill_again()

    def test_all_or_nothing(self):
        """A contract that cannot be billed: its invoice stays as it is."""
        invoice = self._invoice()
        # As in databases where that was possible still: it is refused now.
        payer = invoice.sudo().cn285_contract_ids.payer_id
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET active = false WHERE id = %s", payer.ids)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "is archived"), self.env.cr.savepoint():
            invoice.cn285_bill_again()
        self.assertEqual(invoice.cn285_schedule_ids.state, "invoiced")
        self.assertFalse(invoice.reversal_move_ids)
