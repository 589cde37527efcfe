import logging

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class Wallet(models.Model):
    _inherit = "cn285.wallet"

    def topup(self, amount, journal_id=None, token_id=None, expiry=None, date=None, memo=None):
        """Top up: by a payment that was received in a journal, or by charging a token.

        With neither, the top-up awaits its payment; where VAT is due, its invoice can be paid.

        :param amount: the credit; excluding VAT where that is due at the top-up
        :returns: id of the top-up
        :raises UserError: for amounts out of the wallet type's bounds
        """
        self.ensure_one()
        self._check_manager()
        amount = self._amount_of(amount)
        self._check_topup(amount)
        if journal_id and token_id:
            raise UserError(self.env._("A journal or a means of payment: one of them."))
        expiry = fields.Date.to_date(expiry) if expiry else None
        day = fields.Date.to_date(date) if date else None
        topup = self.env["cn285.wallet.topup"]._start(self, amount, "clerk", expiry, day=day)
        if journal_id:
            journal = self.env["account.journal"].browse(journal_id)
            journal.check_access("read")
            if journal.company_id != self.company_id or journal.type not in (
                "bank",
                "cash",
                "credit",
            ):
                raise UserError(
                    self.env._("Name a bank or cash journal of %s.", self.company_id.name)
                )
            # sudo: whoever handles a wallet's money books it, as the dialog says.
            topup.sudo()._pay_by_hand(journal.sudo(), day, memo)
        elif token_id:
            topup._charge(self._own_token(token_id))
        else:
            topup._issue(topup.date)
        return topup.id

    def _check_topup(self, amount):
        """:raises UserError: where the amount is not between the type's least and most"""
        # sudo: the bounds, told to customers too.
        kind = self.sudo().type_id
        if amount < as_decimal(kind.least) or (kind.most and amount > as_decimal(kind.most)):
            raise UserError(
                self.env._(
                    "Top up at least %(least)s%(most)s.",
                    least=self.currency_id.format(kind.least),
                    most=self.env._(", at most %s", self.currency_id.format(kind.most))
                    if kind.most
                    else "",
                )
            )

    @api.model
    def _pay_what_is_late(self, company, partner_ids):
        """Pay what payers owe from what they hold: nobody is dunned who has credit for it.

        Credit that came back by a credit note, or while an invoice was in dispute, say.

        :param partner_ids: commercial partners
        """
        # sudo: credit of a payer pays his invoices, whoever runs it.
        wallets = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("balance", ">", 0),
                ("type_id.draws_open", "=", True),
            ]
        )
        _done, failed = each_or_apart(wallets, lambda part: part._draw_what_is_open(promised=False))
        for wallet, reason in failed.items():
            _logger.warning("Wallet %s could not be drawn: %s", wallet.id, reason)

    def _draw_what_is_open(self, promised=True):
        """Pay open invoices of contracts from the wallet, those that are due first.

        Not those in dispute, nor those on their way to be paid.

        :param promised: also those that the customer promised to pay: he does it by this top-up
        """
        for wallet in self:
            # sudo: credit of a payer pays his invoices, whoever tops up.
            moves = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", wallet.company_id.id),
                        ("commercial_partner_id", "=", wallet.partner_id.id),
                        ("currency_id", "=", wallet.currency_id.id),
                        ("move_type", "=", "out_invoice"),
                        ("state", "=", "posted"),
                        ("payment_state", "in", ("not_paid", "partial")),
                        ("cn285_contract_ids", "!=", False),
                    ],
                    order="invoice_date_due, id",
                )
            )
            payable = moves - moves._cn285_being_paid() - moves._cn285_held_by_dispute(moves)
            if not promised:
                payable -= payable._cn285_held_by_promise(payable)
            payable._cn285_draw_open(wallet.company_id._cn285_today())
