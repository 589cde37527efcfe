from odoo import models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.tools import format_date, split_every

from ..engine.differences import differences
from .contract import FILED_TOGETHER

# Ends have a letter of their own, and what stops or starts billing for a while alters no terms.
NO_AMENDMENT = frozenset({"terminate", "withdraw", "deactivate", "activate", "pause", "resume"})


class ContractChange(models.Model):
    """An amendment for each change that alters the contract, filed when it has taken effect."""

    _inherit = "cn285.contract.change"

    def _log(self):
        result = super()._log()
        self._delay_amendments()
        return result

    def _delay_amendments(self):
        """Order jobs that file the amendments, where the company wants documents filed."""
        wanted = self.filtered(
            lambda one: one.company_id.cn285_files_documents and one.type not in NO_AMENDMENT
        )
        for ids in split_every(FILED_TOGETHER, wanted.ids):
            self.browse(ids).with_delay(
                channel="root.documents",
                description=self.env._("Amendments of %s changes", len(ids)),
            )._job_file_amendments()

    def _job_file_amendments(self):
        """Job: file what these changes altered. Safe to run again."""
        for change in self.exists():
            change._file_amendment()

    def _file_amendment(self):
        """File this change's amendment, in the customer's language, once.

        :returns: the document; none where the change altered nothing
        """
        self.ensure_one()
        documents = self.env["cn285.document"]
        if self.state != "applied" or not self._differences_kept():
            return documents
        contract = self.contract_id
        # sudo: the paper says all of the change, whoever has it made.
        localised = in_language_of(self.sudo(), contract.partner_id)
        letters = localised.env["cn285.letter.template"]
        letter = letters._write_letter("amendment", localised, contract.partner_id)
        title = localised.env._(
            "Amendment of %(date)s to contract %(contract)s",
            date=format_date(localised.env, self.date_effective),
            contract=contract.name,
        )
        return documents._file(
            contract.company_id._cn285_letters(letter),
            {
                "kind": "amendment",
                "title": title,
                "contract_id": contract.id,
                "date": self.date_effective,
                "file_name": f"{title}.pdf".replace("/", "-"),
                "lang": localised.env.lang,
            },
            source=f"{self._name},{self.id}",
        )

    def _differences_kept(self):
        """What this change altered, by what was kept of before and after; or what it brought."""
        self.ensure_one()
        return differences(self.before or {}, self.after or {}) or self.result_item_id

    def _document_changed(self):
        """``(term, before → after)`` of this change, in the language of the context."""
        self.ensure_one()
        facts = []
        if self.item_id:
            facts.append((self.env._("Item"), self.item_id.name))
        facts.append((self._type_label(), self.details or self.description or ""))
        if self.result_item_id and self.result_item_id != self.item_id:
            [line] = [
                line
                for line in self.contract_id._portal_items()
                if line["item"] == self.result_item_id
            ] or [None]
            if line:
                text = line["item"]._document_text(
                    line["price"], line["rhythm"], self.contract_id._prices_with_tax()
                )
                facts.append((line["item"].name, text))
        facts += [
            (
                self._term_label(one.name),
                f"{self._term_text(one.name, one.before)} → {self._term_text(one.name, one.after)}",
            )
            for one in differences(self.before or {}, self.after or {})
        ]
        return facts

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
            return self.currency_id.format(value)
        if isinstance(value, float):
            return self.env["cn285.billing.schedule"]._plain(repr(value))
        return str(value)
