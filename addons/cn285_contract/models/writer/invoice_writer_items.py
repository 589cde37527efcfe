"""Works out the journal items of a quick customer invoice, and its totals.

Amounts, tax accounts and tags come from `invoice_writer_taxes.py`, installments from
`account.payment.term`; both are asked once for equal invoices. What is repeated here is how
`account.move._sync_dynamic_lines` (Odoo 19.0) turns their answers into journal items.
"""

from odoo.fields import Command

from ..billing.account_tax import SUMS_LINES
from .invoice_writer_installments import add_installments, set_amounts
from .invoice_writer_known import Item, as_json, linked_ids
from .invoice_writer_reasons import NotQuick
from .invoice_writer_refusals import refuse_product, refuse_reinvoicing
from .invoice_writer_taxes import TaxPlanner
from .invoice_writer_totals import header_totals

TEXT_LINES = ("line_section", "line_subsection", "line_note")
LINE_KEYS = frozenset(
    {
        "account_id",
        "analytic_distribution",
        "collapse_composition",
        "collapse_prices",
        "discount",
        "display_type",
        "extra_tax_data",
        "name",
        "price_unit",
        "product_id",
        "product_uom_id",
        "quantity",
        "sequence",
        "tax_ids",
    }
)


class ItemPlanner:
    """Adds the items to invoices whose header is planned."""

    def __init__(self, known):
        self.known = known
        self.env = known.env
        self.company = known.company
        self.lines = known.env["account.move.line"]
        self.engine = known.env["account.tax"]
        self.taxes = TaxPlanner(known)

    def add_items(self, invoice, vals):
        """Append product, text, tax and payment term items, and set the totals of the header.

        :raise NotQuick: when Odoo's own way has to take the invoice.
        """
        header = invoice.columns
        currency = self.known.record("res.currency", header["currency_id"])
        position = self.known.record(
            "account.fiscal.position", header["fiscal_position_id"] or False
        )
        common = self._common(header)
        products, signatures = [], []
        for command in vals.get("invoice_line_ids") or ():
            if len(command) != 3 or command[0] != Command.CREATE:
                raise NotQuick("line_command")
            item, signature = self._line(command[2], position, common)
            invoice.items.append(item)
            if signature:
                products.append(item)
                signatures.append(signature)
        if not products:
            raise NotQuick("no_product_line")
        rate = header["invoice_currency_rate"]
        rounding = {SUMS_LINES: bool(header.get(SUMS_LINES))}
        taxed = self.known.once(
            "taxed",
            (currency.id, rate, rounding[SUMS_LINES], tuple(signatures)),
            lambda: self.taxes.taxed(currency, rate, signatures, rounding),
        )
        written = self.known.format(currency)
        for item, amounts, shown in zip(products, taxed.lines, taxed.shown, strict=True):
            set_amounts(self.known, item.columns, currency, amounts[0], amounts[1])
            self._refuse_reinvoicing(item.columns, amounts[1])
            item.links["tax_tag_ids"] = amounts[2]
            item.columns["price_subtotal"] = written % shown[0]
            item.columns["price_total"] = written % shown[1]
        for columns, links in taxed.taxes:
            invoice.items.append(Item({**common, **columns}, links))
        header.update(
            self.known.once(
                "totals",
                (currency.id, taxed.sums),
                lambda: header_totals(self.known, currency, taxed.sums),
            )
        )
        add_installments(self.known, invoice, currency, taxed.sums, position, common)

    def _common(self, header):
        """Return the columns that all items of the invoice share."""
        return {
            "company_currency_id": self.known.currency.id,
            "company_id": self.company.id,
            "currency_id": header["currency_id"],
            "date": header["date"],
            "deductible_amount": 100.0,
            "discount": "0.00",
            "invoice_date": header["invoice_date"],
            "is_storno": False,
            "journal_id": header["journal_id"],
            "no_followup": False,
            "parent_state": "posted",
            "partner_id": header["commercial_partner_id"],
            "ref": header["ref"],
        }

    # ------------------------------------------------------------------ product and text lines

    def _line(self, vals, position, common):
        """Return (Item, signature) of one line; the signature is what the tax engine needs.

        Text lines have no signature.
        """
        display_type = vals.get("display_type") or "product"
        own, links = self.known.plain(self.lines, vals, LINE_KEYS)
        columns = {
            **common,
            **own,
            "display_type": display_type,
            "name": self.known.column(self.lines, "name", vals.get("name")),
            "sequence": vals.get("sequence", 100),
        }
        for name in ("collapse_composition", "collapse_prices"):
            if name in vals:
                columns[name] = bool(vals[name])
        if display_type in TEXT_LINES:
            self._text_columns(vals, columns)
            return Item(columns, links), None
        if display_type != "product":
            raise NotQuick("line_type", display_type)
        if not vals.get("name") or "price_unit" not in vals:
            raise NotQuick("line_incomplete")
        return Item(columns, links), self._product_columns(vals, position, columns, links)

    def _product_columns(self, vals, position, columns, links):
        """Complete a product line, but for its amounts, and return its signature."""
        known = self.known
        product = known.record("product.product", vals.get("product_id") or False)
        known.check_company(product)
        known.once("product", product.id, lambda: refuse_product(product))
        account = self._account(vals, product, position)
        taxes = self._taxes(vals, product, position, account)
        if "product_uom_id" in vals:
            uom_id = vals["product_uom_id"] or None
        else:
            uom_id = product.uom_id.id or None
        quantity = known.column(self.lines, "quantity", vals.get("quantity", 1.0))
        discount = known.column(self.lines, "discount", vals.get("discount", 0.0))
        price = float(vals["price_unit"] or 0.0)
        analytic = self._analytic(vals)
        columns.update(
            account_id=account.id,
            analytic_distribution=as_json(dict(analytic)) if analytic else None,
            discount=discount,
            price_unit=price,
            product_id=product.id or None,
            product_uom_id=uom_id,
            quantity=quantity,
        )
        links["tax_ids"] = taxes._ids
        given = vals.get("extra_tax_data")
        if given:
            columns["extra_tax_data"] = given = as_json(given)
        return (
            price,
            quantity,
            discount,
            taxes._ids,
            product.id,
            uom_id,
            account.id,
            analytic,
            given or None,
        )

    def _refuse_reinvoicing(self, columns, balance):
        product = self.known.record("product.product", columns["product_id"] or False)
        refuse_reinvoicing(product, columns["analytic_distribution"], balance)

    def _text_columns(self, vals, columns):
        """Complete a section or a note, which carries no amount."""
        for name in (
            "account_id",
            "analytic_distribution",
            "discount",
            "price_unit",
            "product_id",
            "quantity",
            "tax_ids",
        ):
            if vals.get(name):
                raise NotQuick("text_amount")
        zero = dict.fromkeys(
            (
                "amount_currency",
                "amount_residual",
                "amount_residual_currency",
                "balance",
                "credit",
                "debit",
                "price_subtotal",
                "price_total",
                "price_unit",
                "quantity",
            ),
            "0.00",
        )
        columns.update(zero, reconciled=False)

    def _account(self, vals, product, position):
        """Return the income account, given or that of the product in this fiscal position."""
        if vals.get("account_id"):
            account = self.known.record("account.account", vals["account_id"])
        elif product:
            account = self.known.once(
                "income",
                (product.id, position.id),
                lambda: product.product_tmpl_id.get_product_accounts(fiscal_pos=position)["income"],
            )
        else:
            raise NotQuick("line_account")
        self.known.check_account(account, "product")
        self.known.check_company(account)
        return account

    def _taxes(self, vals, product, position, account):
        """Return the taxes, given or by the rule of `account.move.line._get_computed_taxes`."""
        if "tax_ids" in vals:
            taxes = self.known.record("account.tax", linked_ids(vals["tax_ids"]))
        else:

            def computed():
                domain = self.engine._check_company_domain(self.company)
                found = product.taxes_id.filtered_domain(domain)
                if not found and account.tax_ids:
                    return None
                return position.map_tax(found._filter_taxes_by_company(self.company))

            taxes = self.known.once(
                "product_taxes", (product.id, position.id, account.id), computed
            )
            if taxes is None:
                raise NotQuick("account_taxes")
        self.known.check_taxes(taxes, position)
        return taxes

    def _analytic(self, vals):
        """Return the distribution as a hashable tuple of (key, percentage), or ()."""
        given = vals.get("analytic_distribution")
        if "analytic_distribution" not in vals:
            models = self.env["account.analytic.distribution.model"].sudo()
            if self.known.once("models", 0, lambda: models.search_count([], limit=1)):
                raise NotQuick("analytic_models")
        if not given:
            return ()
        if "__update__" in given:
            raise NotQuick("analytic_partial")
        digits = self.known.once(
            "digits",
            0,
            lambda: self.env["decimal.precision"].precision_get("Percentage Analytic"),
        )
        clean = self.lines._sanitize_values({"analytic_distribution": given}, digits)
        return tuple(clean["analytic_distribution"].items())
