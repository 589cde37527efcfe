from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

# What makes a file what it is, and whose; its link for the customer may come later.
CONTENT = {
    "checksum",
    "datas",
    "db_datas",
    "mimetype",
    "name",
    "raw",
    "res_field",
    "res_id",
    "res_model",
    "store_fname",
    "type",
    "url",
}
# Where files are named that prove what was sent: model and field.
PROOFS = (
    ("cn285.renewal.notice.sending", "attachment_id"),
    ("cn285.contract.change", "confirmation_id"),
    ("cn285.contract.change", "evidence_ids"),
)


class IrAttachment(models.Model):
    """What proves what was sent is written once: letters, confirmations, customers' evidence.

    Whoever may edit the contract could otherwise put another letter in the place of the one that
    left. Only the superuser, and whatever deletes the record that names the file, gets past.
    """

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys():
            self._cn285_refuse_proofs()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_no_proofs(self):
        self._cn285_refuse_proofs()

    def _cn285_refuse_proofs(self):
        """Refuse to change or delete files that prove a sending.

        :raises AccessError: naming the first of them
        """
        # Not for sudo: routes of Odoo delete files of messages with it, in the user's name.
        if self.env.uid == SUPERUSER_ID or not self.ids:
            return
        for model, name in PROOFS:
            # sudo: that it is a proof is true for whoever touches it.
            proof = self.env[model].sudo().search([(name, "in", self.ids)], limit=1)
            if proof:
                # sudo: who touches a file may be told its name
                raise AccessError(
                    self.env._(
                        "“%(file)s” proves what was sent (%(record)s): it is neither changed nor "
                        "deleted.",
                        file=(proof[name] & self.sudo())[:1].name,
                        record=proof.display_name,
                    )
                )
