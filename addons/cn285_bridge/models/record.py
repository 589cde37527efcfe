from odoo import fields, models


class BridgeRecord(models.AbstractModel):
    """Something about a record here that a bridge keeps in step: a binding, a note to send."""

    _name = "cn285.bridge.record"
    _description = "Bridge Record"

    kind_id = fields.Many2one(
        "cn285.bridge.kind", required=True, ondelete="cascade", index=True, readonly=True
    )
    backend_id = fields.Many2one(
        related="kind_id.backend_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="kind_id.company_id", store=True, precompute=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
