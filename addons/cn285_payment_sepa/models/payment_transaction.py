from odoo import models
from odoo.addons.cn285_payment.engine.declines import CONFIG, CUSTOMER, HARD
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine.errors import SepaError
from ..engine.identifiers import check_reference
from .payment_provider import CODE
from .sepa_words import in_words

# Debits that are made, or will be.
STANDING = ("waiting", "ordered", "settled")


class PaymentTransaction(models.Model):
    """Charging a mandate makes a debit, that waits for the next file."""

    _inherit = "payment.transaction"

    def _send_payment_request(self):
        """Odoo's; of a mandate: a debit on the next day on which all rules allow it.

        :raises ValidationError: where the mandate cannot be used, in words
        """
        if self.provider_code != CODE:
            return super()._send_payment_request()
        self._cn285_debit()
        return None

    def _cn285_debit(self):
        # sudo: what is charged was checked by who asked for it; debits are the program's.
        debits = self.env["cn285.sepa.debit"].sudo()
        if debits.search_count(
            [("transaction_id", "=", self.id), ("state", "in", STANDING)], limit=1
        ):
            return
        mandate = self.token_id._cn285_mandate()
        today = self.company_id._cn285_today()
        due, told = self._cn285_debit_days()
        days = debits._plan_vals(self.provider_id, mandate, due or today, told, today)
        self._cn285_check_debit(mandate, days["debit_on"])
        if self._cn285_invoice_tells():
            days["told_by"] = "invoice"
        elif told and mandate.partner_id.email:
            days |= {"told_by": "mail", "told_on": today}
        debit = debits.create(
            {
                "reference": self.reference,
                "transaction_id": self.id,
                "mandate_id": mandate.id,
                "provider_id": self.provider_id.id,
                "company_id": self.company_id.id,
                "amount": self.amount,
                "currency_id": self.currency_id.id,
                # The invoice of a top-up is a draft without a number until it is paid.
                "text": ", ".join(filter(None, self.invoice_ids.mapped("name"))) or self.reference,
                **days,
            }
        )
        if debit.told_by == "mail":
            debit._tell_payer()
        self._set_pending()

    def _cn285_invoice_tells(self):
        """Whether an invoice names just this debit: one instalment, and for the first time.

        What was refused before is debited on another day than the invoice says, and several
        instalments at once are another amount.
        """
        move = self.invoice_ids.filtered(lambda move: move.state == "posted")
        if len(move) != 1:
            return False
        # sudo: debits of whomever; only whether one was refused.
        refused = self.env["cn285.sepa.debit"].sudo()
        if refused.search_count(
            [
                ("transaction_id.invoice_ids", "in", move.ids),
                ("state", "in", ("rejected", "returned")),
            ],
            limit=1,
        ):
            return False
        terms = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return any(
            self.currency_id.compare_amounts(line.amount_currency, self.amount) == 0
            for line in terms
        )

    def _cn285_check_debit(self, mandate, day):
        """Refuse what the bank would refuse."""
        reason, code, outcome = None, None, None
        if not mandate or not mandate._usable_on(day):
            code, outcome = "MD01", HARD
            reason = self.env._(
                "%(reference)s: mandate %(mandate)s cannot be used on %(day)s: it was revoked, or "
                "not used for 36 months.",
                reference=self.reference,
                mandate=mandate.reference or "–",
                day=format_date(self.env, day),
            )
        elif mandate.one_off and mandate.debit_ids.filtered(lambda one: one.state in STANDING):
            # The mandate itself is good: what it was given for is debited.
            code, outcome = "MD01", CUSTOMER
            reason = self.env._(
                "%(reference)s: mandate %(mandate)s is for one debit, which is made already.",
                reference=self.reference,
                mandate=mandate.reference,
            )
        elif self.currency_id.name != "EUR":
            code, outcome = "CURR", CONFIG
            reason = self.env._(
                "%(reference)s: SEPA debits are in euro, not in %(currency)s.",
                reference=self.reference,
                currency=self.currency_id.name,
            )
        else:
            try:
                check_reference(self.reference)
            except SepaError as error:
                code, outcome, reason = "FF01", CONFIG, in_words(self.env, error)
        if reason:
            # sudo: kept by the program.
            self.sudo().write({"cn285_code": code, "cn285_outcome": outcome})
            raise ValidationError(reason)

    def _cn285_debit_days(self):
        """The day a debit is wished for, and the day on which its payer was told.

        An invoice tells: it names amount, day and mandate. It is due at its last instalment that
        this transaction pays.

        :returns: two dates, either may be None
        """
        moves = self.invoice_ids.filtered(lambda move: move.state == "posted")
        due = [day for day in self._cn285_last_due(moves) if day]
        told = [day for day in (move._cn285_told_on() for move in moves) if day]
        return max(due, default=None), max(told, default=None)

    def _cn285_last_due(self, moves):
        """The days on which the last instalments of invoices are due that this transaction pays."""
        days = []
        rest = self.amount
        for move in moves:
            terms = move.line_ids.filtered(
                lambda line: line.display_type == "payment_term" and not line.reconciled
            )
            day = move.invoice_date_due
            for line in terms.sorted(lambda line, move=move: line.date_maturity or move.date):
                if self.currency_id.compare_amounts(rest, 0) <= 0:
                    break
                rest -= line.amount_residual_currency
                day = line.date_maturity or move.invoice_date_due
            days.append(day)
        return days

    def _cn285_ask_provider(self):
        """What became of a debit is in our own rows."""
        self.ensure_one()
        if self.provider_code != CODE:
            return super()._cn285_ask_provider()
        debit = (
            self.env["cn285.sepa.debit"]
            .sudo()
            .search([("transaction_id", "=", self.id)], order="id desc", limit=1)
        )
        answers = {
            "waiting": "pending",
            "ordered": "pending",
            "settled": "done",
            "rejected": "declined",
            "returned": "done",
            "cancelled": "declined",
        }
        return answers.get(debit.state, "nothing")
