from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command

from ..collection.attempt_actions import check_manager
from ..collection.collection_asking import ON_ITS_WAY

ZERO = Decimal(0)


class Wallet(models.Model):
    """Unused credit that was paid for is paid back where a customer asks for it."""

    _inherit = "cn285.wallet"

    payable_back = fields.Monetary(
        string="Can Be Paid Out",
        compute="_compute_payable_back",
        compute_sudo=True,
        help="What is left of credit that was paid for and is valid today, without its VAT. "
        "Granted credit is no money, and never paid out.",
    )

    @api.depends("lot_ids.rest", "lot_ids.kind", "lot_ids.expiry")
    def _compute_payable_back(self):
        for wallet in self:
            wallet.payable_back = sum(wallet._payable_lots().mapped("rest"))

    def _payable_lots(self):
        """The lots that may be paid out, the oldest first: paid, with something left, valid.

        Not those whose VAT was paid in the program before: it is credited there.
        """
        self.ensure_one()
        if not self.company_id:
            return self.env["cn285.wallet.lot"]
        today = self.company_id._cn285_today()
        return self.lot_ids.filtered(
            lambda lot: (
                lot.kind == "paid"
                and lot.rest > 0
                and (not lot.expiry or lot.expiry >= today)
                and (lot.topup_id or self.books == "use")
            )
        ).sorted("id")

    def action_pay_out(self):
        """Open the dialog of credit that is paid out."""
        return self._dialog("cn285.wallet.payout", self.env._("Pay Out Credit"))

    def pay_out(self, amount, journal_id=None, date=None, memo=None):
        """Pay unused credit back: by a payment out of a journal, or to the means that paid it.

        The oldest lots go first. The credit leaves the wallet with the money, and where VAT was
        paid with the top-up, it is credited and paid back with it.

        :param amount: the credit; excluding VAT where that was due at the top-up
        :param journal_id: bank or cash journal by which it is paid; None: to the means
        :returns: id of the payment out of the journal; None: asked of the providers
        :raises UserError: where so much cannot be paid out
        """
        self.ensure_one()
        check_manager(self)
        self.check_access("write")
        # sudo: checked above; lots, entries and refunds are the program's.
        wallet = self.sudo().with_company(self.company_id)
        wallet._lock()
        parts = wallet._payout_parts(self._amount_of(amount))
        if journal_id:
            journal = self.env["account.journal"].browse(journal_id)
            journal.check_access("read")
            if journal.company_id != self.company_id or journal.type not in ("bank", "cash"):
                raise UserError(
                    self.env._("Name a bank or cash journal of %s.", self.company_id.name)
                )
            day = fields.Date.to_date(date) if date else self.company_id._cn285_today()
            return wallet._pay_out_by_hand(parts, journal.sudo(), day, memo).id
        wallet._pay_out_to_means(parts)
        return None

    def _payout_parts(self, amount):
        """What is taken of which lot: ``{lot: Decimal}``.

        :raises UserError: where the lots hold less
        """
        lots, parts = self._payable_lots(), {}
        waiting = lots.topup_id._refunds_waiting()
        for lot in lots:
            part = min(as_decimal(lot.rest) - waiting.get(lot, ZERO), amount)
            if part > 0:
                parts[lot] = part
                amount -= part
        if amount > 0:
            raise UserError(
                self.env._(
                    "Of %(wallet)s at most %(most)s can be paid out: what is left of paid credit, "
                    "and on no other way back. Granted credit is no money.",
                    wallet=self.display_name,
                    most=self.currency_id.format(float(sum(parts.values(), ZERO))),
                )
            )
        return parts

    # === BY A PAYMENT === #

    def _pay_out_by_hand(self, parts, journal, day, memo):
        """D 4191 (and VAT) / C 411 for each lot, D 411 / C bank for all, reconciled."""
        entries = self.env["account.move"]
        for lot, amount in parts.items():
            entries |= lot._take_out_paid(amount, day)
        owed = entries.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        total = 0.0 - sum(owed.mapped("amount_residual_currency"))
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "amount": self.currency_id.round(total),
                "currency_id": self.currency_id.id,
                "journal_id": journal.id,
                "date": day,
                "memo": memo or self.env._("Credit paid out: %s", self.display_name),
                "destination_account_id": owed[:1].account_id.id,
            }
        )
        payment.action_post()
        lines = payment._cn285_settling_lines() | owed
        if payment.move_id:
            for own in lines.grouped("account_id").values():
                own.filtered(lambda line: not line.reconciled).reconcile()
        self._tell_of_payout(sum(parts.values(), ZERO))
        return payment

    def _tell_of_payout(self, amount):
        self.message_post(
            body=self.env._(
                "%s of paid credit was paid out.", self.currency_id.format(float(amount))
            )
        )

    # === TO THE MEANS === #

    def _pay_out_to_means(self, parts):
        """Ask providers to refund the payments of top-ups; credit leaves as the money does.

        Committed before a provider is called, so that nothing is refunded twice.

        :raises UserError: where one of the payments cannot be refunded, before any is
        """
        # sudo: the caller was checked, see pay_out; refunds are the program's.
        asked, collection = [], self.env["cn285.collection"].sudo()
        for lot, amount in parts.items():
            total = lot._with_vat(amount)
            source = lot.topup_id.transaction_id
            if not source or lot.topup_id._refundable_to_means() < float(total):
                raise UserError(
                    self.env._(
                        "%s was not paid by means to which a provider refunds it: pay it out by a "
                        "journal.",
                        lot.display_name,
                    )
                )
            asked.append((source, float(total)))
        refunds = self.env["payment.transaction"]
        for source, total in asked:
            refunds |= source._create_child_transaction(total, is_refund=True)
        collection._commit(forget=False)
        for refund in refunds:
            refund._cn285_send_refund_of_topup()
            collection._commit(forget=False)


