from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.line_factors import line_factors
from ..alike import Alike
from ..common import as_decimal
from .batch_memory import KEY, BatchMemory


class InvoiceKey(NamedTuple):
    """What rows have in common that share an invoice. ``own`` is a contract id, or 0 to gather."""

    date: object
    company_id: int
    payer_id: int
    address_id: int
    currency_id: int
    fiscal_position_id: int
    payment_term_id: int
    journal_id: int
    own: int


class PreparedInvoice(NamedTuple):
    """Values for :meth:`account.move.create`, and the rows behind each line, in the lines' order.

    Where a row takes several lines, it stands behind the first of them; the others have none.
    """

    vals: dict
    line_rows: list


class InvoiceBuilder(models.AbstractModel):
    """From due rows to the values of invoices. Writes nothing."""

    _name = "cn285.invoice.builder"
    _description = "Invoice Builder"

    # === GROUPING === #

    @api.model
    def _group_rows(self, rows, invoice_date=None):
        """Rows by the invoice they go on, in the order of invoice date and payer.

        :param invoice_date: date of all invoices; None: each row's own, or today where that is
            past, see ``res.company._cn285_issue_day``
        :returns: ``{InvoiceKey: billing schedule rows}``
        """
        contracts = rows.contract_id
        journals, positions = contracts._get_sale_journals(), contracts._get_fiscal_positions()
        terms = {
            contract: self._contract_key(contract, journals[contract], positions[contract])
            for contract in contracts
        }
        groups, days = defaultdict(list), rows._issue_days()
        for row in rows:
            day = invoice_date or days[row.company_id, row.billing_date]
            groups[InvoiceKey(day, *terms[row.contract_id])].append(row.id)
        return {key: _part(rows, groups[key]) for key in sorted(groups)}

    @api.model
    def _contract_key(self, contract, journal, fiscal_position):
        """The part of the key that a contract decides; extend it to part invoices further."""
        return (
            contract.company_id.id,
            contract.payer_id.id,
            contract._get_invoice_address().id,
            contract.currency_id.id,
            fiscal_position.id or 0,
            contract._get_payment_term().id or 0,
            journal.id or 0,
            contract.id if contract.invoice_separately else 0,
        )

    # === INVOICES === #

    @api.model
    def _prepare_invoices(self, groups, run=None):
        """The invoices for these groups, in their order, as :class:`PreparedInvoice`.

        :param groups: ``{InvoiceKey: rows}`` of :meth:`_group_rows`
        """
        terms, credits = self._product_terms(groups), self._plan_credits(groups)
        builder = self.with_context(**{KEY: BatchMemory()})
        return [
            builder._prepare_invoice(key, rows, terms, credits, run) for key, rows in groups.items()
        ]

    @api.model
    def _product_terms(self, groups):
        """Account and taxes of each product, asked once for all invoices that share them.

        :returns: ``{(company id, journal id, fiscal position id, product): line values}``
        """
        terms = {}
        for key, rows in groups.items():
            for product in rows.product_id:
                shared = key.company_id, key.journal_id, key.fiscal_position_id, product
                if shared not in terms:
                    terms[shared] = self._prepare_product_terms(*shared)
        return terms

    @api.model
    def _prepare_product_terms(self, company_id, journal_id, fiscal_position_id, product):
        company = self.env["res.company"].browse(company_id)
        journal = self.env["account.journal"].browse(journal_id)
        position = self.env["account.fiscal.position"].browse(fiscal_position_id)
        product = product.with_company(company)
        accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
        taxes = position.map_tax(product.taxes_id._filter_taxes_by_company(company))
        return {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "account_id": (accounts["income"] or journal.default_account_id).id,
            "tax_ids": [fields.Command.set(taxes.ids)],
        }

    @api.model
    def _prepare_invoice(self, key, rows, terms, credits, run=None):
        """One customer invoice, as :class:`PreparedInvoice`.

        :param terms: see :meth:`_product_terms`
        :param credits: see :meth:`_plan_credits`
        """
        contracts = rows.contract_id.sorted("id")
        # Odoo does not post an invoice below zero: what is owed to the customer is a credit note.
        credit = sum(row.net * n for row, n in self._counted(rows)) < 0
        groups = self._prepare_groups(key, rows, terms, credits, credit)
        if self._is_below_zero(key, groups):
            # Tax that was credited at another rate than is charged by now.
            credit = not credit
            groups = self._prepare_groups(key, rows, terms, credits, credit)
        lines, line_rows = [], []
        for group, prepared in groups:
            lines += prepared
            line_rows += [group] + [group.browse()] * (len(prepared) - 1)
        references = [ref for ref in contracts.mapped("client_ref") if ref]
        vals = {
            "move_type": "out_refund" if credit else "out_invoice",
            "cn285_sums_lines": True,
            "company_id": key.company_id,
            "journal_id": key.journal_id,
            "partner_id": key.address_id,
            "currency_id": key.currency_id,
            "fiscal_position_id": key.fiscal_position_id or False,
            "invoice_payment_term_id": key.payment_term_id or False,
            "invoice_date": key.date,
            "invoice_user_id": contracts[:1].user_id.id or False,
            "invoice_origin": ", ".join(contracts.mapped("name")[:10]),
            "ref": ", ".join(references[:5]) or False,
            "cn285_contract_ids": [fields.Command.set(contracts.ids)],
            "invoice_line_ids": [
                fields.Command.create({"sequence": sequence, **line})
                for sequence, line in enumerate(lines, start=1)
            ],
        }
        if not key.payment_term_id:
            # Left empty, Odoo would take it for due on the day of the run, whatever its own date.
            vals["invoice_date_due"] = key.date
        if run:
            vals["cn285_run_id"] = run.id
        return PreparedInvoice(vals, line_rows)

    @api.model
    def _prepare_groups(self, key, rows, terms, credits, credit):
        """The rows that share lines, and the values of these: ``[(rows, [values])]``, in order."""
        groups = [
            (group, self._prepare_lines(key, group, terms, credit))
            for group in self._line_groups(rows)
        ]
        self._give_credited_amounts(key, groups, credits, credit)
        self._give_included_taxes(key, [prepared for _group, prepared in groups])
        return groups

    @api.model
    def _line_groups(self, rows):
        """The rows that share a line of an invoice (or several lines), in the order of its lines.

        :returns: list of billing schedule recordsets
        """
        groups = {}
        for row in rows.sorted(self._line_order):
            groups.setdefault(self._line_key(row), []).append(row.id)
        return [_part(rows, ids) for ids in groups.values()]

    @api.model
    def _line_order(self, row):
        contract, item = row.contract_id, row.item_id
        return (contract.partner_id.id, contract.id, item.sequence, item.id, row.period_start)

    @api.model
    def _line_key(self, row):
        """What rows have in common that share an invoice line; by default each has its own.

        Credits are not summed with charges, and only with those of the same invoice line.
        """
        contract, item = row.contract_id, row.item_id
        if contract.line_grouping == "row":
            return (row.id,)
        label = item.name if contract.line_grouping == "item_name" else ""
        analytic = str(sorted((item.analytic_distribution or {}).items()))
        # sudo: which line is credited parts the lines; whoever bills need not read invoices.
        credited = row.sudo().credited_id.move_line_id.id if row.kind == "credit" else 0
        traits = self._line_traits(row)
        return (
            *(contract.id, item.product_id.id, label, analytic),
            *(row.kind == "credit", credited, *row._former_invoices(), *traits),
        )

    @api.model
    def _line_traits(self, row):
        """Hook: what else rows have in common that share a line, as a tuple; of a summed one only.

        Default: nothing.
        """
        return ()

    @api.model
    def _prepare_lines(self, key, rows, terms, credit=False):
        """Values of the lines of one group of rows: one line, unless a module bills more of them.

        The lines' amounts must add up to the rows' net amounts.
        """
        return [self._prepare_line(key, rows, terms, credit)]

    @api.model
    def _prepare_line(self, key, rows, terms, credit=False):
        """Values of the invoice line for one row, or for the sum of several.

        Quantity × price × (1 − discount) of the line is the rows' net amount to the cent; on a
        credit note the quantity has the opposite sign.
        """
        row = _part(rows, rows._ids[:1])
        factors = self._line_factors(rows, as_decimal(row.currency_id.rounding))
        shared = key.company_id, key.journal_id, key.fiscal_position_id, row.product_id
        return {
            **terms[shared],
            **self._credited_terms(row),
            "name": self._line_text(rows),
            "quantity": float(-factors.quantity if credit else factors.quantity),
            "price_unit": float(factors.price_unit),
            "discount": float(factors.discount),
            "analytic_distribution": row.item_id.analytic_distribution or False,
        }

    @api.model
    def _counted(self, rows):
        """Rows, each with how many it stands for: itself alone, but in previews of fleets."""
        alike = Alike.of(self.env)
        return [(row, alike.count(row) if alike else 1) for row in rows]

    @api.model
    def _line_factors(self, rows, rounding):
        counted = self._counted(rows)
        if sum(n for _row, n in counted) == 1:
            return line_factors(
                as_decimal(rows.net),
                as_decimal(rows.quantity),
                as_decimal(rows.discount),
                rounding,
                price_unit=as_decimal(rows.price_unit),
            )
        discounts, prices = set(rows.mapped("discount")), set(rows.mapped("price_unit"))
        return line_factors(
            sum((as_decimal(row.net) * n for row, n in counted), start=as_decimal(0)),
            sum((as_decimal(row.quantity) * n for row, n in counted), start=as_decimal(0)),
            as_decimal(discounts.pop()) if len(discounts) == 1 else as_decimal(0),
            rounding,
            price_unit=as_decimal(prices.pop()) if len(prices) == 1 else None,
        )

    # === WHAT CANNOT BE BILLED === #

    @api.model
    def _billing_obstacles(self, rows, invoice_date=None):
        """Why some contracts cannot be invoiced, before anything is made.

        :returns: ``{contract: reason in a clerk's words}``; contracts without obstacle are absent
        """
        contracts = rows.contract_id
        journals = contracts._get_sale_journals()
        rateless = contracts._without_rate()
        obstacles = {
            contract: self._contract_obstacle(contract, journals[contract])
            or rateless.get(contract)
            for contract in contracts
        }
        products, days, issued = {}, {}, rows._issue_days()
        for row in rows:
            contract = row.contract_id
            if obstacles[contract]:
                continue
            company, journal, product = row.company_id, journals[contract], row.product_id
            key = company, journal, product
            if key not in products:
                products[key] = self._product_obstacle(*key)
            day = company, journal, invoice_date or issued[company, row.billing_date]
            if day not in days:
                days[day] = self._date_obstacle(*day)
            reason = self._row_obstacle(row) or products[key]
            if reason:
                reason = self.env._(
                    "Item “%(item)s”: %(reason)s", item=row.item_id.name, reason=reason
                )
            obstacles[contract] = reason or days[day]
        return {contract: reason for contract, reason in obstacles.items() if reason}

    @api.model
    def _contract_obstacle(self, contract, journal):
        """Why a contract cannot be invoiced at all; None if it can. Extend it with more reasons."""
        if not journal:
            return self.env._("There is no sales journal in %s.", contract.company_id.name)
        if not contract.payer_id.active:
            return self.env._("The payer %s is archived.", contract.payer_id.display_name)
        if contract.billing_hold:
            return self.env._("It is on billing hold: a billing manager releases it.")
        return None

    @api.model
    def _row_obstacle(self, row):
        """Why a row has no amount to invoice; None if it has."""
        item = row.item_id
        priced = row.kind in ("usage", "credit")
        if priced or item.price_source == "manual" or row.price_unit:
            return None
        return self.env._(
            "no price for product %(product)s in %(pricelist)s.",
            product=item.product_id.display_name,
            pricelist=row.contract_id.pricelist_id.name or self.env._("the product's sales price"),
        )

    @api.model
    def _product_obstacle(self, company, journal, product):
        """Why a product cannot be sold by the company in the journal; None if it can."""
        all_taxes = product.with_context(active_test=False).taxes_id
        archived = all_taxes._filter_taxes_by_company(company).filtered(lambda tax: not tax.active)
        if archived:
            return self.env._(
                "tax %(tax)s of product %(product)s is archived.",
                tax=archived[0].name,
                product=product.display_name,
            )
        template = product.with_company(company).product_tmpl_id
        if not template.get_product_accounts()["income"] and not journal.default_account_id:
            return self.env._("product %s has no income account.", product.display_name)
        return None

    @api.model
    def _date_obstacle(self, company, journal, invoice_date):
        """Why nothing can be invoiced on a date; None if it can."""
        locks = company._get_violated_lock_dates(invoice_date, True, journal)
        if not locks:
            return None
        return self.env._(
            "The invoice would be dated %(date)s, in a period that is closed until %(lock)s.",
            date=format_date(self.env, invoice_date),
            lock=format_date(self.env, locks[-1][0]),
        )


def _part(rows, ids):
    """Some of the rows, for which Odoo still reads what all of them need in one query."""
    return rows.browse(ids).with_prefetch(rows._prefetch_ids)
