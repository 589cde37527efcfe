"""How documents are filed: with a number, a version and a fingerprint, each source once."""

from odoo import api, models

from ..engine.fingerprint import fingerprint


class Document(models.Model):
    _inherit = "cn285.document"

    @api.model
    def _file(self, content, values, source=None):
        """File one final document; what was filed from a source before is returned as it is.

        :param content: the file's bytes
        :param dict values: ``title``, ``kind``, ``contract_id`` or ``company_id``, ``file_name`` …
        :param source: what it is made from, as text; the same source is filed once
        :returns: the document
        """
        # sudo: documents follow from what their contracts do, whoever does it.
        documents = self.sudo()._inside()
        known = source and documents.search([("source", "=", source)], limit=1)
        if known:
            return known
        document = documents.create({**values, "source": source})
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(  # sudo: as above
                {
                    "name": values.get("file_name") or values["title"],
                    "raw": content,
                    "res_model": self._name,
                    "res_id": document.id,
                }
            )
        )
        document.write({"attachment_id": attachment.id})
        self._file_all([document], [content])
        return document

    @api.model
    def _file_all(self, documents, contents):
        """Make drafts final, in order; some kinds take the place of the last of them.

        :param contents: the bytes of each one's file
        """
        for document, content in zip(documents, contents, strict=True):
            known, before = fingerprint(content), document._before()
            document._write_inside(
                {
                    "name": document._next_number(),
                    "sha256": known.sha256,
                    "size": known.size,
                    "version": (before[:1].version or 0) + 1,
                    "previous_id": before[:1].id if document._replaces() else False,
                    "file_name": document.file_name or document.title,
                    "state": "final",
                }
            )
            if document._replaces():
                before._write_inside({"state": "superseded"})

    def _replaces(self):
        """Whether the document takes the place of the one of its kind before it."""
        self.ensure_one()
        return self._kinds()[self.kind].replaces

    def _before(self):
        """What was filed before of this kind, of the contract or company; the last first."""
        self.ensure_one()
        domain = [("kind", "=", self.kind), ("state", "!=", "draft"), ("id", "!=", self.id)]
        if self.contract_id:
            domain.append(("contract_id", "=", self.contract_id.id))
        else:
            domain += [("contract_id", "=", False), ("company_id", "=", self.company_id.id)]
            if self.lang:
                domain.append(("lang", "=", self.lang))
        # sudo: numbers follow one another whoever may read which.
        return self.sudo().search(domain, order="version desc, id desc")

    def _next_number(self):
        self.ensure_one()
        sequence = self.env["ir.sequence"].sudo().with_company(self.company_id)  # sudo: as above
        return sequence.next_by_code("cn285.document", sequence_date=self.date)
