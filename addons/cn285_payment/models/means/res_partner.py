from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# How a customer pays, and whether and when he is dunned.
MARKS = (
    "cn285_payment_token_id",
    "cn285_dunning_blocked",
    "cn285_dunning_reason",
    "cn285_dunning_policy_id",
    "cn285_grace_days",
)
KEEPERS = (
    "cn285_contract.group_contract_user_own",
    "cn285_contract.group_billing_manager",
    "account.group_account_invoice",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_payment_token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        company_dependent=True,
        domain="[('partner_id', 'child_of', commercial_partner_id)]",
        help="By what this customer's contracts are paid that have no means of their own.",
    )

    @api.constrains("cn285_payment_token_id")
    def _check_cn285_payment_token(self):
        for partner in self.filtered("cn285_payment_token_id"):
            reason = partner.cn285_payment_token_id._cn285_obstacle(partner, self.env.company)
            if reason:
                raise ValidationError(reason)

    @api.model
    def _cn285_refuse_marks(self, vals):
        """Refuse who has to do neither with contracts nor with invoices to say who is collected.

        Whoever keeps contacts could else keep a customer from being collected, or charged.

        :raises AccessError: in words
        """
        marks = [name for name in MARKS if name in vals]
        if not marks or self.env.su or any(self.env.user.has_group(one) for one in KEEPERS):
            return
        raise AccessError(
            self.env._(
                "“%s” of a contact is for who keeps contracts or invoices.",
                self._fields[marks[0]]._description_string(self.env),
            )
        )

    def write(self, vals):
        """Odoo's; new means are tried at once for what others refused, or what waited.

        Wallets of who is put under a company are the company's from then on, as his entries are.
        """
        self._cn285_refuse_marks(vals)
        result = super().write(vals)
        if {"parent_id", "is_company"} & vals.keys():
            self.env["cn285.wallet"]._follow_holders(self)
        if vals.get("cn285_payment_token_id"):
            self._cn285_charge_new_means()
        return result

    def _cn285_charge_new_means(self):
        """Order the collection of what is open of these payers' contracts without own means."""
        # sudo: contracts that these means pay; whoever chooses them need not read these.
        contracts = self.env["cn285.contract"].sudo()
        contracts.search(
            [
                ("payer_id", "child_of", self.ids),
                ("company_id", "=", self.env.company.id),
                ("collection_mode", "=", "automatic"),
            ]
        )._charge_new_means()
