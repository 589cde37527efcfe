"""How documents are filed: with a number, a version and a fingerprint, each source once."""

from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.addons.cn285_renewal.report.letter_pdf import Letter

from ..engine.fingerprint import fingerprint
from .kinds import Paper


class Document(models.Model):
    _inherit = "cn285.document"

    @api.model
    def _file(self, content, values, source=None):
        """File one final document; what was filed from a source before is returned as it is.

        :returns: the document; see :class:`Paper` for the rest
        """
        return self._file_many([Paper(content, values, source)])

    @api.model
    def _file_many(self, papers):
        """File final documents, each as :meth:`_file`: together, in few statements.

        :param papers: list of :class:`Paper`
        :returns: the documents, in the same order
        """
        # sudo: documents follow from what their contracts do, whoever does it.
        documents = self.sudo()._inside()
        sources = [paper.source for paper in papers if paper.source]
        known = {one.source: one for one in documents.search([("source", "in", sources)])}
        new = [paper for paper in papers if paper.source not in known]
        made = documents.create([{**paper.values, "source": paper.source} for paper in new])
        numbers = made._next_numbers()
        contents = [
            paper.content(number) if callable(paper.content) else paper.content
            for paper, number in zip(new, numbers, strict=True)
        ]
        made._attach(contents)
        made._file_all(contents, numbers)
        filed = iter(made)
        return documents.union(
            *(known.get(paper.source) or next(filed) for paper in papers)
        ).with_env(documents.env)

    def _attach(self, contents):
        """Keep these bytes as the files of drafts."""
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .create(  # sudo: see _file_many
                [
                    {
                        "name": document.file_name or document.title,
                        "raw": content,
                        "res_model": self._name,
                        "res_id": document.id,
                    }
                    for document, content in zip(self, contents, strict=True)
                ]
            )
        )
        for document, attachment in zip(self, attachments, strict=True):
            document.write({"attachment_id": attachment.id})

    def _file_all(self, contents, numbers=None):
        """Make drafts final, in order; some kinds take the place of the last of them.

        :param contents: the bytes of each one's file
        :param numbers: those given already; None: the next ones
        """
        # sudo: versions and numbers follow one another whoever may read which.
        filed = defaultdict(self.browse)
        for document in self.sudo()._filed_before():
            filed[document._row()] |= document
        numbers = numbers or self._next_numbers()
        for document, content, number in zip(self, contents, numbers, strict=True):
            known, replaces = fingerprint(content), document._replaces()
            before = filed[document._row()].filtered(document._is_followed_in_language)
            before = before.sorted("version", reverse=True).sudo()  # sudo: as above
            document._write_inside(
                {
                    "name": number,
                    "sha256": known.sha256,
                    "size": known.size,
                    "version": (before[:1].version or 0) + 1,
                    "previous_id": (
                        document.previous_id or (before[:1] if replaces else before[:0])
                    ).id,
                    "file_name": document.file_name or document.title,
                    "state": "final",
                }
            )
            if replaces:
                before.filtered(lambda one: one.state == "final")._write_inside(
                    {"state": "superseded"}
                )
            document._supersede_named()
            filed[document._row()] |= document

    def _supersede_named(self):
        """What this document was filed in the place of, by name, is replaced: a signed copy's
        original.
        """
        self.ensure_one()
        named = self.sudo().previous_id  # sudo: as in _file_all
        if named.state == "final":
            named._write_inside({"state": "superseded"})

    def _replaces(self):
        """Whether the document takes the place of the one of its kind before it."""
        self.ensure_one()
        return self._kinds()[self.kind].replaces

    def _filed_before(self):
        """What was filed before of these kinds, of these contracts or companies."""
        companies = self.filtered(lambda one: not one.contract_id).company_id
        return self.search(
            [
                ("kind", "in", list({one.kind for one in self})),
                ("state", "!=", "draft"),
                ("id", "not in", self.ids),
                "|",
                ("contract_id", "in", self.contract_id.ids),
                "&",
                ("contract_id", "=", False),
                ("company_id", "in", companies.ids),
            ]
        )

    def _row(self):
        """What is counted as versions of one another: a kind of a contract, or of a company."""
        self.ensure_one()
        return self.kind, self.contract_id.id or 0, 0 if self.contract_id else self.company_id.id

    def _is_followed_in_language(self, other):
        """Whether another document was in the language of this one: terms have a row for each."""
        return self.contract_id or not self.lang or other.lang == self.lang

    def _next_numbers(self):
        """Numbers of these documents, by their companies, kinds and days, in order."""
        numbers, numberings = {}, self.env["cn285.document.numbering"]
        for (company, kind), documents in self.grouped(
            lambda one: (one.company_id, one.kind)
        ).items():
            given = numberings._of(company, kind)._next(documents.mapped("date"))
            numbers.update(zip(documents.ids, given, strict=True))
        return [numbers[document.id] for document in self]

    # === PAPERS OF OURS === #

    @api.model
    def _text_paper(self, contract, kind, title, paragraphs, source):
        """A text as a document of a contract, for addons that have no letter of their own.

        :param contract: in the language of its customer
        :param paragraphs: what it says, as plain texts
        :param source: see :class:`Paper`
        :returns: a :class:`Paper`
        """
        company, customer = contract.company_id, contract.payer_id or contract.partner_id

        def draw(number):
            letter = Letter(
                **company._cn285_letter_parties(customer),
                subject=title,
                body=list(paragraphs),
                reference=number,
            )
            return company._cn285_letters(letter)

        values = {
            "kind": kind,
            "title": title,
            "contract_id": contract.id,
            "date": company._cn285_today(),
            "file_name": f"{title}.pdf".replace("/", "-"),
            "lang": contract.env.lang,
        }
        return Paper(draw, values, source)

    @api.model
    def _drawing(self, kind, record, customer, texts=None):
        """How a letter is drawn once its number is known, which stands on each of its pages.

        :param kind: of ``cn285.letter.template``
        :param record: what it is about, in the language in which it is written
        :param texts: a dict that remembers texts while many are drawn
        :returns: a function of the number, which returns the bytes of a PDF
        """
        texts = {} if texts is None else texts
        letters, company = record.env["cn285.letter.template"], record.company_id

        def draw(number):
            key = kind, company.id, record.env.lang
            if key not in texts:
                texts[key] = letters._find(kind, company)
            letter = texts[key]._compose(letters._kinds()[kind].parts(record), company, customer)
            return company._cn285_letters(replace(letter, reference=number))

        return draw
