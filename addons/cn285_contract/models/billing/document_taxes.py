from collections import defaultdict

from odoo import api, models

from .account_tax import SUMS_LINES


class ContractItem(models.Model):
    """Amounts with tax as the documents will have them, of which no document is made."""

    _inherit = "cn285.contract.item"

    @api.model
    def _with_tax_in_documents(self, entries):
        """Amounts with their parts of the taxes of documents, each rounded as the company rounds.

        :param entries: list of (document, item, price): a price is with the taxes that are inside
            of it; what has the same document and payer is rounded together
        :returns: list of floats; those of a document add up to its total
        """
        return [total for _untaxed, total in self._amounts_in_documents(entries)]

    @api.model
    def _amounts_in_documents(self, entries):
        """As :meth:`_with_tax_in_documents`, without and with tax: ``[(untaxed, total)]``.

        Those of a document add up to its untaxed amount and to its total.
        """
        items = self.union(*(item for _document, item, _price in entries))
        taxes, documents = items._get_taxes(), defaultdict(list)
        for index, (document, item, _price) in enumerate(entries):
            contract = item.contract_id
            documents[document, contract.company_id, contract.currency_id].append(index)
        found = [(0.0, 0.0)] * len(entries)
        for (_document, company, currency), indexes in documents.items():
            lines = [
                self._line_of_document(entries[index][1], entries[index][2], taxes)
                for index in indexes
            ]
            self.env["account.tax"]._add_tax_details_in_base_lines(lines, company)
            self.env["account.tax"]._round_base_lines_tax_details(lines, company)
            for index, line in zip(indexes, lines, strict=True):
                details = line["tax_details"]
                untaxed = currency.round(self._untaxed_of_line(details))
                found[index] = untaxed, self._total_of_line(details, currency)
        return found

    @api.model
    def _line_of_document(self, item, price, taxes):
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes[item],
            price_unit=float(price),
            quantity=1.0,
            product_id=item.product_id,
            currency_id=item.contract_id.currency_id,
            partner_id=item.contract_id.payer_id,
            rate=1.0,
            **{SUMS_LINES: True},
        )

    @api.model
    def _total_of_line(self, details, currency):
        """What a line comes to with its part of the document's taxes: lines add up to the total.

        :param details: tax details of a base line, rounded with those of its document
        """
        taxes = sum(tax_data["tax_amount_currency"] for tax_data in details["taxes_data"])
        untaxed = self._untaxed_of_line(details)
        return currency.round(untaxed + taxes)

    @api.model
    def _untaxed_of_line(self, details):
        """What a line comes to without taxes, as its document has it; ``details``: as above."""
        return details["total_excluded_currency"] + details["delta_total_excluded_currency"]
