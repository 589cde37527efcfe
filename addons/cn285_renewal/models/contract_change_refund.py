from fractions import Fraction

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import OPEN_STATES, as_decimal
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.refund import Document, refund
from ..engine.surcharge import Band, late_surcharge


class ContractChange(models.Model):
    """What an end pays back: what was paid for the contract and is not owed, by when, and late."""

    _inherit = "cn285.contract.change"

    refund_amount = fields.Monetary(
        string="To Refund",
        readonly=True,
        copy=False,
        help="What was paid in advance for days that are not served any more, with tax.",
    )
    date_refund_due = fields.Date(
        string="Refund By", readonly=True, copy=False, help="By the law of the customer's country."
    )
    date_refunded = fields.Date(string="Refunded On", copy=False, tracking=True)
    refund_price = fields.Monetary(
        string="Credited, With Tax",
        readonly=True,
        copy=False,
        help="The price of what was taken back, paid or not.",
    )
    interest_amount = fields.Monetary(
        string="Interest and Surcharge",
        compute="_compute_interest",
        help="Owed on top, by law, where the refund is paid after the day on which it was due: for "
        "the delay until it was paid, or until today.",
    )
    interest_note = fields.Char(compute="_compute_interest")

    def _compute_interest(self):
        for change in self:
            change.interest_amount, change.interest_note = change._interest()

    def _interest(self):
        """What is owed on top by now, and what is missing to tell it."""
        self.ensure_one()
        if not self.refund_amount or not self.date_refund_due:
            return 0.0, False
        contract = self.contract_id
        law = contract._law()
        rates = law._interest_rates(contract._legal_kind())
        if rates is None:
            return 0.0, False
        paid = self.date_refunded or self.company_id._cn285_today()
        refund, price = as_decimal(self.refund_amount), as_decimal(self.refund_price)
        found = late_surcharge(
            refund,
            max(refund, price),
            self.date_refund_due,
            paid,
            law._surcharge_bands(self._refund_situation()) or [Band(0, legal=True)],
            rates,
            as_decimal(self.currency_id.rounding),
        )
        if not found.missing:
            return float(found.amount), False
        note = self.env._(
            "No legal interest rate is known for %s: add it to tell the interest.",
            format_date(self.env, found.missing),
        )
        return float(found.amount), note

    def _refund_situation(self):
        """By which scale of the law a refund that comes late is dearer."""
        self.ensure_one()
        if self.type == "withdraw":
            return "withdrawal"
        return "telecom" if self.contract_id._has_telecom_refund() else ""

    # === WHAT IS PAID BACK === #

    def _note_refund(self, due):
        """Note what has to be paid back by ``due``, and ask for it; the change has taken effect."""
        self.ensure_one()
        amount, credit = self._refund_of_effect()
        self._write_inside(
            {"refund_amount": amount, "refund_price": credit, "date_refund_due": due}
        )
        if amount:
            self._ask_refund()

    def _refund_of_effect(self):
        """What this change credits, with tax, as far as it was paid for this contract; and all."""
        self.ensure_one()
        change = self.sudo()  # sudo: invoices and payments, for who may end the contract
        rows = self.env["cn285.billing.schedule"].sudo()
        rows = rows.search(
            [("contract_id", "=", change.contract_id.id), ("state", "in", OPEN_STATES)]
        )
        credits = rows.filtered(lambda row: row.kind == "credit")
        own = credits.filtered(lambda row: row.change_id == change)
        # Days that were credited and are billed again, because less of them costs more.
        again = rows.filtered(lambda row: row.change_id == change and row._bills_again(own))
        credit, pending = (
            -change.contract_id._document_total(part)[1] for part in (own | again, credits - own)
        )
        documents = change.contract_id._paid_documents()
        rounding = as_decimal(change.currency_id.rounding)
        return float(refund(documents, as_decimal(credit), as_decimal(pending), rounding)), credit

    def _ask_refund(self):
        """Ask whoever follows the contract to pay the customer back in time."""
        self.ensure_one()
        self.contract_id._ask_responsible(
            self,
            lambda change: change.env._(
                "Refund %(amount)s to %(customer)s",
                amount=change.currency_id.format(change.refund_amount),
                customer=change.partner_id.display_name,
            ),
            self.date_refund_due,
        )

    def action_refunded(self):
        """The refund was paid today."""
        for change in self:
            if not change.refund_amount:
                raise UserError(self.env._("%s has nothing to refund.", change.display_name))
            change.date_refunded = change.company_id._cn285_today()
        self.activity_feedback(["mail.mail_activity_data_todo"])
        return True


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _has_telecom_refund(self):
        """Whether advances are refunded as the law has it for electronic communications."""
        self.ensure_one()
        day = self.company_id._cn285_today()
        deadline = self._law()._telecom_refund_deadline(day, self._legal_kind())
        return bool(self.telecom and deadline)

    def _termination_refund_deadline(self, day):
        """By when advances are refunded after a termination of a day: the shorter of two laws."""
        self.ensure_one()
        law = self._law()
        usual = law._refund_deadline(day)
        if not self._has_telecom_refund():
            return usual
        return min(usual, law._telecom_refund_deadline(day, self._legal_kind()))

    def _paid_documents(self):
        """The contract's posted invoices and credit notes as the engine of refunds wants them."""
        self.ensure_one()
        moves = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type in ("out_invoice", "out_refund")
        )
        return [
            self._paid_document(move, *amounts) for move, amounts in moves._cn285_received().items()
        ]

    def _paid_document(self, move, money, settled):
        """A document in the contract's currency, at the rate of its day where it is another."""
        sign = 1 if move.move_type == "out_invoice" else -1
        total = sign * Fraction(as_decimal(move.amount_total))
        rate = Fraction(1)
        if move.currency_id != self.currency_id:
            rate = Fraction(
                as_decimal(
                    self.env["res.currency"]._get_conversion_rate(
                        move.currency_id, self.currency_id, move.company_id, move.invoice_date
                    )
                )
            )
        own = total * move._cn285_share_of(self)
        return Document(total * rate, own * rate, money * rate, settled * rate)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _bills_again(self, credits):
        """Whether an open row bills days that these credits have taken back."""
        self.ensure_one()
        return self.kind in ("fixed", "one_shot") and any(
            credit.item_id == self.item_id
            and credit.period_start <= self.period_start
            and self.period_end <= credit.period_end
            for credit in credits
        )
