from odoo import fields, models


class SegmentMember(models.Model):
    """That a contract, or an item of it, was in a segment: from a day on, and until when.

    Append-only: who comes back is a row more. The date that it is about may move meanwhile.
    """

    _name = "cn285.segment.member"
    _description = "Member of a Segment"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "entered_on desc, id desc"
    _rec_name = "contract_id"

    segment_id = fields.Many2one(
        "cn285.segment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    contract_id = fields.Many2one(
        "cn285.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    item_id = fields.Many2one(
        "cn285.contract.item", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    anchor = fields.Date(
        string="Date", required=True, readonly=True, help="The date that the segment is about."
    )
    entered_on = fields.Date(required=True, readonly=True)
    left_on = fields.Date(readonly=True, help="Empty: it is still in it.")

    _once = models.UniqueIndex(
        "(segment_id, contract_id, COALESCE(item_id, 0)) WHERE left_on IS NULL",
        "It is in this segment already.",
    )
