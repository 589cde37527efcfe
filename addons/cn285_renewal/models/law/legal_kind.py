from odoo import api, fields, models

LEGAL_KINDS = [
    ("consumer", "Consumer"),
    ("non_professional", "Non-Professional"),
    ("professional", "Professional"),
]


class ResPartner(models.Model):
    """What a customer is to the laws that protect some of them."""

    _inherit = "res.partner"

    cn285_legal_kind = fields.Selection(
        LEGAL_KINDS,
        string="Protection by Consumer Law",
        compute="_compute_cn285_legal_kind",
        store=True,
        readonly=False,
        help="Consumer: a person who does not act professionally. Non-professional: a legal person "
        "that does not act professionally, such as a homeowners' association. By default a person "
        "without a VAT number is a consumer, everybody else a professional.",
    )

    @api.depends("is_company", "parent_id", "vat")
    def _compute_cn285_legal_kind(self):
        for partner in self:
            person = not (partner.is_company or partner.vat or partner.parent_id)
            partner.cn285_legal_kind = "consumer" if person else "professional"

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "cn285_legal_kind"]

    def _cn285_is_professional(self):
        return self.commercial_partner_id.cn285_legal_kind == "professional"
