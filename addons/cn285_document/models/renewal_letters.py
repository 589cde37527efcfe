"""Letters that left are filed too: renewal notices, confirmations of ends and withdrawals."""

from odoo import api, models


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _attach_letter(self, letter):
        attachment = super()._attach_letter(letter)
        contract = self.contract_id
        contract._file_letter("termination", letter.subject, attachment)
        return attachment

    def _file_evidence(self):
        """What customers gave as evidence of a reason is filed once the change has taken effect."""
        # sudo: files of customers, who have no rights on attachments.
        for change in self.sudo().filtered("evidence_ids"):
            for attachment in change.evidence_ids:
                change.contract_id._file_letter("evidence", attachment.name, attachment)


class RenewalNoticeSending(models.Model):
    _inherit = "cn285.renewal.notice.sending"

    @api.model_create_multi
    def create(self, vals_list):
        sendings = super().create(vals_list)
        for sending in sendings.filtered("attachment_id"):
            notice = sending.notice_id
            notice.contract_id._file_letter(
                "notice", sending.subject or notice.display_name, sending.attachment_id
            )
        return sendings


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _file_letter(self, kind, title, attachment):
        """File a letter that left, with its very bytes, once.

        :param kind: of the document
        :param attachment: the letter's file, which stays where it is
        """
        self.ensure_one()
        # sudo: what left belongs to the contract, whoever sent it.
        attachment = attachment.sudo()
        return self.env["cn285.document"]._file(
            attachment.raw,
            {
                "kind": kind,
                "title": title,
                "contract_id": self.id,
                "date": self.company_id._cn285_today(),
                "file_name": attachment.name,
            },
            source=f"{attachment._name},{attachment.id}",
        )
