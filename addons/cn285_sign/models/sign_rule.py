from odoo import api, fields, models

from .contract_change import BY_A_WORD


class SignRule(models.Model):
    """What has to be signed before it takes effect: contracts, or a type of change."""

    _name = "cn285.sign.rule"
    _description = "What Is Signed"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    what = fields.Selection(
        selection="_what_selection", required=True, default="contract", string="What Is Signed"
    )
    template_id = fields.Many2one(
        "cn285.contract.template",
        string="Only of Template",
        check_company=True,
        help="Left empty, of all contracts.",
    )
    provider_id = fields.Many2one(
        "cn285.sign.provider", string="Signed By Way Of", required=True, check_company=True
    )
    countersigner_id = fields.Many2one(
        "res.users",
        string="Signs for the Company",
        domain=[("share", "=", False)],
        ondelete="restrict",
        help="After the customer. Left empty, only the customer signs.",
    )

    @api.model
    def _what_selection(self):
        changes = [
            (name, label)
            for name, label in self.env["cn285.contract.change"]._type_selection()
            if name not in BY_A_WORD
        ]
        return [("contract", self.env._("Contracts")), *changes]

    @api.model
    def _for(self, what, contract):
        """The first rule that asks for a signature of something; empty where none does.

        :param what: ``contract``, or a type of change
        """
        # sudo: what has to be signed binds whoever confirms.
        return self.sudo().search(
            [
                ("company_id", "=", contract.company_id.id),
                ("what", "=", what),
                ("template_id", "in", (False, contract.template_id.id)),
            ],
            order="template_id NULLS LAST, sequence, id",
            limit=1,
        )

    @api.depends("what", "template_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["what"]._description_selection(self.env))
        for rule in self:
            name = words.get(rule.what, "")
            rule.display_name = (
                f"{name} ({rule.template_id.display_name})" if rule.template_id else name
            )


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        return [*super()._cn285_authorships(), ("cn285.sign.rule", "countersigner_id")]
