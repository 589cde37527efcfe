"""What customers have to their credit pays what they owe, before their means are charged."""

from datetime import date

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.fields import Domain

from ...engine.netting import Entry, net
from .collection import BY_HAND

NOTES, ALL = "notes", "all"
# Refunds of which no money comes any more.
DEAD = ("cancel", "error")
# Of these prepayments, what their contract's first invoices left is the payer's credit.
FREE_PREPAYMENTS = ("done", "kept")


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_netting = fields.Selection(
        [("none", "Nothing"), (NOTES, "Credit Notes"), (ALL, "Credit Notes and Payments")],
        string="Settled Before a Charge",
        default=ALL,
        required=True,
        help="What of a payer's credit pays his invoices before his means are charged.",
    )


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_netting = fields.Selection(
        related="company_id.cn285_netting", readonly=False, required=True
    )


class Collection(models.AbstractModel):
    """Open credit notes, and payments that were matched with nothing, lower what is charged."""

    _inherit = "cn285.collection"

    @api.model
    def _net_credits(self, moves, origin):
        """Settle what is to be charged of invoices with what their payers have to their credit."""
        return self._apart(moves, lambda part: self._net(part, origin == BY_HAND))

    @api.model
    def _net(self, moves, by_hand=False):
        """Settle invoices with credit of their payer, company, currency and account.

        Credit notes of the same contract first, the oldest first. Of invoices only what would be
        charged now is settled, and of those that another process holds nothing.

        :param by_hand: a person asks for it, whatever the contracts' way of collection
        """
        wanted = moves.filtered(
            lambda move: (
                (by_hand or move._cn285_is_automatic()) and move.company_id.cn285_netting != "none"
            )
        )
        if not wanted or not wanted._cn285_credit_lines():
            return
        locked = wanted._cn285_collectable().try_lock_for_update(allow_referencing=True)
        debts = self._lines_to_charge(locked, by_hand)
        credits = debts.move_id._cn285_credit_lines()
        held = credits.move_id.try_lock_for_update(allow_referencing=True)
        credits = credits.filtered(lambda line: line.move_id in held)
        for kept in self._kept_credits():
            credits -= kept(credits, debts.move_id)
        plan = self._plan_netting(debts, credits)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    @api.model
    def _lines_to_charge(self, moves, by_hand):
        """Lines of invoices that would be charged now: those that are due by their means."""
        lines = moves.line_ids.browse()
        tokens = moves.cn285_contract_ids._payment_tokens()
        for move in moves:
            day = move.company_id._cn285_today()
            # sudo: providers are the administrators'; only their days are read.
            provider = move._cn285_token(tokens).sudo().provider_id
            until = provider._cn285_due_until(day) if provider else day
            own = move.line_ids.filtered(
                lambda line: line.display_type == "payment_term" and not line.reconciled
            )
            due = own.filtered(
                lambda line, until=until: not line.date_maturity or line.date_maturity <= until
            )
            lines |= due or (own if by_hand else due)
        return lines.filtered(lambda line: line.amount_residual_currency > 0)

    @api.model
    def _plan_netting(self, debts, credits):
        """Pairs of lines to be reconciled, in order."""
        plan, lines = [], self.env["account.move.line"]
        credits = credits.grouped(lambda line: line._cn285_netting_key())
        for key, own in debts.grouped(lambda line: line._cn285_netting_key()).items():
            owed = [line._cn285_netting_entry(own.move_id) for line in own]
            held = [line._cn285_netting_entry(own.move_id) for line in credits.get(key, ())]
            plan += [lines.browse((match.debt, match.credit)) for match in net(owed, held)]
        return plan

    # === WHAT IS LEFT ALONE === #

    @api.model
    def _kept_credits(self):
        """Which credit is left alone: functions of (lines of credit, invoices to be settled), that
        return some of the lines."""
        return [
            self._kept_for_refunds,
            self._kept_in_dispute,
            self._kept_for_others,
        ]

    @api.model
    def _kept_for_refunds(self, credits, moves):
        """Credit that goes back to the customer as money: it was promised, asked for, or paid."""
        notes = credits.move_id.filtered(lambda move: move.move_type == "out_refund")
        kept = notes.filtered(lambda note: note._cn285_is_to_be_refunded())
        payments = (credits.move_id - notes).origin_payment_id
        # sudo: what became of payments of whomever.
        refunded = payments.filtered(
            lambda payment: payment.sudo().payment_transaction_id._cn285_open_refunds()
        )
        return credits.filtered(lambda line: line.move_id in kept | refunded.move_id)

    @api.model
    def _kept_in_dispute(self, credits, moves):
        """Credit in dispute, or of invoices that are."""
        return credits.filtered(
            lambda line: (
                line.move_id.cn285_dunning_blocked
                or any(
                    move.cn285_dunning_blocked for move in line.move_id._cn285_documents_of_credit()
                )
            )
        )

    @api.model
    def _kept_for_others(self, credits, moves):
        """Payments that may be meant for something else: top-ups, the start of a contract; and
        where the payer also owes what is not collected from his means, a clerk decides."""
        paying = credits.filtered(lambda line: line.move_id.move_type != "out_refund")
        if not paying:
            return paying
        # sudo: only whether there are some.
        payments = paying.sudo().move_id.origin_payment_id
        topups = self.env["cn285.wallet.topup"].sudo()
        meant = topups.search([("payment_id", "in", payments.ids)]).payment_id
        meant |= payments.filtered(
            lambda one: (
                one.cn285_prepayment_id and one.cn285_prepayment_id.state not in FREE_PREPAYMENTS
            )
        )
        others = paying._cn285_other_debts(moves)
        return paying.filtered(
            lambda line: (
                line.move_id.origin_payment_id in meant or line._cn285_netting_key() in others
            )
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_to_refund = fields.Boolean(
        string="To Be Refunded",
        copy=False,
        help="It is paid back to the customer: it lowers nothing that he is charged.",
    )

    def _cn285_credit_lines(self):
        """Open lines of what the payers of these invoices have to their credit, by the setting."""
        lines = self.env["account.move.line"]
        if not self:
            return lines
        kinds = Domain("move_id.move_type", "=", "out_refund")
        if ALL in self.company_id.mapped("cn285_netting"):
            kinds |= Domain(
                [
                    ("move_id.origin_payment_id.payment_type", "=", "inbound"),
                    ("move_id.origin_payment_id.partner_type", "=", "customer"),
                ]
            )
        accounts = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        payers = self.commercial_partner_id
        partners = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("commercial_partner_id", "in", payers.ids)])
        )
        return lines.search(
            Domain(
                [
                    ("account_id", "in", accounts.ids),
                    ("partner_id", "in", (payers | partners).ids),
                    ("company_id", "in", self.company_id.ids),
                    ("currency_id", "in", self.currency_id.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "<", 0),
                ]
            )
            & kinds
        ).filtered(
            lambda line: (
                line.move_id.move_type == "out_refund" or line.company_id.cn285_netting == ALL
            )
        )

    def _cn285_is_to_be_refunded(self):
        """Whether this credit note is, or was, paid back as money.

        It says so, a refund was asked for here or at the provider, or it is of an end of a contract
        for which the law has a refund.
        """
        self.ensure_one()
        if self.cn285_to_refund or self.cn285_refund_ids:
            return True
        # sudo: changes and transactions of whomever; only whether there are some.
        note = self.sudo()
        if any(note.invoice_line_ids.cn285_schedule_ids.change_id.mapped("refund_amount")):
            return True
        return bool(note._cn285_credited_invoices().transaction_ids._cn285_open_refunds())

    def _cn285_documents_of_credit(self):
        """What a credit comes from: invoices that a note credits, or for which a payment came."""
        self.ensure_one()
        if self.move_type == "out_refund":
            return self._cn285_credited_invoices() | self.cn285_origin_ids
        # sudo: whom a payment was for, whoever collects.
        payment = self.sudo().origin_payment_id
        return payment.invoice_ids | payment.payment_transaction_id.invoice_ids


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _cn285_netting_key(self):
        """Only lines with the same key may be settled with one another."""
        self.ensure_one()
        return (
            self.company_id,
            self.partner_id.commercial_partner_id,
            self.currency_id,
            self.account_id,
        )

    def _cn285_netting_entry(self, moves):
        """This line for the engine.

        :param moves: invoices that are settled; a payment that names one is its contract's
        """
        self.ensure_one()
        contracts = self.move_id.cn285_contract_ids
        if self.amount_residual_currency < 0:
            contracts |= self.move_id._cn285_documents_of_credit().cn285_contract_ids
            told = self.move_id.origin_payment_id.memo or ""
            named = moves.filtered(lambda move: move.name and move.name in told.split())
            contracts |= named.cn285_contract_ids
            day = self.move_id.invoice_date or self.date
        else:
            day = self.date_maturity or self.date
        return Entry(
            key=self.id,
            day=day or date.min,
            amount=as_decimal(self.currency_id.round(abs(self.amount_residual_currency))),
            contracts=frozenset(contracts.ids),
        )

    def _cn285_other_debts(self, moves):
        """Keys of these lines under which something else is owed: no automatic contract's.

        :param moves: invoices that are being settled
        :returns: set of :meth:`_cn285_netting_key`
        """
        owed = self.search(
            [
                ("account_id", "in", self.account_id.ids),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    self.partner_id.commercial_partner_id.ids,
                ),
                ("company_id", "in", self.company_id.ids),
                ("currency_id", "in", self.currency_id.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
            ]
        )
        ours = moves | owed.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move._cn285_is_automatic()
        )
        return {line._cn285_netting_key() for line in owed if line.move_id not in ours}


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _cn285_open_refunds(self):
        """Refunds of these transactions that were not matched with a credit note.

        Those that a credit note here asked for are its own.
        """
        refunds = self.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state not in DEAD and not tx.cn285_refund_ids
        )
        return refunds.filtered(lambda tx: not tx.payment_id or not tx.payment_id.is_reconciled)
