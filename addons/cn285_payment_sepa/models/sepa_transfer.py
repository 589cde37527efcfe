from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.errors import SepaError
from ..engine.identifiers import check_iban
from ..engine.orders import Transfer
from .payment_provider import CODE
from .sepa_words import refusal


class SepaTransfer(models.Model):
    """A credit note that is paid out to its customer's account."""

    _name = "cn285.sepa.transfer"
    _description = "SEPA Transfer"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _rec_name = "reference"
    _order = "id desc"
    _check_company_auto = True

    reference = fields.Char(string="End-to-End Reference", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="restrict")
    provider_id = fields.Many2one(
        "payment.provider", string="Paid By", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    holder = fields.Char(string="Account Holder", required=True, readonly=True)
    iban = fields.Char(string="IBAN", required=True, readonly=True)
    bic = fields.Char(string="BIC", readonly=True)
    text = fields.Char(string="Remittance", readonly=True)
    pay_on = fields.Date(string="Paid On", readonly=True)
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
    payment_id = fields.Many2one("account.payment", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("ordered", "Ordered"),
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
        "(move_id) WHERE state = 'waiting'", "This credit note waits to be paid out already."
    )
    _reference_uniq = models.UniqueIndex(
        "(provider_id, reference)", "There is another transfer of this reference."
    )

    def _as_order(self):
        """As the engine orders it."""
        self.ensure_one()
        files = self.env["cn285.sepa.file"]
        partner = self.partner_id
        where = partner if partner.city and partner.country_id else partner.commercial_partner_id
        return Transfer(
            reference=self.reference,
            amount=Decimal(repr(self.amount)).quantize(Decimal("0.01")),
            day=self.pay_on,
            creditor=files._party(self.holder, self.iban, self.bic, where),
            text=self.text or "",
        )

    def action_cancel(self):
        """It is not to be paid out after all."""
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise UserError(self.env._("Transfers are for billing managers."))
        self.check_access("read")
        # sudo: history is the program's; who may cancel was asked.
        waiting = self.sudo().filtered(lambda transfer: transfer.state == "waiting")
        waiting._write_inside({"state": "cancelled"})


class AccountMove(models.Model):
    """Credit notes that are paid out by transfer."""

    _inherit = "account.move"

    cn285_transfer_ids = fields.One2many(
        "cn285.sepa.transfer", "move_id", string="SEPA Transfers", readonly=True
    )

    def _cn285_is_to_be_refunded(self):
        """Also what is, or was to be, paid out by transfer."""
        # sudo: only whether there are some.
        transfers = self.sudo().cn285_transfer_ids
        wanted = transfers.filtered(lambda transfer: transfer.state != "cancelled")
        return bool(wanted) or super()._cn285_is_to_be_refunded()

    def action_cn285_pay_out(self):
        """Have the open rest of credit notes paid to their customers' accounts.

        :raises UserError: for one that cannot be paid, in words; nothing is ordered then
        """
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise UserError(self.env._("Transfers are for billing managers."))
        self.check_access("write")
        for move in self:
            # sudo: accounts and history are the program's; who may pay out was asked.
            move.sudo()._cn285_pay_out()
        return True

    def _cn285_is_paid_back_otherwise(self):
        waits = self.cn285_transfer_ids.filtered(lambda transfer: transfer.state == "waiting")
        return bool(waits) or super()._cn285_is_paid_back_otherwise()

    def _cn285_pay_out(self):
        self.ensure_one()
        if self.move_type != "out_refund" or self.state != "posted" or not self.amount_residual:
            raise UserError(self.env._("%s is no open credit note.", self.display_name))
        if self.currency_id.name != "EUR":
            raise UserError(self.env._("%s: SEPA transfers are in euro.", self.display_name))
        transfers = self.env["cn285.sepa.transfer"]
        provider = self.env["payment.provider"].search(
            [
                ("code", "=", CODE),
                ("company_id", "parent_of", self.company_id.id),
                ("state", "!=", "disabled"),
            ],
            limit=1,
        )
        if not provider:
            raise UserError(self.env._("%s has no bank that pays by SEPA.", self.company_id.name))
        self.lock_for_update(allow_referencing=True)
        if self.cn285_transfer_ids.filtered(lambda transfer: transfer.state == "waiting"):
            raise UserError(self.env._("%s waits to be paid out already.", self.display_name))
        if self._cn285_refunds_under_way():
            raise UserError(
                self.env._(
                    "%s is being refunded to the means that paid: it is not known yet what became "
                    "of it.",
                    self.display_name,
                )
            )
        account = self._cn285_account_of_customer()
        number = len(self.cn285_transfer_ids) + 1
        transfers.create(
            {
                **account,
                "reference": f"R{self.id}-{number}",
                "move_id": self.id,
                "provider_id": provider.id,
                "company_id": self.company_id.id,
                "amount": self.amount_residual,
                "currency_id": self.currency_id.id,
                "text": self.name,
            }
        )

    def _cn285_account_of_customer(self):
        """To which account a customer is paid: one that his money came from, else a trusted one.

        A mandate that somebody signed in the portal, and that was never debited, says nothing of
        whose account it is.

        :returns: values of partner, holder, IBAN and BIC
        :raises UserError: where there is none
        """
        payer = self.partner_id.commercial_partner_id
        mandates = self.env["cn285.sepa.mandate"].search(
            [
                ("partner_id", "child_of", payer.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("active", "used")),
            ],
            order="last_debit_on desc nulls last, id desc",
        )
        mandate = mandates.filtered("last_debit_on")[:1]
        bank = payer.bank_ids.filtered("allow_out_payment")[:1]
        if not mandate and not bank:
            mandate = mandates.filtered(lambda one: one.signed_how != "portal")[:1]
        if mandate:
            name = mandate.holder or mandate.partner_id.name
            iban, bic, partner = mandate.iban, mandate.bic, mandate.partner_id
        elif bank:
            name, iban, bic = bank.acc_holder_name or payer.name, bank.acc_number, bank.bank_bic
            partner = payer
        else:
            raise UserError(
                self.env._(
                    "%s has neither a mandate that was debited nor a trusted bank account to be "
                    "paid to.",
                    payer.display_name,
                )
            )
        try:
            iban = check_iban(iban)
        except SepaError as error:
            raise refusal(self.env, error) from None
        return {"partner_id": partner.id, "holder": name, "iban": iban, "bic": bic or False}
