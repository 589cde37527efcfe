from markupsafe import Markup
from odoo import api, fields, models

from ..models.privacy.person import Person


class PartnerAnonymise(models.TransientModel):
    """A dialog that makes a person anonymous: what will be done, and what the law keeps."""

    _name = "cn285.partner.anonymise"
    _description = "Make a Person Anonymous"

    partner_id = fields.Many2one("res.partner", string="Person", required=True, readonly=True)
    keep_proofs = fields.Boolean(
        help="Declarations, letters and files stay until their retention is over, as evidence "
        "against later claims (GDPR, article 17-3-e)."
    )
    obstacles = fields.Text(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("partner_id", "keep_proofs")
    def _compute_preview(self):
        data = self.env["cn285.personal.data"]
        for wizard in self:
            wizard.obstacles, wizard.preview = False, False
            if not wizard.partner_id:
                continue
            data._check_administrator(wizard.partner_id)
            wizard.obstacles = "\n".join(data._obstacles(Person(wizard.partner_id)))
            lines = data._preview(wizard.partner_id, wizard.keep_proofs)
            rows = Markup("").join(
                Markup("<tr><td>%s</td><td class='text-end'>%s</td><td>%s</td></tr>") % line
                for line in lines
            )
            wizard.preview = (
                Markup("<table class='table table-sm'><thead><tr><th>%s</th>") % self.env._("What")
                + Markup("<th class='text-end'>%s</th><th>%s</th></tr></thead>")
                % (self.env._("Records"), self.env._("What Becomes of It"))
                + Markup("<tbody>%s</tbody></table>") % rows
            )

    def action_anonymise(self):
        """Make the person anonymous; there is no way back."""
        self.ensure_one()
        self.env["cn285.personal.data"]._anonymise(self.partner_id, self.keep_proofs)
        return {"type": "ir.actions.act_window_close"}
