from odoo import api, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    """Who asked for something, approved or sent it stays known: such users are archived."""

    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        """Pairs of model and field that tell for good who did something.

        Another addon adds its own.
        """
        return [
            ("cn285.contract.change", "requested_by"),
            ("cn285.contract.change", "approved_by"),
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_author(self):
        for model, field in self._cn285_authorships():
            # sudo: whether there is one, whoever may read it.
            record = self.env[model].sudo().search([(field, "in", self.ids)], limit=1)
            if record:
                raise UserError(
                    self.env._(
                        "%(user)s cannot be deleted: “%(record)s” tells who did it (%(field)s). "
                        "Archive the user instead.",
                        user=record[field].name,
                        record=record.display_name,
                        field=record._fields[field]._description_string(self.env),
                    )
                )
