from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.exceptions import UserError
from odoo.tools import split_every

from .kinds import Paper

# Contracts whose documents a job makes together.
FILED_TOGETHER = 50
# Kinds of documents that tell prices.
PRICED = frozenset({"quote", "contract", "amendment", "termination"})
# States of documents that customers see: neither drafts, nor what was not signed.
SHOWN = ("final", "superseded")
# Of contracts' items, what their papers tell of it.
READ_AHEAD = frozenset({"calculator_ids", "discount_ids", "version_ids"})


class Contract(models.Model):
    """A contract's documents: what was agreed, as it was printed at its confirmation and since."""

    _inherit = "cn285.contract"

    document_ids = fields.One2many("cn285.document", "contract_id", string="Papers", readonly=True)
    document_count = fields.Integer(compute="_compute_document_count", string="Number of Documents")
    has_paper = fields.Boolean(
        compute="_compute_has_paper",
        compute_sudo=True,
        help="Its paper is filed, and holds: what alters it is a change, with its amendment.",
    )
    terms_document_id = fields.Many2one(
        "cn285.document",
        string="Terms and Conditions",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="The version that was in force when the contract was confirmed.",
    )

    def _compute_document_count(self):
        counts = dict(
            self.env["cn285.document"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
            if self.env["cn285.document"].has_access("read")
            else []
        )
        for contract in self:
            contract.document_count = counts.get(contract._origin, 0)

    @api.depends("document_ids.kind", "document_ids.state")
    def _compute_has_paper(self):
        for contract in self:
            papers = contract.document_ids.filtered(lambda one: one.kind == "contract")
            contract.has_paper = bool(papers.filtered(lambda one: one.state in SHOWN))

    # === FILING === #

    def action_confirm(self):
        result = super().action_confirm()
        self._note_terms()
        self._delay_documents()
        return result

    def _note_terms(self):
        """Keep which version of the terms and conditions each contract was made under."""
        for (company, lang), contracts in self.grouped(
            lambda one: (one.company_id, one.partner_id.lang)
        ).items():
            terms = company._cn285_terms_in_force(lang)
            contracts._write_inside({"terms_document_id": terms.id})

    def _note_terms_of(self, changes):
        """A new holder's contract goes on under the terms and conditions of the one before."""
        for change in changes.filtered(lambda one: one.type == "holder"):
            terms = change.contract_id.terms_document_id
            change.result_contract_id._write_inside({"terms_document_id": terms.id})

    def _delay_documents(self):
        """Order jobs that file the contracts' documents, where the company wants them."""
        wanted = self.filtered(lambda one: one.company_id.cn285_files_documents)
        for ids in split_every(FILED_TOGETHER, wanted.ids):
            contracts = self.browse(ids)
            contracts.with_delay(
                channel="root.documents",
                description=self.env._("Documents of %s contracts", len(ids)),
            )._job_file_documents()

    def _job_file_documents(self):
        """Job: file the contracts as they were confirmed. Safe to run again."""
        texts, contracts = {}, self.exists()
        # Read for all of them together.
        for name in READ_AHEAD & contracts.item_ids._fields.keys():
            contracts.item_ids.mapped(name)
        papers = self.env["cn285.document"]._file_many(
            [one._contract_paper(f"{self._name},{one.id}:confirmed", texts) for one in contracts]
        )
        papers._delay_sending()

    def action_file_contract(self):
        """File the contract as it is now, where no paper of it is filed yet.

        What was filed is not replaced by one side alone: changes alter it, by their amendments.

        :raises UserError: naming a draft, or a contract that has its paper
        """
        for contract in self:
            contract.check_access("write")
            if contract.state == "draft":
                raise UserError(
                    self.env._("Contract %s is a draft: preview it instead.", contract.name)
                )
            if contract.has_paper:
                raise UserError(
                    self.env._(
                        "Contract %s has its paper, which both sides go by: what is to read "
                        "otherwise is agreed on by a change, and filed as its amendment.",
                        contract.name,
                    )
                )
            contract._file_contract()
        return True

    def _file_contract(self, source=None):
        """File this contract's paper, in its customer's language."""
        return self.env["cn285.document"]._file(*self._contract_paper(source))

    def _contract_paper(self, source=None, texts=None):
        """The contract as a document to be filed, in its customer's language.

        :param source: what it is made from, see ``Paper``
        :param texts: see :meth:`cn285.document._drawing`
        :returns: a ``Paper``
        """
        self.ensure_one()
        # sudo: the paper says all of the contract, whoever has it made.
        localised = in_language_of(self.sudo(), self.partner_id)
        title = localised.env._("Contract %s", self.name)
        documents = self.env["cn285.document"]
        return Paper(
            documents._drawing("contract", localised, localised.partner_id, texts),
            {
                "kind": "contract",
                "title": title,
                "contract_id": self.id,
                "date": self.date_concluded or self.company_id._cn285_today(),
                "file_name": f"{title}.pdf".replace("/", "-"),
                "lang": localised.env.lang,
            },
            source,
        )

    def _document_pdf(self, kind):
        """A paper about this record as PDF, in the language of the context."""
        self.ensure_one()
        letter = self.env["cn285.letter.template"]._write_letter(kind, self, self.partner_id)
        return self.company_id._cn285_letters(letter)

    def action_view_documents(self):
        """All that makes up the contract, in the order of days."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_document.action_document")
        terms = self.terms_document_id.ids
        action["domain"] = ["|", ("contract_id", "=", self.id), ("id", "in", terms)]
        action["context"] = {
            "default_contract_id": self.id,
            "default_company_id": self.company_id.id,
            "create": self.is_editable,
        }
        action["display_name"] = self.env._("Documents of %s", self.name)
        return action

    def _customer_documents(self):
        """Final documents that the customer may see, terms included; the newest first.

        Who is sold to by a reseller is shown none that tell the reseller's prices.
        """
        self.ensure_one()
        found = (self.document_ids | self.terms_document_id).filtered(
            lambda one: one.is_for_customer and one.state in SHOWN and one.attachment_id
        )
        if not self._portal_shows_prices():
            found = found.filtered(lambda one: one.kind not in PRICED)
        return found.sorted(lambda one: (one.date, one.id), reverse=True)
