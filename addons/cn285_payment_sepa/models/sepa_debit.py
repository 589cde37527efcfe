from odoo import api, fields, models

from ..engine.mandate import Scheme, days_around, days_of_debit


class SepaDebit(models.Model):
    """One account to be debited on a day: from the wish to what became of it.

    ``waiting`` for the next file, ``ordered`` in one, ``settled`` on its day, ``rejected`` before
    it (by us or by the bank), ``returned`` after it, ``cancelled``: it never left.
    """

    _name = "cn285.sepa.debit"
    _description = "SEPA Debit"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _rec_name = "reference"
    _order = "debit_on desc, id desc"
    _check_company_auto = True

    reference = fields.Char(string="End-to-End Reference", required=True, readonly=True, index=True)
    transaction_id = fields.Many2one(
        "payment.transaction", required=True, readonly=True, index=True, ondelete="restrict"
    )
    mandate_id = fields.Many2one(
        "cn285.sepa.mandate", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="mandate_id.partner_id", string="Payer")
    provider_id = fields.Many2one(
        "payment.provider", string="Debited By", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    text = fields.Char(string="Remittance", readonly=True)
    wished_on = fields.Date(required=True, readonly=True)
    told_on = fields.Date(
        readonly=True, help="The day on which the payer was told amount and day of the debit."
    )
    told_by = fields.Selection(
        [("invoice", "The Invoice"), ("mail", "An E-mail of Its Own")],
        readonly=True,
        help="An invoice tells of the debit of each instalment. Of one that is made again, or of "
        "another amount, its payer is told apart.",
    )
    debit_on = fields.Date(
        string="Debited On", required=True, readonly=True, index=True, help="A bank day."
    )
    file_on = fields.Date(
        string="To Be Ordered By", required=True, readonly=True, help="By the bank's cut-off."
    )
    paid_on = fields.Date(
        string="Taken for Paid On",
        readonly=True,
        help="Where that is another day than was ordered: its file was given late, or the bank "
        "tells another one.",
    )
    return_until = fields.Date(readonly=True)
    refund_until = fields.Date(readonly=True, help="Until then the payer may have it refunded.")
    file_id = fields.Many2one(
        "cn285.sepa.file", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    lot = fields.Char(readonly=True, index="btree_not_null")
    withdrawn_file_id = fields.Many2one(
        "cn285.sepa.file",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="By which it was ordered, before it waited for another one.",
    )
    # What was ordered, as the mandate was on that day.
    iban = fields.Char(string="IBAN", readonly=True)
    bic = fields.Char(string="BIC", readonly=True)
    holder = fields.Char(readonly=True)
    account_changed = fields.Boolean(readonly=True)
    former_reference = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("ordered", "Ordered"),
            ("settled", "Settled"),
            ("rejected", "Rejected"),
            ("returned", "Returned"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    code = fields.Char(string="Reason Code", readonly=True)
    message = fields.Char(string="Reason", readonly=True)

    _once = models.UniqueIndex(
        "(transaction_id) WHERE state IN ('waiting', 'ordered', 'settled')",
        "This transaction is debited already.",
    )
    _reference_uniq = models.UniqueIndex(
        "(provider_id, reference)", "There is another debit of this reference."
    )

    @api.model
    def _plan_vals(self, provider, mandate, wished, told, today):
        """Days of a debit that is wished for a day, told to its payer on another.

        :param provider: a ``payment.provider`` of ours
        :param told: the day on which the payer was told; None: today
        """
        scheme = Scheme(mandate.scheme)
        days = days_of_debit(
            wished,
            today,
            scheme,
            lead=provider.cn285_lead_days,
            told=told,
            notice=mandate.notice_days,
        )
        return self._day_vals(days) | {"wished_on": wished, "told_on": told or today}

    @api.model
    def _day_vals(self, days):
        return {
            "debit_on": days.debit,
            "file_on": days.file,
            "return_until": days.returned,
            "refund_until": days.refunded or False,
        }

    def _moved_to(self, day):
        """Values for a debit that is made on another day than was planned: a later bank day."""
        self.ensure_one()
        return self._day_vals(
            days_around(
                day,
                Scheme(self.mandate_id.scheme),
                lead=self.provider_id.cn285_lead_days,
                notice=self.mandate_id.notice_days,
            )
        )

    def _paid_day(self):
        """The day on which its payer's account is debited, as far as is known."""
        self.ensure_one()
        return self.paid_on or self.debit_on

    def _call_off(self, reason):
        """Cancel those that did not leave, and their transactions."""
        waiting = self.filtered(lambda debit: debit.state == "waiting")
        waiting._write_inside({"state": "cancelled", "message": reason})
        attempts = waiting.transaction_id.cn285_attempt_ids
        for attempt in attempts:
            attempt._withdraw(reason)
        for transaction in waiting.transaction_id - attempts.transaction_id:
            transaction._set_canceled(state_message=reason)

    def _tell_again(self):
        """What an order that was not made was to tell of its mandate, the next one tells."""
        self.ensure_one()
        if self.file_id and (self.account_changed or self.former_reference):
            self.mandate_id._write_inside(
                {
                    "account_changed": self.account_changed,
                    "former_reference": self.former_reference,
                }
            )

    def _refuse(self, code, reason, day):
        """They were not made, or came back: by our own check, before their day, or after it.

        What follows is the collection's: entries of what was booked, the next attempt, means that
        are revoked. Those that came back before are left alone.

        :param code: the bank's reason
        :param day: the day on which the money left again, or would have come
        :returns: the debits that are refused by now and were not before
        """
        refused = self.filtered(lambda debit: debit.state in ("waiting", "ordered", "settled"))
        for debit in refused:
            state = "returned" if debit.state == "settled" else "rejected"
            if state == "rejected":
                debit._tell_again()
            debit._write_inside({"state": state, "code": code, "message": reason})
        attempts = refused.transaction_id.cn285_attempt_ids
        self.env["cn285.collection"]._returned(attempts, code, day)
        for transaction in refused.transaction_id - attempts.transaction_id:
            # What a customer paid by his mandate himself, on a page.
            transaction._cn285_refused_alone(code, reason, day)
        return refused
