from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import order_xml
from ..engine.errors import SepaError
from ..engine.identifiers import check_creditor_identifier
from .sepa_words import in_words

CODE = "cn285_sepa"
# How far ahead banks want orders, and customers may be told, in days.
MOST_LEAD_DAYS, MOST_NOTICE_DAYS = 10, 60


class PaymentProvider(models.Model):
    """Direct debits through the company's own bank: who debits, how, and by when it is ordered."""

    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[(CODE, "SEPA Direct Debit (Own Bank)")], ondelete={CODE: "set default"}
    )
    cn285_creditor_identifier = fields.Char(
        string="Creditor Identifier",
        help="By which the bank knows who debits (ICS in France), such as FR72ZZZ123456.",
    )
    cn285_lead_days = fields.Integer(
        string="Bank Days Ahead",
        default=2,
        help="Bank days before a debit by which the bank wants its order: one at least.",
    )
    cn285_notice_days = fields.Integer(
        string="Days of Notice",
        default=14,
        help="Calendar days between telling customers and debiting them: 14, or what was agreed.",
    )
    cn285_debit_format = fields.Selection(
        [(form, form) for form in order_xml.DIRECT_DEBIT],
        string="Format of Debits",
        default=order_xml.DIRECT_DEBIT[0],
    )
    cn285_transfer_format = fields.Selection(
        [(form, form) for form in order_xml.TRANSFER],
        string="Format of Transfers",
        default=order_xml.TRANSFER[0],
    )

    @api.constrains("code", "cn285_creditor_identifier", "cn285_lead_days", "cn285_notice_days")
    def _check_cn285_sepa(self):
        for provider in self.filtered(lambda provider: provider.code == CODE):
            if provider.cn285_creditor_identifier:
                try:
                    check_creditor_identifier(provider.cn285_creditor_identifier)
                except SepaError as error:
                    raise ValidationError(in_words(self.env, error)) from None
            if not 1 <= provider.cn285_lead_days <= MOST_LEAD_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(provider)s: the bank wants orders from 1 to %(most)s bank days ahead.",
                        provider=provider.name,
                        most=MOST_LEAD_DAYS,
                    )
                )
            if not 0 <= provider.cn285_notice_days <= MOST_NOTICE_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(provider)s: customers are told from 0 to %(most)s days ahead.",
                        provider=provider.name,
                        most=MOST_NOTICE_DAYS,
                    )
                )

    def _compute_feature_support_fields(self):
        """Mandates are kept; a refund is a transfer of its own."""
        result = super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == CODE).update(
            {"support_tokenization": True, "support_refund": "none"}
        )
        return result

    def _get_default_payment_method_codes(self):
        self.ensure_one()
        if self.code != CODE:
            return super()._get_default_payment_method_codes()
        return {"sepa_direct_debit"}

    def _cn285_obstacle(self):
        """Also what the bank would refuse each order for."""
        reason = super()._cn285_obstacle()
        if reason or self.code != CODE:
            return reason
        if not self.cn285_creditor_identifier:
            return self.env._("The payment provider %s has no creditor identifier.", self.name)
        if not self.journal_id.bank_account_id:
            return self.env._(
                "The journal %(journal)s of the payment provider %(provider)s has no bank account.",
                journal=self.journal_id.name,
                provider=self.name,
            )
        return None
