"""Works out every column of a customer invoice and of its journal items, without storing a draft.

Amounts, taxes, tags, accounts of taxes, due dates and rates come from Odoo's own methods; they are
called once for equal arguments within a batch. What is repeated here are the rules by which
`account.move` and `account.move.line` (Odoo 19.0) put those results into their columns.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields
from odoo.fields import Command
from odoo.tools.translate import code_translations

TEXT_LINES = ("line_section", "line_subsection", "line_note")
SEQUENCES = {"tax": 10000, "payment_term": 12000}
HEADER_KEYS = frozenset(
    {
        "company_id",
        "currency_id",
        "delivery_date",
        "fiscal_position_id",
        "invoice_date",
        "invoice_line_ids",
        "invoice_origin",
        "invoice_payment_term_id",
        "invoice_user_id",
        "journal_id",
        "move_type",
        "narration",
        "partner_bank_id",
        "partner_id",
        "partner_shipping_id",
        "preferred_payment_method_line_id",
        "ref",
    }
)
LINE_KEYS = frozenset(
    {
        "account_id",
        "analytic_distribution",
        "collapse_composition",
        "collapse_prices",
        "discount",
        "display_type",
        "name",
        "price_unit",
        "product_id",
        "product_uom_id",
        "quantity",
        "sequence",
        "tax_ids",
    }
)


class NotQuick(Exception):
    """This invoice has something that the quick writer leaves to Odoo; says what."""


@dataclass
class Item:
    """One journal item: its columns, and the ids of its many-to-many fields by field name."""

    columns: dict
    links: dict = field(default_factory=dict)
    installment: int = 0  # number of a payment term line among several, from 1; 0: not numbered


@dataclass
class Invoice:
    """One invoice to be written: columns of account.move, items in the order of their ids."""

    columns: dict
    items: list
    links: dict
    partner: object
    journal: object


@dataclass(frozen=True)
class Taxed:
    """What Odoo's tax engine says of the product lines of one invoice."""

    lines: tuple  # (amount_currency, balance, tag ids) per product line
    taxes: tuple  # columns and links of each tax line
    untaxed_currency: float
    untaxed: float
    tax_currency: float
    tax: float


