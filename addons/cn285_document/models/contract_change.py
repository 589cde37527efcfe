from datetime import timedelta

from odoo import models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.tools import format_date, split_every

from ..engine.differences import differences
from .contract import FILED_TOGETHER
from .kinds import Paper

# What these alter is none of what the log keeps of before and after.
OUTSIDE_THE_LOG = frozenset({"discount_period", "contract_terms"})


class ContractChange(models.Model):
    """An amendment for each change that alters the contract, filed when it has taken effect.

    Which do says their type: :meth:`ChangeType.alters_contract`.
    """

    _inherit = "cn285.contract.change"

    def _log(self):
        result = super()._log()
        self.result_contract_id._note_terms_of(self)
        self._file_evidence()
        self._delay_amendments()
        return result

    def _delay_amendments(self):
        """Order jobs that file the amendments, where the company wants documents filed."""
        wanted = self.filtered(
            lambda one: one.company_id.cn285_files_documents and one._type().alters_contract(one)
        )
        for ids in split_every(FILED_TOGETHER, wanted.ids):
            self.browse(ids).with_delay(
                channel="root.documents",
                description=self.env._("Amendments of %s changes", len(ids)),
            )._job_file_amendments()

    def _job_file_amendments(self):
        """Job: file what these changes altered. Safe to run again."""
        self.exists()._file_amendments()._delay_sending()

    def _file_amendments(self):
        """File these changes' amendments, in their customers' languages, each once.

        A new holder's contract gets a paper of its own; a contract to which an item went, an
        amendment too.

        :returns: the documents; none of changes that altered nothing
        """
        texts, papers = {}, []
        for change in self.filtered(lambda one: one._is_amendment()):
            source = f"{self._name},{change.id}"
            papers.append(change._amendment_paper(change.date_effective, source, texts))
            other = change.result_contract_id
            if other and change.type == "holder":
                papers.append(other._contract_paper(f"{other._name},{other.id}:confirmed", texts))
            elif other:
                there = change._amendment_paper(
                    change.date_effective, f"{source}:{other.id}", texts, contract=other
                )
                papers.append(there)
        return self.env["cn285.document"]._file_many(papers)

    def _is_amendment(self):
        """Whether the change took effect, is of a type that alters the contract, and did so."""
        self.ensure_one()
        if self.state != "applied" or not self._type().alters_contract(self):
            return False
        found = differences(self.before or {}, self.after or {})
        brought = self.result_item_id or self.result_contract_id
        return bool(found or brought or self.type in OUTSIDE_THE_LOG)

    def _amendment_paper(self, day, source, texts=None, contract=None):
        """The amendment as a document to be filed, in the customer's language.

        :param day: of the document
        :param source: what it is made from, see ``Paper``
        :param texts: see :meth:`cn285.document._drawing`
        :param contract: which is amended; None: the change's own
        :returns: a ``Paper``
        """
        self.ensure_one()
        contract = contract or self.contract_id
        # sudo: the paper says all of the change, whoever has it made.
        localised = in_language_of(self.sudo(), contract.partner_id)
        title = localised.env._(
            "Amendment of %(date)s to contract %(contract)s",
            date=format_date(localised.env, self.date_effective),
            contract=contract.name,
        )
        draw = self.env["cn285.document"]._drawing(
            "amendment",
            localised.with_context(cn285_amended=contract.id),
            contract.sudo().partner_id,  # sudo: as above
            texts,
        )
        values = {
            "kind": "amendment",
            "title": title,
            "contract_id": contract.id,
            "date": day,
            "file_name": f"{title}.pdf".replace("/", "-"),
            "lang": localised.env.lang,
        }
        return Paper(draw, values, source)

    def _amended_contract(self):
        """The contract whose amendment is written: the change's own, or where its item went."""
        self.ensure_one()
        other = self.result_contract_id
        return other if self.env.context.get("cn285_amended") == other.id else self.contract_id

    def _document_changed(self):
        """``(term, before → after)`` of this change, in the language of the context.

        Of one that is sent to be signed, what it will alter: it is tried, and undone.
        """
        self.ensure_one()
        return self._undone(self._try_and_tell) if self.state == "draft" else self._told_changed()

    def _try_and_tell(self):
        """Let the change take effect, after what is planned for days before it, and tell what it
        altered; the caller undoes it.
        """
        change = self.with_context(tracking_disable=True, mail_notrack=True)
        day = change.date_effective + timedelta(days=1)
        change._play_plans(change._touched_contracts(), day)
        today = change.company_id._cn285_today()
        change._write_inside({"state": "scheduled", "date_scheduled": today})
        change._apply()
        return change._told_changed()

    def _told_changed(self):
        self.ensure_one()
        facts = []
        if self.item_id:
            facts.append((self.env._("Item"), self.item_id.name))
        said = self._portal_description() if self.details else self.description or ""
        facts.append((self._type_label(), said))
        brought = self.result_item_id
        if brought and brought != self.item_id:
            owner = brought.contract_id
            facts += [
                (brought.name, brought._document_text(line, owner._prices_with_tax()))
                for line in owner._document_lines()
                if line["item"] == brought
            ]
        # Where an item went, it is new: what became of it here is none of theirs.
        altered = self._altered_terms() if self._amended_contract() == self.contract_id else ()
        facts += [
            (
                self._term_label(one.name),
                f"{self._term_text(one.name, one.before)} → {self._term_text(one.name, one.after)}",
            )
            for one in altered
        ]
        return facts

    def _altered_terms(self):
        """What the change altered."""
        self.ensure_one()
        return differences(self.before or {}, self.after or {})

    def _term_label(self, name):
        model, field = self._term_field(name)
        return self.env[model]._fields[field]._description_string(self.env)

    @staticmethod
    def _term_field(name):
        of_item = name.startswith("item.")
        return ("cn285.contract.item" if of_item else "cn285.contract"), name.removeprefix("item.")

    def _term_text(self, name, value):
        """A kept value as it is read: a choice by its words, a record by its name."""
        model, field_name = self._term_field(name)
        field = self.env[model]._fields[field_name]
        if value is None:
            return "–"
        if field.type == "many2one":
            return value[1] if isinstance(value, list) else str(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "date":
            return format_date(self.env, value)
        if field_name == "price_unit":
            contract = self.contract_id
            with_tax = contract._prices_with_tax() and bool(self.item_id)
            price = self.item_id._with_tax(value) if with_tax else value
            return f"{contract._money_text(price)} {contract._tax_words(with_tax)}"
        if isinstance(value, float):
            return self.env["cn285.billing.schedule"]._plain(repr(value))
        return str(value)
