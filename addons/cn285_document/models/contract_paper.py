"""What a contract's paper says, as texts in the language of the context."""

from odoo import api, models
from odoo.addons.cn285_contract.models.common import labelled, spelled
from odoo.addons.cn285_renewal.models.letters.company_letters import address_lines
from odoo.tools import format_date

from ..engine.law_texts import TACIT_RENEWAL


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _document_parties(self):
        """``(role, name and address)`` of seller, customer, and payer where it is another."""
        self.ensure_one()
        company = self.company_id
        registered = [company.company_registry, company.vat]
        parties = [
            (self.env._("Seller"), self._on_lines(address_lines(company.partner_id), registered)),
            (
                self.env._("Customer"),
                self._on_lines(address_lines(self.partner_id), [self.partner_id.vat]),
            ),
        ]
        if self.payer_id and self.payer_id != self.partner_id:
            parties.append((self.env._("Payer"), self._on_lines(address_lines(self.payer_id), [])))
        return parties

    @api.model
    def _on_lines(self, lines, numbers):
        return "\n".join([*lines, *(number for number in numbers if number)])

    def _document_items(self):
        """``(what, how much, how often and from when)``, an item each."""
        self.ensure_one()
        with_tax = self._prices_with_tax()
        return [
            (
                line["item"].name,
                line["item"]._document_text(line["price"], line["rhythm"], with_tax),
            )
            for line in self._portal_items()
        ]

    def _document_terms(self):
        """``(what, how)``: term, renewal, notice, commitment, payment."""
        self.ensure_one()
        units = dict(self._fields["term_unit"]._description_selection(self.env))
        modes = dict(self._fields["renewal_mode"]._description_selection(self.env))
        exits = dict(self._fields["exit_rule"]._description_selection(self.env))

        def length(number, unit):
            return f"{number} {units[unit].lower()}"

        facts = [(self.env._("First Day"), self._day_text(self.date_start))]
        if self.term_length:
            facts += [
                (self.env._("Term"), length(self.term_length, self.term_unit)),
                (self.env._("At the End of the Term"), modes[self.renewal_mode]),
            ]
            if self.renewal_mode == "tacit":
                again = (
                    (self.renewal_length, self.renewal_unit)
                    if self.renewal_length
                    else (self.term_length, self.term_unit)
                )
                facts.append((self.env._("Renewed For"), length(*again)))
        else:
            facts.append((self.env._("Term"), self.env._("without a fixed term")))
        if self.notice_length:
            facts.append((self.env._("Notice"), length(self.notice_length, self.notice_unit)))
        facts.append((self.env._("May Be Terminated"), exits[self.exit_rule]))
        if self.commitment_length:
            facts.append(
                (self.env._("Commitment"), length(self.commitment_length, self.commitment_unit))
            )
        if self.payment_term_id:
            facts.append((self.env._("Payment"), self.payment_term_id.name))
        return facts

    def _day_text(self, day):
        return format_date(self.env, day) if day else ""

    def _document_law(self):
        """Paragraphs that the law wants to be quoted in this contract; none where it wants none."""
        self.ensure_one()
        quoted = TACIT_RENEWAL.get(self._law_on_renewals().country_code)
        if not quoted or not self._is_protected():
            return []
        if not self.term_length or self.renewal_mode != "tacit":
            return []
        return [quoted.heading, *quoted.paragraphs]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _document_text(self, price, rhythm, with_tax):
        """Quantity, price, rhythm and days of the item, in words.

        :param price: of one unit; None where usage decides, or nothing is billed
        """
        self.ensure_one()
        parts = []
        if price is not None:
            amount = self.currency_id.format(price)
            tax = self.env._("tax included") if with_tax else self.env._("excluding tax")
            parts.append(f"{spelled(self.env, self.quantity)} × {amount} {tax}")
        if self.discount:
            parts.append(self.env._("discount %s %%", spelled(self.env, self.discount)))
        parts += [rhythm, self._document_days()]
        lines = [" · ".join(filter(None, parts)), *self._document_usage()]
        return "\n".join(filter(None, lines))

    def _document_days(self):
        """From when to when, where that is the item's own."""
        own = []
        if self.date_start and self.date_start != self.contract_id.date_start:
            own.append(self.env._("from %s", format_date(self.env, self.date_start)))
        if self.date_end:
            own.append(self.env._("until %s", format_date(self.env, self.date_end)))
        return " ".join(own)

    def _document_usage(self):
        """What usage costs, a line for each calculator; without cn285_usage nothing."""
        if "calculator_ids" not in self._fields:
            return []
        return [
            labelled(self.env, calculator._subject(), calculator._terms_text())
            for calculator in self.calculator_ids
        ]