class InvoiceBatch:
    """Turns `account.move.create` dictionaries of one company into Invoice objects.

    ``env`` must have the company as its current one. A batch lives for one call only: it remembers
    answers, so nothing may change in the database while it is used.
    """

    def __init__(self, env, plain_fields):
        self.env = env
        self.company = env.company
        self.currency = env.company.currency_id
        self.plain = plain_fields
        self.move_model = env["account.move"]
        self.line_model = env["account.move.line"]
        self.tax_model = env["account.tax"]
        self.today = fields.Date.context_today(self.move_model)
        self._known = defaultdict(dict)
        self._check_company_settings()

    def once(self, name, key, compute):
        """Return ``compute()``, called once for each (name, key)."""
        known = self._known[name]
        if key not in known:
            known[key] = compute()
        return known[key]

    def prefetch(self, vals_list):
        """Load partners and products of the batch in a few queries."""
        for name, ids in (
            ("res.partner", {vals.get("partner_id") for vals in vals_list}),
            ("res.partner", {vals.get("partner_shipping_id") for vals in vals_list}),
            (
                "product.product",
                {
                    command[2].get("product_id")
                    for vals in vals_list
                    for command in vals.get("invoice_line_ids", ())
                    if len(command) == 3 and isinstance(command[2], dict)
                },
            ),
        ):
            ids.discard(None)
            ids.discard(False)
            known = self._known[name]
            for record in self.env[name].browse(sorted(ids)):
                known.setdefault(record.id, record)

    def _record(self, model, record_id):
        return self.once(model, record_id, lambda: self.env[model].browse(record_id))

    # ------------------------------------------------------------------ checks

    def _check_company_settings(self):
        company = self.company
        if company.account_storno:
            raise NotQuick("storno accounting")
        if company.account_discount_expense_allocation_id:
            raise NotQuick("discounts are booked on an account of their own")
        if company.quick_edit_mode in ("out_invoices", "out_and_in_invoices"):
            raise NotQuick("quick encoding of customer invoices")
        parents = self.env["mail.message.subtype"]._get_auto_subscription_subtypes("account.move")
        if parents[3]:
            raise NotQuick("followers of another document follow the invoice")

    def _check_company(self, records, what):
        """Refuse ``records`` that Odoo's company check would refuse."""
        if not records:
            return

        def allowed():
            domain = records._check_company_domain(self.company)
            wide = records.sudo().with_context(active_test=False)
            return not domain or wide == wide.filtered_domain(domain)

        if not self.once("company", (records._name, records._ids), allowed):
            raise NotQuick(f"{what} of another company")

    def _check_dates(self, journal, date):
        def locked():
            return (
                self.company._get_violated_lock_dates(date, True, journal)
                or self.company._get_lock_date_violations(date)
            )

        if self.once("locked", (journal.id, date), locked):
            raise NotQuick("a lock date")

    def _check_account(self, account, display_type):
        def verdict():
            if not account:
                return "no account"
            if not account.active:
                return "an archived account"
            if account.currency_id:
                return "an account with a currency of its own"
            if account.account_type in ("off_balance", "liability_payable"):
                return f"an account of type {account.account_type}"
            if (account.account_type == "asset_receivable") != (display_type == "payment_term"):
                return "a receivable account where none belongs, or the reverse"
            if not self.company.sudo().parent_ids & account.sudo().company_ids:
                return "an account of another company"
            return ""

        if reason := self.once("account", (account.id, display_type), verdict):
            raise NotQuick(reason)

    def _check_taxes(self, taxes, fiscal_position):
        def verdict():
            exigibility = set(taxes.flatten_taxes_hierarchy().mapped("tax_exigibility"))
            if len(exigibility) > 1:
                return "taxes on invoice and on payment on one line"
            foreign = fiscal_position.foreign_vat and fiscal_position.country_id
            country = foreign or self.company.account_fiscal_country_id
            if taxes.country_id - country:
                return "a tax of another country"
            return ""

        if reason := self.once("taxes", (taxes._ids, fiscal_position.id), verdict):
            raise NotQuick(reason)
        self._check_company(taxes, "a tax")

    # ------------------------------------------------------------------ plain data

    def _plain(self, model, vals, known_keys):
        """Return (columns, links) of the fields that are stored as given."""
        columns, links = {}, {}
        for name in vals.keys() - known_keys:
            fld = self.plain[model._name].get(name)
            if fld is None:
                raise NotQuick(f"field {name}")
            if fld.type == "many2many":
                links[name] = _linked_ids(vals[name])
                continue
            columns[name] = fld.convert_to_column_insert(
                fld.convert_to_cache(vals[name], model), model
            )
            if fld.type == "many2one" and fld.check_company and columns[name]:
                self._check_company(self._record(fld.comodel_name, columns[name]), name)
        return columns, links

    def _column(self, model, name, value):
        """Return ``value`` as Odoo stores it in the column of that field."""
        fld = model._fields[name]
        key = (name, value)
        return self.once(
            model._name,
            key,
            lambda: fld.convert_to_column_insert(fld.convert_to_cache(value, model), model),
        )

    # ------------------------------------------------------------------ header

    def plan(self, vals):
        """Return the Invoice for ``vals``.

        :raise NotQuick: when Odoo's own way has to take it, also when Odoo would refuse it.
        """
        if vals.get("move_type") != "out_invoice":
            raise NotQuick("not a customer invoice")
        own_columns, links = self._plain(self.move_model, vals, HEADER_KEYS)
        date = fields.Date.to_date(vals.get("invoice_date"))
        if not date:
            raise NotQuick("no invoice date")
        if not vals.get("partner_id"):
            raise NotQuick("no customer")
        if vals.get("company_id", self.company.id) != self.company.id:
            raise NotQuick("another company")
        journal = self._journal(vals.get("journal_id"))
        self._check_dates(journal, date)
        partner = self._record("res.partner", vals["partner_id"])
        currency = self._record("res.currency", vals.get("currency_id") or self.currency.id)
        if not currency.active:
            raise NotQuick("an inactive currency")
        columns = {
            "always_tax_exigible": False,
            "auto_post": "no",
            "checked": self.once("review", 0, self.move_model._is_user_able_to_review),
            "company_id": self.company.id,
            "currency_id": currency.id,
            "date": date,
            "invoice_currency_rate": self._rate(currency, date),
            "invoice_date": date,
            "is_manually_modified": False,
            "journal_id": journal.id,
            "made_sequence_gap": False,
            "move_type": "out_invoice",
            "payment_state": "not_paid",
            "posted_before": True,
            "state": "posted",
            **own_columns,
        }
        for name in ("ref", "invoice_origin"):
            columns[name] = self._column(self.move_model, name, vals.get(name))
        if vals.get("delivery_date"):
            columns["delivery_date"] = fields.Date.to_date(vals["delivery_date"])
        self._partner_columns(columns, vals, partner, currency)
        invoice = Invoice(columns, [], links, partner, journal)
        self._add_items(invoice, vals, partner, currency)
        return invoice

    def _journal(self, journal_id):
        def found():
            if not journal_id:
                domain = self.env["account.journal"]._check_company_domain(self.company)
                journals = self.env["account.journal"].search([*domain, ("type", "=", "sale")])
                if journals.currency_id:
                    return "sales journals with a currency of their own"
                journal = journals[:1]
            else:
                journal = self.env["account.journal"].browse(journal_id)
            if journal.type != "sale" or not journal.active:
                return "not an active sales journal"
            if journal.company_id != self.company:
                return "a journal of another company"
            if journal.currency_id:
                return "a journal with a currency of its own"
            if journal.restrict_mode_hash_table:
                return "a journal whose entries are hashed when posted"
            if (journal.invoice_reference_model, journal.invoice_reference_type) != (
                "odoo",
                "invoice",
            ):
                return "a payment reference that is not the number"
            return journal

        journal = self.once("journal", journal_id, found)
        if isinstance(journal, str):
            raise NotQuick(journal)
        return journal

    def _rate(self, currency, date):
        if currency == self.currency:
            return 1.0
        rate = self.once(
            "rate",
            (currency.id, date),
            lambda: self.env["res.currency"]._get_conversion_rate(
                self.currency, currency, self.company, date
            ),
        )
        if rate <= 0:
            raise NotQuick("a currency rate that is not positive")
        return rate

    def _partner_columns(self, columns, vals, partner, currency):
        """Fill in what Odoo derives from the customer, unless ``vals`` give it."""
        env, company = self.env, self.company
        self._check_company(partner, "a customer")
        commercial = partner.commercial_partner_id
        self._check_company(commercial, "a customer")
        if "partner_shipping_id" in vals:
            shipping = self._record("res.partner", vals["partner_shipping_id"] or False)
        else:
            shipping = self._record("res.partner", self._delivery_address(partner))
        self._check_company(shipping, "a delivery address")
        if "fiscal_position_id" in vals:
            fiscal_position = self._record(
                "account.fiscal.position", vals["fiscal_position_id"] or False
            )
        else:
            fiscal_position = self._fiscal_position(partner, shipping)
        self._check_company(fiscal_position, "a fiscal position")
        if "invoice_payment_term_id" in vals:
            term = self._record("account.payment.term", vals["invoice_payment_term_id"] or False)
        else:
            term = partner.property_payment_term_id
        self._check_company(term, "a payment term")
        if term.early_discount and term.early_pay_discount_computation == "mixed":
            raise NotQuick("an early payment discount that changes the taxes")
        if "preferred_payment_method_line_id" in vals:
            method_id = vals["preferred_payment_method_line_id"] or False
            method = self._record("account.payment.method.line", method_id)
        else:
            method = partner.property_inbound_payment_method_line_id
        if "invoice_user_id" in vals:
            user_id = vals["invoice_user_id"] or None
        else:
            user_id = (partner.user_id or commercial.user_id or env.user).id
        columns.update(
            partner_id=partner.id,
            commercial_partner_id=commercial.id,
            partner_shipping_id=shipping.id or None,
            fiscal_position_id=fiscal_position.id or None,
            invoice_payment_term_id=term.id or None,
            preferred_payment_method_line_id=method.id or None,
            partner_bank_id=self._bank(vals, currency, method).id or None,
            invoice_user_id=user_id,
            invoice_partner_display_name=partner.display_name,
            invoice_incoterm_id=company.incoterm_id.id or None,
            narration=self._narration(vals, partner),
        )
        if "peppol_move_state" in self.move_model._fields:
            ready = company.peppol_can_send and commercial.peppol_verification_state == "valid"
            columns["peppol_move_state"] = "ready" if ready else None

    def _delivery_address(self, partner):
        return self.once(
            "delivery", partner.id, lambda: partner.address_get(["delivery"])["delivery"]
        )

    def _fiscal_position(self, partner, shipping):
        """Return Odoo's choice, asked once for all customers who are alike in what it reads."""
        key = tuple(
            (
                address.vat,
                address.zip,
                address.state_id.id,
                address.country_id.id,
                address.property_account_position_id.id,
                "vies_valid" in address._fields and address.vies_valid,
            )
            for address in (partner, shipping)
        )
        position_model = self.env["account.fiscal.position"]
        return self.once(
            "position",
            key,
            lambda: position_model._get_fiscal_position(partner, delivery=shipping),
        )

    def _bank(self, vals, currency, method):
        """Return the account to be paid into, by the rule of `_compute_partner_bank_id`."""
        company = self.company

        def chosen():
            inbound = method or company.partner_id.property_inbound_payment_method_line_id
            if inbound and inbound.journal_id:
                return inbound.journal_id.bank_account_id
            return company.partner_id.bank_ids.filtered(
                lambda bank: not bank.company_id or bank.company_id == company
            ).sorted(
                lambda bank: (
                    0 if bank.currency_id == currency or not bank.currency_id else 1,
                    not bank.allow_out_payment,
                )
            )[:1]

        if "partner_bank_id" in vals:
            bank = self._record("res.partner.bank", vals["partner_bank_id"] or False)
        else:
            bank = self.once("bank", (currency.id, method.id), chosen)
        if bank and not bank.active:
            raise NotQuick("an archived bank account")
        self._check_company(bank, "a bank account")
        return bank

    def _narration(self, vals, partner):
        if "narration" in vals:
            return self._column(self.move_model, "narration", vals["narration"])

        def standard():
            # a virtual invoice: Odoo writes the text in the customer's language
            draft = self.move_model.new(
                {
                    "move_type": "out_invoice",
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                }
            )
            return self._column(self.move_model, "narration", draft.narration)

        use_terms = self.once(
            "use_terms",
            0,
            lambda: self.env["ir.config_parameter"].sudo().get_param("account.use_invoice_terms"),
        )
        return self.once("terms", partner.lang, standard) if use_terms else None

    # ------------------------------------------------------------------ journal items

    def _add_items(self, invoice, vals, partner, currency):
        """Append product, text, tax and payment term lines, and set the totals."""
        header = invoice.columns
        position = self._record(
            "account.fiscal.position", header["fiscal_position_id"] or False
        )
        self._common = {
            "company_currency_id": self.currency.id,
            "company_id": self.company.id,
            "currency_id": currency.id,
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
        product_items, signatures = [], []
        for command in vals.get("invoice_line_ids") or ():
            if len(command) != 3 or command[0] != Command.CREATE:
                raise NotQuick("invoice lines that are not new")
            item, signature = self._line(command[2], position)
            invoice.items.append(item)
            if signature:
                product_items.append(item)
                signatures.append(signature)
        if not product_items:
            raise NotQuick("no product line")
        rate = header["invoice_currency_rate"]
        taxed = self.once(
            "taxed",
            (currency.id, rate, tuple(signatures)),
            lambda: self._tax(currency, rate, signatures),
        )
        for item, signature, amounts in zip(product_items, signatures, taxed.lines, strict=True):
            self._amounts(item.columns, currency, amounts[0], amounts[1])
            item.links["tax_tag_ids"] = amounts[2]
            subtotal, total = self.once(
                "line", (currency.id, rate, signature), lambda: None
            ) or (0.0, 0.0)
            item.columns["price_subtotal"] = _text(currency, subtotal)
            item.columns["price_total"] = _text(currency, total)
        for columns, links in taxed.taxes:
            invoice.items.append(Item({**self._common, **columns}, links))
        self._totals(header, currency, taxed)
        self._payment_terms(invoice, partner, currency, taxed, position)

    def _line(self, vals, position):
        """Return (Item, signature for the tax engine or None) of one line."""
        display_type = vals.get("display_type") or "product"
        columns, links = self._plain(self.line_model, vals, LINE_KEYS)
        columns = {
            **self._common,
            **columns,
            "display_type": display_type,
            "name": self._column(self.line_model, "name", vals.get("name")),
            "sequence": vals.get("sequence", 100),
        }
        for name in ("collapse_composition", "collapse_prices"):
            if name in vals:
                columns[name] = bool(vals[name])
        if display_type in TEXT_LINES:
            self._text_columns(vals, columns)
            return Item(columns, links), None
        if display_type != "product":
            raise NotQuick(f"a line of type {display_type}")
        if not vals.get("name"):
            raise NotQuick("a line without text")
        if "price_unit" not in vals:
            raise NotQuick("a line without price")
        product = self._record("product.product", vals.get("product_id") or False)
        self._check_company(product, "a product")
        account = self._account(vals, product, position)
        taxes = self._taxes(vals, product, position, account)
        if "product_uom_id" in vals:
            uom_id = vals["product_uom_id"] or False
        else:
            uom_id = product.uom_id.id
        quantity = self._column(self.line_model, "quantity", vals.get("quantity", 1.0))
        discount = self._column(self.line_model, "discount", vals.get("discount", 0.0))
        price = float(vals["price_unit"] or 0.0)
        analytic = self._analytic(vals)
        columns.update(
            account_id=account.id,
            product_id=product.id or None,
            product_uom_id=uom_id or None,
            quantity=quantity,
            discount=discount,
            price_unit=price,
        )
        if analytic:
            columns["analytic_distribution"] = self.once(
                "json", analytic, lambda: _json(dict(analytic))
            )
        links["tax_ids"] = taxes._ids
        signature = (
            price,
            quantity,
            discount,
            taxes._ids,
            product.id,
            uom_id,
            account.id,
            analytic,
        )
        return Item(columns, links), signature

    def _text_columns(self, vals, columns):
        """Complete a section or a note, which carries no amount."""
        given = {
            name
            for name in ("account_id", "analytic_distribution", "price_unit", "product_id")
            if vals.get(name)
        }
        given.update(name for name in ("tax_ids", "quantity", "discount") if vals.get(name))
        if given:
            raise NotQuick("a section or note with an amount")
        columns.update(
            amount_currency="0.00",
            amount_residual="0.00",
            amount_residual_currency="0.00",
            balance="0.00",
            credit="0.00",
            debit="0.00",
            price_subtotal="0.00",
            price_total="0.00",
            price_unit=0.0,
            quantity="0.00",
            reconciled=False,
        )

    def _account(self, vals, product, position):
        if vals.get("account_id"):
            account = self._record("account.account", vals["account_id"])
        elif product:
            account = self.once(
                "income",
                (product.id, position.id),
                lambda: product.product_tmpl_id.get_product_accounts(fiscal_pos=position)[
                    "income"
                ],
            )
        else:
            raise NotQuick("neither product nor account")
        self._check_account(account, "product")
        self._check_company(account, "an account")
        return account

    def _taxes(self, vals, product, position, account):
        if "tax_ids" in vals:
            taxes = self._record("account.tax", _linked_ids(vals["tax_ids"]))
        else:

            def computed():
                domain = self.tax_model._check_company_domain(self.company)
                found = product.taxes_id.filtered_domain(domain)
                if not found and account.tax_ids:
                    return None
                return position.map_tax(found._filter_taxes_by_company(self.company))

            taxes = self.once("product_taxes", (product.id, position.id, account.id), computed)
            if taxes is None:
                raise NotQuick("taxes of the account")
        self._check_taxes(taxes, position)
        return taxes

    def _analytic(self, vals):
        """Return the distribution as a hashable tuple of (key, percentage), or ()."""
        if "analytic_distribution" not in vals:
            models = self.once(
                "models",
                0,
                lambda: self.env["account.analytic.distribution.model"]
                .sudo()
                .search_count([], limit=1),
            )
            if models:
                raise NotQuick("analytic distribution models")
            return ()
        if not vals["analytic_distribution"]:
            return ()
        if "__update__" in vals["analytic_distribution"]:
            raise NotQuick("a partial analytic distribution")
        digits = self.once(
            "digits",
            0,
            lambda: self.env["decimal.precision"].precision_get("Percentage Analytic"),
        )
        clean = self.line_model._sanitize_values(
            {"analytic_distribution": vals["analytic_distribution"]}, digits
        )
        return tuple(clean["analytic_distribution"].items())

    # ------------------------------------------------------------------ amounts

    def _tax(self, currency, rate, signatures):
        """Ask Odoo's tax engine, in the steps of `account.move._sync_tax_lines`."""
        engine, company = self.tax_model, self.company
        base_lines = [self._base_line(currency, rate, signature) for signature in signatures]
        for base_line, signature in zip(base_lines, signatures, strict=True):
            engine._add_tax_details_in_base_line(base_line, company)
            key = (currency.id, rate, signature)
            if key not in self._known["line"]:
                # the totals shown on a line are rounded without looking at the other lines
                engine._round_base_lines_tax_details([base_line], company)
                details = base_line["tax_details"]
                self._known["line"][key] = (
                    details["total_excluded_currency"],
                    details["total_included_currency"],
                )
        engine._round_base_lines_tax_details(base_lines, company)
        engine._add_accounting_data_in_base_lines_tax_details(base_lines, company)
        result = engine._prepare_tax_lines(base_lines, company)
        lines, untaxed_currency, untaxed = [], 0.0, 0.0
        for _base_line, amounts in result["base_lines_to_update"]:
            amount_currency = currency.round(amounts["amount_currency"])
            balance = self.currency.round(amounts["balance"])
            lines.append((amount_currency, balance, _linked_ids(amounts["tax_tag_ids"])))
            untaxed_currency += amount_currency
            untaxed += balance
        taxes, tax_currency, tax = [], 0.0, 0.0
        for values in result["tax_lines_to_add"]:
            amount_currency = currency.round(values["amount_currency"])
            balance = self.currency.round(values["balance"])
            taxes.append(self._tax_line(values, currency, amount_currency, balance))
            tax_currency += amount_currency
            tax += balance
        return Taxed(tuple(lines), tuple(taxes), untaxed_currency, untaxed, tax_currency, tax)

    def _base_line(self, currency, rate, signature):
        price, quantity, discount, tax_ids, product_id, uom_id, account_id, analytic = signature
        return self.tax_model._prepare_base_line_for_taxes_computation(
            {},
            product_id=self._record("product.product", product_id or False),
            product_uom_id=self._record("uom.uom", uom_id or False),
            tax_ids=self._record("account.tax", tax_ids),
            price_unit=price,
            quantity=float(quantity),
            discount=float(discount),
            currency_id=currency,
            rate=rate,
            sign=-1,
            account_id=self._record("account.account", account_id),
            analytic_distribution=dict(analytic) or None,
        )

    def _tax_line(self, values, currency, amount_currency, balance):
        """Return (columns, links) of a tax line that Odoo would create from ``values``."""
        repartition = self._record(
            "account.tax.repartition.line", values["tax_repartition_line_id"]
        )
        account = self._record("account.account", values["account_id"] or False)
        self._check_account(account, "tax")
        tax = repartition.tax_id
        columns = {
            "account_id": account.id,
            "analytic_distribution": values["analytic_distribution"]
            and _json(values["analytic_distribution"])
            or None,
            "display_type": "tax",
            "group_tax_id": values["group_tax_id"] or None,
            "name": values["name"],
            "price_subtotal": _text(currency, 0.0),
            "price_total": _text(currency, 0.0),
            "price_unit": 0.0,
            "quantity": "0.00",
            "sequence": SEQUENCES["tax"],
            "tax_base_amount": _text(
                self.currency, self.currency.round(values["tax_base_amount"])
            ),
            "tax_group_id": tax.tax_group_id.id or None,
            "tax_line_id": tax.id,
            "tax_repartition_line_id": repartition.id,
        }
        self._amounts(columns, currency, amount_currency, balance)
        links = {
            "tax_ids": _linked_ids(values["tax_ids"]),
            "tax_tag_ids": _linked_ids(values["tax_tag_ids"]),
        }
        return columns, links

    def _amounts(self, columns, currency, amount_currency, balance):
        """Set the amounts of an item, and its residuals as they are before any payment."""
        if bool(amount_currency) != bool(balance):
            raise NotQuick("an amount that is zero in one of the two currencies")
        columns["amount_currency"] = _text(currency, amount_currency)
        columns["balance"] = _text(self.currency, balance)
        columns["debit"] = _text(self.currency, balance if balance > 0.0 else 0.0)
        columns["credit"] = _text(self.currency, -balance if balance < 0.0 else 0.0)
        if self._keeps_residual(columns["account_id"]):
            columns["amount_residual"] = columns["balance"]
            columns["amount_residual_currency"] = columns["amount_currency"]
            columns["reconciled"] = not balance
        else:
            columns["amount_residual"] = _text(self.currency, 0.0)
            columns["amount_residual_currency"] = _text(currency, 0.0)
            columns["reconciled"] = False

    def _keeps_residual(self, account_id):
        account = self._record("account.account", account_id)
        return self.once(
            "residual",
            account_id,
            lambda: account.reconcile
            or account.account_type in ("asset_cash", "liability_credit_card"),
        )

    def _totals(self, header, currency, taxed):
        """Set the totals of the header; the customer owes what the other items are credited."""
        untaxed_currency = currency.round(-taxed.untaxed_currency)
        tax_currency = currency.round(-taxed.tax_currency)
        total_currency = currency.round(-(taxed.untaxed_currency + taxed.tax_currency))
        untaxed = self.currency.round(-taxed.untaxed)
        tax = self.currency.round(-taxed.tax)
        total = self.currency.round(-(taxed.untaxed + taxed.tax))
        if currency.compare_amounts(total_currency, 0.0) <= 0 or total <= 0.0:
            raise NotQuick("a total that is not positive")
        self._sums = (untaxed_currency, untaxed, tax_currency, tax, total_currency, total)
        header.update(
            amount_untaxed=_text(currency, untaxed_currency),
            amount_tax=_text(currency, tax_currency),
            amount_total=_text(currency, total_currency),
            amount_residual=_text(currency, total_currency),
            amount_untaxed_signed=_text(self.currency, untaxed),
            amount_untaxed_in_currency_signed=_text(currency, untaxed_currency),
            amount_tax_signed=_text(self.currency, tax),
            amount_total_signed=_text(self.currency, total),
            amount_total_in_currency_signed=_text(currency, total_currency),
            amount_residual_signed=_text(self.currency, total),
        )

    # ------------------------------------------------------------------ payment terms

    def _payment_terms(self, invoice, partner, currency, taxed, position):
        header = invoice.columns
        term = self._record(
            "account.payment.term", header["invoice_payment_term_id"] or False
        )
        account = self._receivable(partner, position)
        base = {
            **self._common,
            "account_id": account.id,
            "display_type": "payment_term",
            "price_subtotal": _text(currency, 0.0),
            "price_total": _text(currency, 0.0),
            "price_unit": 0.0,
            "quantity": "0.00",
            "sequence": SEQUENCES["payment_term"],
        }
        due = self.once(
            "due",
            (term.id, header["date"], currency.id, self._sums),
            lambda: self._due(term, header["date"], currency, self._sums),
        )
        remaining = self._sums[5]
        items = []
        for date, discount_date, balance, amount_currency, discount, discount_currency in due:
            columns = {
                **base,
                "date_maturity": date,
                "discount_date": discount_date or None,
                "discount_balance": _text(self.currency, discount),
                "discount_amount_currency": _text(currency, discount_currency),
            }
            self._amounts(columns, currency, balance=balance, amount_currency=amount_currency)
            items.append(Item(columns))
            remaining -= balance
        if not self.currency.is_zero(remaining):
            raise NotQuick("payment terms that do not add up")
        if len(term.line_ids) > 1:
            ordered = sorted(items, key=lambda item: item.columns["date_maturity"])
            for number, item in enumerate(ordered, 1):
                item.installment = number
        invoice.items += items
        header["invoice_date_due"] = max(item.columns["date_maturity"] for item in items)

    def _due(self, term, date, currency, sums):
        """Return the installments, as `account.move._compute_needed_terms` merges them."""
        untaxed_currency, untaxed, tax_currency, tax, total_currency, total = sums
        if not term:
            return ((self.today, None, total, total_currency, 0.0, 0.0),)
        terms = term._compute_terms(
            date_ref=date,
            currency=currency,
            company=self.company,
            tax_amount=tax,
            tax_amount_currency=tax_currency,
            sign=1,
            untaxed_amount=untaxed,
            untaxed_amount_currency=untaxed_currency,
            cash_rounding=self.env["account.cash.rounding"],
        )
        merged = {}
        for line in terms["line_ids"]:
            amounts = merged.setdefault(fields.Date.to_date(line["date"]), [0.0, 0.0])
            amounts[0] += line["company_amount"]
            amounts[1] += line["foreign_amount"]
        return tuple(
            (
                due_date,
                terms.get("discount_date"),
                self.currency.round(balance),
                currency.round(amount_currency),
                terms.get("discount_balance") or 0.0,
                terms.get("discount_amount_currency") or 0.0,
            )
            for due_date, (balance, amount_currency) in merged.items()
        )

    def _receivable(self, partner, position):
        """Return the customer's account, by the rule of `account.move.line._compute_account_id`."""
        commercial = partner.commercial_partner_id
        account = (
            commercial.property_account_receivable_id
            or self.company.partner_id.property_account_receivable_id
        )
        if position:
            account = self.once(
                "map", (position.id, account.id), lambda: position.map_account(account)
            )
        self._check_account(account, "payment_term")
        return account


def installment_name(env, name, number):
    """Return Odoo's label of payment term line ``number`` of several."""
    source = "%(name)s installment #%(number)s"
    known = code_translations.get_python_translations("account", env.lang or "en_US")
    return (known.get(source, source) % {"name": name, "number": number}).lstrip()


def _linked_ids(value):
    """Return the ids that a many-to-many value holds, as a tuple without doubles.

    :raise NotQuick: for commands that create, change or remove records.
    """
    if not value:
        return ()
    ids = {}
    for command in value:
        if isinstance(command, int):
            ids[command] = None
        elif command[0] == Command.SET:
            ids = dict.fromkeys(command[2])
        elif command[0] == Command.LINK:
            ids[command[1]] = None
        elif command[0] == Command.CLEAR:
            ids = {}
        else:
            raise NotQuick("records made along with the invoice")
    return tuple(ids)


def _text(currency, amount):
    """Return ``amount`` with the decimals of its currency, as the column stores it."""
    return f"{amount:.{currency.decimal_places}f}"


def _json(distribution):
    return json.dumps(distribution)
