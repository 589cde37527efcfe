from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.identifiers import KINDS

STARTS = [
    ("date", "On the Given Day"),
    ("confirmed", "When the Network Confirms"),
    ("first_use", "With the First Use"),
]
OWNERSHIPS = [
    ("customer", "The Customer's Own"),
    ("sold", "Sold"),
    ("rented", "Rented Out"),
]
EARLY_ENDS = [
    ("billed", "The Rest Is Billed"),
    ("refused", "Refused"),
]
# What is billed while a device is suspended: see the type of change “Deactivation”.
SUSPENDED_BILLINGS = [
    ("billed", "Billed as Before"),
    ("credited", "Not Owed: What Was Invoiced is Credited"),
    ("kept", "Not Billed: What Was Invoiced Stays"),
]


class DeviceType(models.Model):
    """What devices of a sort have in common: how they start, what is billed, what names them."""

    _name = "cn285.device.type"
    _description = "Device Type"
    _inherit = ["cn285.editable", "cn285.guarded", "cn285.bounded"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="How programs and files name the type.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Left empty: for all companies.", default=False
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The device itself, where it is sold or kept in stock.",
    )
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Template item with which its devices are activated, unless another is given.",
    )
    plan_ids = fields.Many2many(
        "cn285.contract.template.item",
        "cn285_device_type_plan_rel",
        "type_id",
        "plan_id",
        string="Plans Allowed",
        check_company=True,
        help="Only by these plans are its devices served. Left empty: by all.",
    )
    term_months = fields.Integer(
        string="Term (Months)",
        default=12,
        help="How long an activated device is served, from its own first day. 0: as the contract.",
    )
    minimum_months = fields.Integer(
        string="Minimum Term (Months)",
        help="How long an activated device is billed at least, from its own first day. 0: no "
        "minimum.",
    )
    early_end = fields.Selection(
        EARLY_ENDS,
        string="Taken Off Before",
        default="billed",
        required=True,
        help="What happens when a device is returned, retired, moved or taken off its service "
        "before the end of its minimum term.",
    )
    starts = fields.Selection(
        STARTS,
        string="Billing Starts",
        default="date",
        required=True,
        help="From when on the service of an activated device is billed.",
    )
    suspended_billing = fields.Selection(
        SUSPENDED_BILLINGS, string="While Suspended", default="billed", required=True
    )
    ownership = fields.Selection(OWNERSHIPS, default="customer", required=True)
    asked_kinds = fields.Char(
        string="Identifiers Asked",
        help="Kinds of identifiers without which no device of this type is activated, parted by "
        "commas: iccid, imei, imsi, msisdn, eui, mac.",
    )
    device_count = fields.Integer(compute="_compute_device_count", string="Devices")

    _code_uniq = models.UniqueIndex(
        "(code, company_id) NULLS NOT DISTINCT WHERE code IS NOT NULL",
        "Another device type has this code.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_device_count(self):
        groups = self.env["cn285.device"]._read_group(
            [("type_id", "in", self.ids)], ["type_id"], ["__count"]
        )
        counts = {device_type.id: count for device_type, count in groups}
        for device_type in self:
            device_type.device_count = counts.get(device_type.id, 0)

    @api.constrains("term_months", "minimum_months")
    def _check_term_months(self):
        for device_type in self:
            if device_type.term_months and device_type.minimum_months > device_type.term_months:
                raise ValidationError(
                    self.env._(
                        "Device type “%s”: its minimum term is longer than its term.",
                        device_type.name,
                    )
                )
            if min(device_type.term_months, device_type.minimum_months) < 0:
                raise ValidationError(
                    self.env._(
                        "Device type “%s”: a term is not negative; 0 is as long as the contract.",
                        device_type.name,
                    )
                )

    @api.constrains("asked_kinds")
    def _check_asked_kinds(self):
        for device_type in self:
            unknown = [kind for kind in device_type._asked() if kind not in KINDS]
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Device type “%(type)s”: “%(unknown)s” is no kind of identifier; known "
                        "are: %(known)s.",
                        type=device_type.name,
                        unknown=unknown[0],
                        known=", ".join(KINDS),
                    )
                )

    def _asked(self):
        """Kinds of identifiers that a device of this type needs before it is activated."""
        self.ensure_one()
        parts = (self.asked_kinds or "").replace(";", ",").split(",")
        return [part.strip().lower() for part in parts if part.strip()]
