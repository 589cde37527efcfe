from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound
from odoo.exceptions import ValidationError

from .offer_kinds import OFFER_KINDS, OfferKind


class RetentionOfferTemplate(models.Model):
    """What may be offered to a customer so that he stays."""

    _name = "cn285.retention.offer.template"
    _description = "Kind of Retention Offer"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection("_kind_selection", required=True, default="discount")
    percent = fields.Float(string="Discount (%)", digits=(16, 2), default=20.0)
    months = fields.Integer(string="For (months)", default=3)
    days = fields.Integer(string="Pause (days)", default=30)
    product_id = fields.Many2one("product.product", string="Lesser Product", check_company=True)
    valid_days = fields.Integer(
        string="Valid for (days)",
        default=14,
        required=True,
        help="The day on which it is made counts; after the last one it has expired.",
    )
    keeps = fields.Boolean(
        string="Takes Back Cancellations",
        default=True,
        help="Who accepts stays: terminations and ends of items that are scheduled are cancelled. "
        "The customer is told so before he accepts.",
    )
    measured_months = fields.Integer(
        string="Measured After (months)",
        default=3,
        required=True,
        help="How many months after the offer it is looked at what of the recurring revenue is "
        "left.",
    )
    reason_id = fields.Many2one(
        "cn285.change.reason", string="Reason of the Changes", ondelete="restrict"
    )

    @api.model
    def _kinds(self) -> dict[str, OfferKind]:
        """What can be offered, by name; another addon adds its own to ``super()._kinds()``."""
        return OFFER_KINDS

    @api.model
    def _kind_selection(self):
        return [(name, self.env._(kind.label)) for name, kind in self._kinds().items()]

    def _kind(self):
        self.ensure_one()
        return self._kinds()[self.kind]

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "percent": Bound(0, 100),
            "months": Bound(0, 120),
            "days": Bound(0, 366),
            "valid_days": Bound(1, 366),
            "measured_months": Bound(1, 60),
        }

    @api.constrains("kind", "percent", "months", "days", "product_id")
    def _check_complete(self):
        for template in self:
            for name in template._kind().needs:
                if not template[name]:
                    raise ValidationError(
                        self.env._(
                            "“%(offer)s” needs a value: %(field)s.",
                            offer=template.name,
                            field=self._fields[name]._description_string(self.env),
                        )
                    )
