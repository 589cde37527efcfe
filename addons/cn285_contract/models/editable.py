from odoo import api, fields, models


class Editable(models.AbstractModel):
    """Tells screens whether their user may edit a record, so that they offer what can be done.

    Rights of reading go further than those of writing: accountants read all contracts, and whoever
    writes his own may read all of them as well. Buttons that write are hidden by ``is_editable``.
    """

    _name = "cn285.editable"
    _description = "Records that Say Whether They May Be Edited"

    is_editable = fields.Boolean(compute="_compute_is_editable")

    @api.depends_context("uid", "su", "allowed_company_ids")
    def _compute_is_editable(self):
        """One question for all that is saved; of what is new, whether it may be created."""
        editable = self._origin._filtered_access("write")
        may_create = self.browse().has_access("create")
        for record in self:
            record.is_editable = record._origin in editable if record._origin else may_create
