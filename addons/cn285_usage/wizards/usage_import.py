import base64

from odoo import fields, models


class UsageImport(models.TransientModel):
    _name = "cn285.usage.import"
    _description = "Import of Usage Events"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    source = fields.Char(default="csv", help="The source of rows that have none of their own.")
    park = fields.Boolean(
        string="Park Unknown", help="Keep events for contracts or items that are not known yet."
    )
    accepted = fields.Integer(readonly=True)
    duplicates = fields.Integer(readonly=True)
    parked = fields.Integer(readonly=True)
    refused = fields.Integer(readonly=True)
    error_file = fields.Binary(readonly=True, attachment=False)
    error_name = fields.Char(default="refused.csv", readonly=True)
    done = fields.Boolean(readonly=True)

    def action_import(self):
        """Record the file's events; shows the counts and offers the refused rows as a file."""
        self.ensure_one()
        content = base64.b64decode(self.file)
        report = self.env["cn285.usage.event"].ingest_csv(content, self.source, self.park)
        self.write(
            {
                "accepted": report["accepted"],
                "duplicates": report["duplicates"],
                "parked": report["parked"],
                "refused": len(report["refused"]),
                "error_file": report["errors"]
                and base64.b64encode(("\ufeff" + report["errors"]).encode()),
                "done": True,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
