from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_date

from ..engine.line_factors import line_factors
from .contract_item_planning import as_decimal


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


class InvoiceBuilder(models.AbstractModel):
    """From due rows to the values of invoices. Writes nothing."""

    _name = "cn285.invoice.builder"
    _description = "Invoice Builder"

    # === GROUPING === #

    @api.model
    def _group_rows(self, rows, invoice_date=None):
        """Rows by the invoice they go on, in the order of invoice date and payer.

        :param invoice_date: date of all invoices; None: each row's own billing date
        :returns: ``{InvoiceKey: billing schedule rows}``
        """
        terms = {
            contract: self._contract_key(contract) for contract in rows.contract_id
        }
        groups = defaultdict(list)
        for row in rows:
            key = InvoiceKey(invoice_date or row.billing_date, *terms[row.contract_id])
            groups[key].append(row.id)
        return {key: rows.browse(groups[key]) for key in sorted(groups)}

    @api.model
    def _contract_key(self, contract):
        """The part of the key that a contract decides; extend it to part invoices further."""
        return (
            contract.company_id.id,
            contract.payer_id.id,
            (contract.partner_invoice_id or contract.payer_id).id,
            contract.currency_id.id,
            contract._get_fiscal_position().id or 0,
            contract._get_payment_term().id or 0,
            contract._get_sale_journal().id or 0,
            contract.id if contract.invoice_separately else 0,
        )

    # === INVOICES === #

    @api.model
    def _prepare_invoice(self, key, rows, run=None):
        """Values of one customer invoice for :meth:`account.move.create`.

        The ``cn285_schedule_ids`` key of a line's values does not exist: which line a row is behind
        follows from the order of lines, see :meth:`_line_groups`.
        """
        contracts = rows.contract_id.sorted("id")
        references = [ref for ref in contracts.mapped("client_ref") if ref]
        vals = {
            "move_type": "out_invoice",
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
                fields.Command.create(self._prepare_line(key, group, sequence))
                for sequence, group in enumerate(self._line_groups(rows), start=1)
            ],
        }
        if run:
            vals["cn285_run_id"] = run.id
        return vals

    @api.model
    def _line_groups(self, rows):
        """The rows behind each line of an invoice, in the order of its lines.

        :returns: list of billing schedule recordsets
        """
        groups = {}
        for row in rows.sorted(self._line_order):
            groups.setdefault(self._line_key(row), []).append(row.id)
        return [rows.browse(ids) for ids in groups.values()]

    @api.model
    def _line_order(self, row):
        contract = row.contract_id
        return contract.partner_id.id, contract.id, row.item_id.sequence, row.item_id.id, row.period_start

    @api.model
    def _line_key(self, row):
        """What rows have in common that share an invoice line; by default each has its own."""
        contract, item = row.contract_id, row.item_id
        if contract.line_grouping == "row":
            return (row.id,)
        label = item.name if contract.line_grouping == "item_name" else ""
        analytic = str(sorted((item.analytic_distribution or {}).items()))
        return (contract.id, item.product_id.id, label, analytic)

    @api.model
    def _prepare_line(self, key, rows, sequence=10):
        """Values of the invoice line for one row, or for the sum of several.

        Quantity × price × (1 − discount) of the line is the rows' net amount to the cent.
        """
        row = rows[:1]
        item = row.item_id
        rounding = as_decimal(row.currency_id.rounding)
        factors = self._line_factors(rows, rounding)
        position = self.env["account.fiscal.position"].browse(key.fiscal_position_id)
        product = item.product_id.with_company(row.company_id)
        accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
        journal = self.env["account.journal"].browse(key.journal_id)
        account = accounts["income"] or journal.default_account_id
        return {
            "sequence": sequence,
            "product_id": item.product_id.id,
            "name": self._line_text(rows),
            "quantity": float(factors.quantity),
            "product_uom_id": item.product_id.uom_id.id,
            "price_unit": float(factors.price_unit),
            "discount": float(factors.discount),
            "account_id": account.id,
            "tax_ids": [fields.Command.set(position.map_tax(item._product_taxes()).ids)],
            "analytic_distribution": item.analytic_distribution or False,
        }

    @api.model
    def _line_factors(self, rows, rounding):
        net = sum((as_decimal(row.net) for row in rows), start=as_decimal(0))
        quantities = sum((as_decimal(row.quantity) for row in rows), start=as_decimal(0))
        discounts = set(rows.mapped("discount"))
        prices = set(rows.mapped("price_unit"))
        return line_factors(
            net,
            quantities,
            as_decimal(discounts.pop()) if len(discounts) == 1 else as_decimal(0),
            rounding,
            price_unit=as_decimal(prices.pop()) if len(prices) == 1 else None,
        )

    # === TEXT === #

    @api.model
    def _line_text(self, rows):
        """Text of a line in the payer's language: item, period, and who it is for."""
        row = rows[:1]
        contract, item = row.contract_id, row.item_id
        lang = contract.partner_invoice_id.lang or self.env.lang
        builder = self.with_context(lang=lang)
        _ = builder.env._
        title = item.name or item.product_id.display_name
        if contract.line_grouping == "product":
            title = item.product_id.with_context(lang=lang).display_name
        parts = [title]
        if row.kind != "one_shot":
            parts.append(
                _(
                    "from %(start)s to %(end)s",
                    start=format_date(builder.env, min(rows.mapped("period_start")), lang),
                    end=format_date(builder.env, max(rows.mapped("period_end")), lang),
                )
            )
        text = " – ".join(parts)
        if len(rows) > 1:
            text += "\n" + _("%s items, see the attached detail", len(rows))
        elif item.beneficiary_id and item.beneficiary_id != contract.partner_id:
            text += "\n" + _("For: %s", item.beneficiary_id.display_name)
        if contract.reseller_id and contract.reseller_id != contract.partner_id:
            text += "\n" + _("End customer: %s", contract.partner_id.display_name)
        return text

    # === WHAT CANNOT BE BILLED === #

    @api.model
    def _billing_obstacles(self, rows, invoice_date=None):
        """Why some contracts cannot be invoiced, before anything is made.

        :returns: ``{contract: reason in a clerk's words}``; contracts without obstacle are absent
        """
        obstacles = {}
        for row in rows:
            contract = row.contract_id
            if contract not in obstacles:
                reason = self._row_obstacle(row, invoice_date or row.billing_date)
                if reason:
                    obstacles[contract] = reason
        return obstacles

    @api.model
    def _row_obstacle(self, row, invoice_date):
        """Why one row cannot be invoiced; None if it can. Extend it with more reasons."""
        _ = self.env._
        item, contract = row.item_id, row.contract_id
        if row.kind != "usage" and item.price_source == "pricelist" and not row.price_unit:
            return _(
                "Item “%(item)s”: no price for product %(product)s in %(pricelist)s.",
                item=item.name,
                product=item.product_id.display_name,
                pricelist=contract.pricelist_id.name or _("the product's sales price"),
            )
        journal = contract._get_sale_journal()
        if not journal:
            return _("There is no sales journal in %s.", contract.company_id.name)
        if not contract.payer_id.active:
            return _("The payer %s is archived.", contract.payer_id.display_name)
        archived = item.product_id.with_context(active_test=False).taxes_id.filtered(
            lambda tax: not tax.active and tax.company_id in contract.company_id.parent_ids
        )
        if archived:
            return _(
                "Item “%(item)s”: tax %(tax)s of product %(product)s is archived.",
                item=item.name,
                tax=archived[0].name,
                product=item.product_id.display_name,
            )
        product = item.product_id.with_company(contract.company_id)
        accounts = product.product_tmpl_id.get_product_accounts()
        if not accounts["income"] and not journal.default_account_id:
            return _(
                "Item “%(item)s”: product %(product)s has no income account.",
                item=item.name,
                product=item.product_id.display_name,
            )
        locks = contract.company_id._get_violated_lock_dates(invoice_date, True, journal)
        if locks:
            return _(
                "The invoice would be dated %(date)s, in a period that is closed until %(lock)s.",
                date=invoice_date,
                lock=locks[-1][0],
            )
        return None
