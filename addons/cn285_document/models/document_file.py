from odoo import api, models
from odoo.addons.cn285_renewal.models.proof_attachment import CONTENT
from odoo.exceptions import AccessError

# Nor is a file given a way around who may see its document.
WRITTEN_ONCE = CONTENT | {"access_token", "public"}


class IrAttachment(models.Model):
    """Files of final documents are written once, whoever writes; the superuser too."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if WRITTEN_ONCE & vals.keys() and not self._cn285_is_same_file(vals):
            self._cn285_refuse_documents()
        return super().write(vals)

    def _cn285_is_same_file(self, vals):
        """Whether nothing but the place changes where the very bytes are kept.

        Administrators move files from the database to the disk and back: Odoo writes them anew.
        """
        if not vals.keys() <= {"raw", "mimetype"} or not isinstance(vals.get("raw"), bytes):
            return False
        return all(
            one.raw == vals["raw"] and vals.get("mimetype", one.mimetype) == one.mimetype
            for one in self
        )

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
