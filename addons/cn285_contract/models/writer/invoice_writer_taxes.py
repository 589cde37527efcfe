"""Works out amounts and taxes of the product lines of a quick invoice.

Plain percentages are worked out here, by the rule of `engine/plain_tax.py`; everything else, and
whatever lies near a tie, by Odoo's own tax engine. `tests/writer/test_plain_tax.py` holds that both
say the same.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ...engine.plain_tax import Money, PlainTax, TaxedLine, Unproven, plain_taxes
from ..billing.account_tax import SUMS_LINES
from .invoice_writer_installments import no_price, set_amounts
from .invoice_writer_known import as_json, linked_ids
from .invoice_writer_totals import document_sums

TAX_SEQUENCE = 10000


@dataclass(frozen=True)
class Taxed:
    """What Odoo's tax engine says of the product lines of one invoice."""

    lines: tuple  # (amount_currency, balance, tag ids) per product line
    shown: tuple  # (price_subtotal, price_total) per product line
    taxes: tuple  # (columns, links) of each tax line
    sums: tuple  # untaxed, tax and total, each in the invoice's and the company's currency


class TaxItem(NamedTuple):
    """What tells one tax item of an invoice from another, as Odoo groups them."""

    repartition_id: int
    account_id: int
    analytic: tuple
    tag_ids: tuple


class PlainRule(NamedTuple):
    """The taxes of a line, all of them plain."""

    taxes: tuple  # of PlainTax
    items: tuple  # (tax id, TaxItem) of each
    tag_ids: tuple  # of the line


