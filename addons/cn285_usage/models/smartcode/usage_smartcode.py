from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...engine.tariff import Feed

GROUP = "cn285_usage.group_smartcode_author"


class UsageCalculator(models.Model):
    """Calculators whose amount is worked out by a SmartCode."""

    _inherit = "cn285.usage.calculator"

    def _check_smartcode_right(self):
        """Refuse a SmartCode that somebody chose who may not.

        A contract made from a template, and a contract like another one of the same customer, may
        use the SmartCodes that somebody with the right has put there.
        """
        if self.env.su or self.env.user.has_group(GROUP):
            return
        for calculator in self:
            contract = calculator.item_id.contract_id
            # sudo: only whether the same SmartCode is there already.
            known = contract.template_id.sudo().item_ids.calculator_ids.smartcode_id
            siblings = self.sudo().search(
                [
                    ("smartcode_id", "=", calculator.smartcode_id.id),
                    ("item_id.contract_id.partner_id", "=", contract.partner_id.id),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
            if not contract or (calculator.smartcode_id not in known and not siblings):
                raise AccessError(
                    self.env._(
                        "Only users with the SmartCode right can choose the SmartCode of a "
                        "calculator."
                    )
                )

    @api.constrains("charge_model", "smartcode_id", "item_id")
    def _check_smartcode(self):
        for calculator in self.filtered(lambda calculator: calculator._entry().feed is Feed.inputs):
            # sudo: only the company; who may edit the contract need not see the SmartCode.
            smartcode = calculator.sudo().smartcode_id
            if not smartcode:
                raise ValidationError(
                    self.env._("Calculator “%s”: choose its SmartCode.", calculator.name)
                )
            if calculator.company_id and smartcode.company_id != calculator.company_id:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(calculator)s”: SmartCode “%(smartcode)s” belongs to another "
                        "company.",
                        calculator=calculator.name,
                        smartcode=smartcode.name,
                    )
                )


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    smartcode_version_id = fields.Many2one(
        "cn285.smartcode.version",
        string="SmartCode Version",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="cn285_contract.group_contract_user",
        help="The version that worked the amount out.",
    )
    inputs_digest = fields.Char(
        string="Inputs (SHA-256)", readonly=True, help="What the macro received, as a digest."
    )
    inputs = fields.Text(
        readonly=True,
        prefetch=False,
        groups=GROUP,
        help="What the macro received, packed, to run another version on.",
    )
