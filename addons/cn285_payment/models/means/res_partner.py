from odoo import api, fields, models
from odoo.exceptions import ValidationError


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

    def write(self, vals):
        """Odoo's; new means are tried at once for what others refused, or what waited."""
        result = super().write(vals)
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