class TaxPlanner:
    """Answers for one company; a line is a signature, see `ItemPlanner._product_columns`."""

    def __init__(self, known):
        self.known = known
        self.company = known.company
        self.engine = known.env["account.tax"]

    def taxed(self, currency, rate, signatures, rounding):
        """Return the Taxed of an invoice's product lines.

        :param float rate: units of the invoice's currency for one of the company's
        :param dict rounding: how lines are rounded, by its key on a base line
        """
        plain = self.plain(currency, rate, signatures, rounding[SUMS_LINES])
        return plain or self.asked(currency, rate, signatures, rounding)

    # ------------------------------------------------------------------ our rule

    def plain(self, currency, rate, signatures, sums_lines):
        """Return the Taxed by our own rule; None where that cannot tell."""
        per_line = self.company.tax_calculation_rounding_method == "round_per_line"
        if not self.known.plain_taxes or not (per_line or sums_lines):
            return None
        rules, lines, item_by_tax = [], [], {}
        for price, quantity, discount, taxes, product, _uom, account, analytic, given in signatures:
            rule = self._rule(taxes, product, account, analytic)
            if rule is None or given:
                return None
            for tax_id, item in rule.items:
                # one tax in several items: Odoo parts its amount over the lines
                if item_by_tax.setdefault(tax_id, item) != item:
                    return None
            rules.append(rule)
            lines.append(
                TaxedLine(_decimal(quantity), _decimal(price), _decimal(discount), rule.taxes)
            )
        try:
            amounts, items = plain_taxes(lines, self._money(currency, rate), per_line)
        except Unproven:
            return None
        return self._as_taxed(currency, rules, amounts, items)

    def _money(self, currency, rate):
        local = self.known.currency
        return self.known.once(
            "money",
            (currency.id, rate),
            lambda: Money(_decimal(currency.rounding), _decimal(local.rounding), _decimal(rate)),
        )

    def _rule(self, tax_ids, product_id, account_id, analytic):
        return self.known.once(
            "plain_rule",
            (tax_ids, product_id, account_id, analytic),
            lambda: self._find_rule(tax_ids, product_id, account_id, analytic),
        )

    def _find_rule(self, tax_ids, product_id, account_id, analytic):
        """Return the PlainRule of a line, or None where a tax is not plain."""
        taxes = self.known.record("account.tax", tax_ids)
        product = self.known.record("product.product", product_id)
        if len(set(taxes.mapped("price_include"))) > 1 or not all(map(_is_plain, taxes)):
            return None
        # A tax that is alone is in no other one's base, whatever it says.
        if len(taxes) > 1 and any(taxes.mapped("include_base_amount")):
            return None
        # sudo: the tags of a product go on its items, whoever posts them.
        product_tags = product.sudo().account_tag_ids
        line_tags, plain, items = product_tags, [], []
        for tax in taxes.sorted(lambda tax: (tax.sequence, tax.id)):
            repartition = tax.invoice_repartition_line_ids
            booked = repartition.filtered(lambda line: line.repartition_type == "tax")
            line_tags |= (repartition - booked).tag_ids
            account = booked._get_aml_target_tax_account()
            item = TaxItem(
                booked.id,
                account.id or account_id,
                analytic if tax.analytic or not booked.use_in_tax_closing else (),
                (product_tags | booked.tag_ids)._ids,
            )
            plain.append(PlainTax(_decimal(tax.amount), tax.price_include, item))
            items.append((tax.id, item))
        return PlainRule(tuple(plain), tuple(items), line_tags._ids)

    def _as_taxed(self, currency, rules, amounts, items):
        lines, shown = [], []
        for rule, line in zip(rules, amounts, strict=True):
            untaxed = float(line.untaxed)
            lines.append((-untaxed or 0.0, -float(line.untaxed_local) or 0.0, rule.tag_ids))
            shown.append((untaxed, float(line.with_tax)))
        taxes, tax_amounts = [], []
        for item, sums in items.items():
            if not sums.tax and not sums.tax_local:
                continue
            booked = -float(sums.tax) or 0.0, -float(sums.tax_local) or 0.0
            tax_amounts.append(booked)
            base = -float(sums.base_local) or 0.0
            taxes.append(self._plain_tax_line(item, currency, base, booked))
        local = self.known.currency
        sums = document_sums(currency, local, lines, tax_amounts)
        return Taxed(tuple(lines), tuple(shown), tuple(taxes), sums)

    def _plain_tax_line(self, item, currency, base, booked):
        """Return (columns, links) of a tax item; all but its amounts is worked out once."""

        def first():
            values = {
                "tax_repartition_line_id": item.repartition_id,
                "account_id": item.account_id,
                "analytic_distribution": dict(item.analytic),
                "group_tax_id": False,
                "tax_base_amount": base,
                "tax_ids": (),
                "tax_tag_ids": item.tag_ids,
            }
            return self._tax_line(values, currency, *booked)

        columns, links = self.known.once("tax_item", (item, currency.id), first)
        local = self.known.format(self.known.currency)
        columns = {**columns, "tax_base_amount": local % base}
        set_amounts(self.known, columns, currency, *booked)
        return columns, links

    # ------------------------------------------------------------------ Odoo's engine

    def asked(self, currency, rate, signatures, rounding):
        """Return what Odoo's tax engine says, in the steps of `account.move._sync_tax_lines`."""
        engine, company = self.engine, self.company
        base_lines = [
            self._base_line(currency, rate, signature, rounding) for signature in signatures
        ]
        engine._add_tax_details_in_base_lines(base_lines, company)
        engine._round_base_lines_tax_details(base_lines, company)
        # What a line shows is rounded without looking at the other lines: what the engine moves
        # between lines it keeps apart, as delta_total_excluded.
        shown = tuple(
            (
                base_line["tax_details"]["total_excluded_currency"],
                base_line["tax_details"]["total_included_currency"],
            )
            for base_line in base_lines
        )
        engine._add_accounting_data_in_base_lines_tax_details(base_lines, company)
        result = engine._prepare_tax_lines(base_lines, company)
        local = self.known.currency
        lines = tuple(
            (
                currency.round(amounts["amount_currency"]),
                local.round(amounts["balance"]),
                linked_ids(amounts["tax_tag_ids"]),
            )
            for _base_line, amounts in result["base_lines_to_update"]
        )
        tax_amounts = [
            (currency.round(values["amount_currency"]), local.round(values["balance"]))
            for values in result["tax_lines_to_add"]
        ]
        taxes = tuple(
            self._tax_line(values, currency, *amounts)
            for values, amounts in zip(result["tax_lines_to_add"], tax_amounts, strict=True)
        )
        return Taxed(
            lines, shown, taxes, document_sums(currency, self.known.currency, lines, tax_amounts)
        )

    def _base_line(self, currency, rate, signature, rounding):
        price, quantity, discount, tax_ids, product_id, uom_id, account_id, analytic, given = (
            signature
        )
        record = self.known.record
        return self.engine._prepare_base_line_for_taxes_computation(
            {},
            product_id=record("product.product", product_id),
            product_uom_id=record("uom.uom", uom_id or False),
            tax_ids=record("account.tax", tax_ids),
            price_unit=price,
            quantity=float(quantity),
            discount=float(discount),
            currency_id=currency,
            rate=rate,
            sign=-1,
            account_id=record("account.account", account_id),
            analytic_distribution=dict(analytic) or None,
            extra_tax_data=json.loads(given) if given else None,
            **rounding,
        )

    def _tax_line(self, values, currency, amount_currency, balance):
        """Return (columns, links) of a tax line that Odoo would create from ``values``."""
        repartition = self.known.record(
            "account.tax.repartition.line", values["tax_repartition_line_id"]
        )
        account = self.known.record("account.account", values["account_id"] or False)
        self.known.check_account(account, "tax")
        tax, local = repartition.tax_id, self.known.currency
        analytic = values["analytic_distribution"]
        columns = {
            **no_price(self.known, currency),
            "account_id": account.id,
            "analytic_distribution": as_json(analytic) if analytic else None,
            "display_type": "tax",
            "group_tax_id": values["group_tax_id"] or None,
            "name": tax.name,
            "sequence": TAX_SEQUENCE,
            "tax_base_amount": self.known.format(local) % local.round(values["tax_base_amount"]),
            "tax_group_id": tax.tax_group_id.id or None,
            "tax_line_id": tax.id,
            "tax_repartition_line_id": repartition.id,
        }
        set_amounts(self.known, columns, currency, amount_currency, balance)
        links = {
            "tax_ids": linked_ids(values["tax_ids"]),
            "tax_tag_ids": linked_ids(values["tax_tag_ids"]),
        }
        return columns, links


def _is_plain(tax):
    """Return whether `engine/plain_tax.py` says what the tax comes to on an invoice."""
    booked = tax.invoice_repartition_line_ids.filtered(lambda one: one.repartition_type == "tax")
    return (
        tax.amount_type == "percent"
        and tax.amount >= 0
        and not tax.has_negative_factor
        and tax.tax_exigibility == "on_invoice"
        and len(booked) == 1
        and booked.factor_percent == 100
    )


def _decimal(value):
    return Decimal(repr(float(value)))
