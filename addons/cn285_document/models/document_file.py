from odoo import api, models
from odoo.addons.cn285_renewal.models.proof_attachment import CONTENT
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """Files of final documents are written once, whoever writes; the superuser too."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys():
            self._cn285_refuse_documents()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_no_documents(self):
        self._cn285_refuse_documents()

    def _cn285_refuse_documents(self):
        """Refuse to change or delete files of final documents.

        :raises AccessError: naming the first of them
        """
        if not self.ids:
            return
        # sudo: that it is final is true for whoever touches its file.
        document = (
            self.env["cn285.document"]
            .sudo()
            .search([("attachment_id", "in", self.ids), ("state", "!=", "draft")], limit=1)
        )
        if document:
            raise AccessError(
                self.env._(
                    "“%(file)s” is the file of %(document)s, which is final: it is neither changed "
                    "nor deleted.",
                    file=document.attachment_id.name,
                    document=document.display_name,
                )
            )
