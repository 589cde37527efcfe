from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT
from odoo.addons.cn285_payment.engine.target_calendar import add_target_days
from odoo.exceptions import ValidationError

from ..engine import order_xml
from ..engine.errors import SepaError
from ..engine.identifiers import check_creditor_identifier
from .sepa_words import in_words

CODE = "cn285_sepa"
# Orders are made so many days before a due date at most.
MOST_AHEAD = 14
# How far ahead banks want orders, and customers may be told, in days.
MOST_LEAD_DAYS, MOST_NOTICE_DAYS = 10, 60


class PaymentProvider(models.Model):
    """Direct debits through the company's own bank: who debits, how, and by when it is ordered."""

    _name = "payment.provider"
    _inherit = ["payment.provider", "cn285.bounded.values"]

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
    cn285_settle_given = fields.Boolean(
        string="Settle Only Files Given to the Bank",
        default=True,
        help="Debits are taken for paid on their day only where their file was marked as given to "
        "the bank, or the bank told of it. Without: on their day, whatever became of the file; for "
        "who has files fetched by another program.",
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

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_lead_days": COUNT, "cn285_notice_days": COUNT}

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

    def _cn285_due_until(self, day):
        """A bank day before the bank wants the order, so that it is in that day's file."""
        self.ensure_one()
        if self.code != CODE:
            return super()._cn285_due_until(day)
        ahead = add_target_days(day, self.cn285_lead_days + 1)
        return min(ahead, day + timedelta(days=MOST_AHEAD))

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
