from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq

from ..engine.evidence import MOST_FILES

# By what a file is found that was uploaded for a reason that was not notified yet.
MARK = "cn285_termination_evidence"
# So long a summary may lie open before its files are thrown away.
KEPT_HOURS = 24
# So many files of a contract may wait for that.
MOST_PENDING = 4 * MOST_FILES


class Contract(models.Model):
    """Evidence of a legitimate reason, which customers upload before they notify it (D215-2)."""

    _inherit = "cn285.contract"

    def _keep_evidence(self, files):
        """Keep files until the reason is notified; they are no documents of the contract.

        :param files: :class:`..engine.evidence.Evidence`, checked
        :returns: attachments, each with the token that the page hands back
        """
        self.ensure_one()
        # sudo: files of a visitor, who has no rights on attachments.
        attachments = self.env["ir.attachment"].sudo()
        kept = attachments.create(
            [
                {
                    "name": file.name,
                    "raw": file.content,
                    "mimetype": file.mimetype,
                    "description": MARK,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for file in files
            ]
        )
        kept.generate_access_token()
        return kept

    def _takes_evidence(self):
        """Whether more files are kept: forms sent again and again do not fill the disk."""
        self.ensure_one()
        pending = self.env["ir.attachment"].sudo()  # sudo: only how many there are
        domain = [("description", "=", MARK), ("res_model", "=", self._name)]
        return pending.search_count([*domain, ("res_id", "=", self.id)]) < MOST_PENDING

    def _kept_evidence(self, handles):
        """The files of this contract whose handles (``id-token``) a page hands back."""
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo()  # sudo: as above; each has its token
        found = attachments.browse()
        for handle in handles:
            number, _dash, token = handle.partition("-")
            if not (number.isascii() and number.isdigit() and len(number) < 10 and token.isascii()):
                continue
            file = attachments.browse(int(number)).exists()
            own = file.res_model == self._name and file.res_id == self.id
            if own and file.description == MARK and consteq(file.access_token or "", token):
                found |= file
        return found


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    evidence_ids = fields.Many2many(
        "ir.attachment",
        "cn285_contract_change_evidence_rel",
        "change_id",
        "attachment_id",
        readonly=True,
        copy=False,
        help="What the customer uploaded for the legitimate reason.",
    )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.autovacuum
    def _gc_cn285_evidence(self):
        """Throw away what was uploaded for a termination that nobody notified."""
        since = fields.Datetime.now() - timedelta(hours=KEPT_HOURS)
        self.sudo().search(  # sudo: the vacuum's; files of visitors belong to nobody
            [
                ("description", "=", MARK),
                ("res_model", "=", "cn285.contract"),
                ("create_date", "<", since),
            ]
        ).unlink()
