from ast import literal_eval

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .segment_kinds import SEGMENT_KINDS, SegmentKind

# Dates of contracts about which a plan of one's own may be.
DATE_FIELDS = ("date_start", "date_end", "planned_end", "term_end", "commitment_end")


class Segment(models.Model):
    """A set of contracts, or of their items, that a company watches: who is in it, since when."""

    _name = "cn285.segment"
    _description = "Segment of Contracts"
    _inherit = ["cn285.editable", "cn285.guarded", "cn285.bounded"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection("_kind_selection", required=True, default="cancellation")
    days = fields.Integer(help="How near, or how long: what it means stands beside it.")
    days_words = fields.Char(compute="_compute_words", string="What the Days Mean")
    date_words = fields.Char(
        compute="_compute_words",
        string="Its Date",
        help="The date that the segment is about; steps of plans come before or after it.",
    )
    domain = fields.Char(string="Filter", default="[]", help="Of contracts, where it is by one.")
    date_field = fields.Selection(
        "_date_field_selection",
        string="Date of the Contract",
        help="The date that a segment of one's own is about. Left empty: the day on which a "
        "contract came in.",
    )
    member_ids = fields.One2many("cn285.segment.member", "segment_id", string="Members")
    member_count = fields.Integer(compute="_compute_member_count", string="In It Now")
    evaluated_at = fields.Datetime(string="Looked At", readonly=True, copy=False)
    evaluated_by_id = fields.Many2one(
        "res.users", string="Looked At By", readonly=True, copy=False, ondelete="restrict"
    )
    problem = fields.Char(readonly=True, copy=False, help="Why it could not be looked at.")

    _days_positive = models.Constraint("CHECK(days >= 0)", "A number of days is 0 or more.")

    # === KINDS === #

    @api.model
    def _kinds(self) -> dict[str, SegmentKind]:
        """What segments there are, by name; another addon adds its own to ``super()._kinds()``."""
        return SEGMENT_KINDS

    @api.model
    def _kind_selection(self):
        kinds = self._kinds().items()
        return [(name, self.env._(kind.label)) for name, kind in kinds if kind.is_there(self.env)]

    @api.model
    def _date_field_selection(self):
        contracts = self.env["cn285.contract"]
        return [
            (name, contracts._fields[name]._description_string(self.env)) for name in DATE_FIELDS
        ]

    def _kind(self):
        self.ensure_one()
        return self._kinds()[self.kind]

    # === COMPUTES === #

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_words(self):
        for segment in self:
            kind = self._kinds().get(segment.kind)
            segment.days_words = kind and kind.days_label and self.env._(kind.days_label)
            segment.date_words = kind and self.env._(kind.date_label)

    @api.depends("member_ids.left_on")
    def _compute_member_count(self):
        counts = dict(
            self.env["cn285.segment.member"]._read_group(
                [("segment_id", "in", self.ids), ("left_on", "=", False)],
                ["segment_id"],
                ["__count"],
            )
        )
        for segment in self:
            segment.member_count = counts.get(segment, 0)

    # === CRUD === #

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "days": Bound(0, 3660)}

    @api.constrains("domain", "kind", "date_field")
    def _check_domain(self):
        """A filter is looked through by who writes it: nothing is found by what he may not read.

        :raises ValidationError: for what is no filter of contracts
        """
        for segment in self:
            try:
                domain = segment._own_domain(segment.company_id)
                self.env["cn285.contract"].search(domain, limit=1)
            except ValidationError:
                raise
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "Segment “%(segment)s”: this is no filter of contracts: %(domain)s",
                        segment=segment.name,
                        domain=segment.domain,
                    )
                ) from error

    def write(self, vals):
        """Of a segment that is archived nobody is a member any more."""
        result = super().write(vals)
        if "active" in vals:
            self._evaluate()
        return result

    def _own_domain(self, company):
        """The filter, for contracts of a company."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]")) & Domain("company_id", "=", company.id)

    def action_view_members(self):
        """Open who is in it, and who was."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_campaign.action_segment_member"
        )
        return {**action, "domain": [("segment_id", "=", self.id)]}