class WalletLot(models.Model):
    _inherit = "cn285.wallet.lot"

    def _with_vat(self, amount):
        """What was paid for an amount of this credit, as a Decimal."""
        self.ensure_one()
        move = self.topup_id.move_id
        if not move or not self.amount:
            return amount
        total = amount * as_decimal(move.amount_total) / as_decimal(self.amount)
        return as_decimal(self.currency_id.round(float(total)))

    def _take_out_paid(self, amount, day):
        """Book an amount out of the lot: a credit note with VAT, or the advance taken back.

        :param Decimal amount: not above what is left of it
        :returns: the entry, with an open line on the customer's account
        """
        self.ensure_one()
        topup, nothing = self.topup_id, self.env["account.move.line"]
        if topup.move_id:
            entry = topup._credit_unspent(self, amount, day, nothing)
        elif topup:
            entry = topup._take_back_unspent(self, amount, day, nothing)
        else:
            entry = self._take_back_opening(amount, day)
        self.env["cn285.wallet.topup"]._note_taken_out(self, amount)
        return entry

    def _take_back_opening(self, amount, day):
        """D 4191 / C 411 of credit that was taken over: its advance is of the opening entry."""
        wallet = self.wallet_id
        kind, partner, company = wallet.type_id, wallet.partner_id, self.company_id
        receivable = partner.with_company(company).property_account_receivable_id
        own = self.currency_id._convert(float(amount), company.currency_id, company, day)
        label = self.env._("Credit paid out: %s", wallet.display_name)
        entry = self.env["account.move"]._cn285_create(
            {
                "move_type": "entry",
                "company_id": company.id,
                "journal_id": kind.journal_id.id,
                "date": day,
                "ref": label,
                "line_ids": [
                    Command.create(
                        {
                            "name": label,
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "currency_id": self.currency_id.id,
                            "amount_currency": sign * float(amount),
                            "balance": sign * own,
                            "cn285_wallet_lot_id": self.id if sign > 0 else False,
                        }
                    )
                    for account, sign in ((kind.advance_account_id, 1), (receivable, -1))
                ],
            }
        )
        entry._post(soft=False)
        return entry


class WalletTopup(models.Model):
    _inherit = "cn285.wallet.topup"

    def _open_refunds(self):
        """Refunds of the top-up's payment that are not known to have failed."""
        children = self.transaction_id.child_transaction_ids
        return children.filtered(
            lambda tx: (
                tx.operation == "refund"
                and (
                    tx.state in ("draft", "pending", "authorized", "done")
                    or tx.cn285_outcome == "unknown"
                )
            )
        )

    @api.model
    def _clear_up_refunds(self):
        """Go on with refunds of top-ups that a process left, and ask what became of others.

        Of a provider that cannot be asked nothing is sent again: credit stays held back, and
        somebody cancels the transaction, or sets it done, by what the provider's pages show.
        """
        # sudo: the scheduled action's own work.
        collection = self.env["cn285.collection"].sudo()
        refunds = self.env["payment.transaction"].sudo()
        refunds = refunds.search(
            [
                ("operation", "=", "refund"),
                ("payment_id", "=", False),
                ("source_transaction_id.cn285_topup_ids", "!=", False),
                ("state", "in", ("draft", "pending", "done")),
                ("last_state_change", "<", fields.Datetime.now() - ON_ITS_WAY),
            ],
            order="id",
        )
        for refund in refunds:
            if refund.state != "done":
                answer = collection._ask_provider(refund)[refund]
                told = refund.with_context(cn285_sending=True)
                if answer == "done":
                    told._set_done()
                elif answer == "declined":
                    told._set_error(self.env._("The provider refused the refund."))
                elif answer == "nothing" and refund.state == "draft":
                    refund._cn285_send_refund_of_topup()
            if refund.state == "done" and not refund.payment_id:
                refund._post_process()
            collection._commit(forget=False)

    def _refunds_waiting(self):
        """What of lots is on its way back and still in the wallet: ``{lot: Decimal}``."""
        waiting = defaultdict(Decimal)
        for topup in self:
            for lot in topup.lot_ids:
                for refund in topup._open_refunds().filtered(lambda tx: not tx.payment_id):
                    total = as_decimal(abs(refund.amount))
                    if topup.move_id.amount_total:
                        share = as_decimal(lot.amount) / as_decimal(topup.move_id.amount_total)
                        total = as_decimal(lot.currency_id.round(float(total * share)))
                    waiting[lot] += total
        return waiting

    def _refundable_to_means(self):
        """How much of the top-up's payment its provider could still refund."""
        self.ensure_one()
        source = self.transaction_id
        methods = (
            source.provider_id.support_refund,
            source.primary_payment_method_id.support_refund,
        )
        if source.state != "done" or "none" in methods or source.provider_id.state == "disabled":
            return 0.0
        gone = sum(abs(tx.amount) for tx in self._open_refunds())
        return self.currency_id.round(source.amount - gone)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    cn285_topup_ids = fields.One2many(
        "cn285.wallet.topup", "transaction_id", string="Top-Ups", readonly=True
    )

    def _cn285_send_refund_of_topup(self):
        """Have the provider refund; what is not known stays so, and holds the credit back."""
        self.ensure_one()
        problem = self.env["cn285.collection"]._call_refund_of(self)
        if problem:
            self.write({"cn285_outcome": "unknown", "state_message": problem})
        elif self.state == "done" and not self.payment_id:
            self._post_process()
