"""What the quick invoice writer asks Odoo once per batch, and what it refuses to handle."""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields
from odoo.fields import Command

from .invoice_writer_reasons import NotQuick

# Odoo's company check, which these models do not override, allows those without a company.
COMPANY_OPTIONAL = frozenset({"product.product", "res.partner"})


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
    links: dict
    partner: object
    journal: object
    items: list = field(default_factory=list)


class Known:
    """The company's side of a batch: settings, records and answers that many invoices share.

    ``env`` must have the company as its current one. It lives for one call only: answers are
    remembered, so nothing they depend on may change in the meantime.

    :raise NotQuick: when the company's settings rule the quick path out.
    """

    def __init__(self, env, plain_fields, plain_taxes=False):
        self.env = env
        self.company = env.company
        self.currency = env.company.currency_id
        self.plain_fields = plain_fields
        self.plain_taxes = plain_taxes
        self.today = fields.Date.context_today(env["account.move"])
        self._answers = defaultdict(dict)
        self._of_company = set()
        self._check_company_settings()

    def once(self, name, key, compute):
        """Return ``compute()``, called once for each (name, key)."""
        answers = self._answers[name]
        if key not in answers:
            answers[key] = compute()
        return answers[key]

    def record(self, model, record_id):
        """Return that record, always the same object, so that records are fetched together."""
        answers = self._answers[model]
        found = answers.get(record_id)
        if found is None:
            found = answers[record_id] = self.env[model].browse(record_id)
        return found

    def prefetch(self, model, ids):
        """Announce records: the first one that is read loads them all."""
        answers = self._answers[model]
        for record in self.env[model].browse(sorted(id_ for id_ in set(ids) if id_)):
            answers.setdefault(record.id, record)

    def format(self, currency):
        """Return how amounts of the currency are written, with the decimals of its column."""
        return self.once("format", currency.id, lambda: f"%.{currency.decimal_places}f")

    # ------------------------------------------------------------------ checks

    def _check_company_settings(self):
        company = self.company
        if company.account_storno:
            raise NotQuick("storno")
        if company.account_discount_expense_allocation_id:
            raise NotQuick("discount_account")
        if company.quick_edit_mode in ("out_invoices", "out_and_in_invoices"):
            raise NotQuick("quick_encoding")
        for model in ("account.move", "account.move.line"):
            for name in self.env["ir.default"]._get_model_defaults(model):
                raise NotQuick("default", name)

    def check_followers(self, vals):
        """Refuse an invoice that is given a document whose followers are to follow the invoice.

        As Odoo does it: by the fields in ``vals``, not by those that compute themselves.
        """

        def followed():
            subtypes = self.env["mail.message.subtype"]
            *_lists, relations = subtypes._get_auto_subscription_subtypes("account.move")
            return [name for names in relations.values() for name in names]

        for name in self.once("followed", 0, followed):
            if vals.get(name):
                raise NotQuick("followers", name)

    def check_company(self, records):
        """Refuse ``records`` that Odoo's company check would refuse."""
        key = records._name, records._ids
        if not records or key in self._of_company:
            return
        if records._name not in COMPANY_OPTIONAL or records.company_id:
            domain = records._check_company_domain(self.company)
            wide = records.sudo().with_context(active_test=False)
            if domain and wide != wide.filtered_domain(domain):
                raise NotQuick("other_company", records._name)
        self._of_company.add(key)

    def check_dates(self, journal, date):
        def locked():
            return self.company._get_violated_lock_dates(
                date, True, journal
            ) or self.company._get_lock_date_violations(date)

        if self.once("locked", (journal.id, date), locked):
            raise NotQuick("lock_date")

    def check_account(self, account, display_type):
        def verdict():
            if not account:
                return ("no_account",)
            if not account.active:
                return ("account_archived",)
            if account.currency_id:
                return ("account_currency",)
            if account.account_type in ("off_balance", "liability_payable"):
                return "account_type", account.account_type
            if (account.account_type == "asset_receivable") != (display_type == "payment_term"):
                return ("account_receivable",)
            if not self.company.sudo().parent_ids & account.sudo().company_ids:
                return "other_company", account._name
            return ()

        if reason := self.once("account", (account.id, display_type), verdict):
            raise NotQuick(*reason)

    def check_taxes(self, taxes, fiscal_position):
        def verdict():
            exigibility = set(taxes.flatten_taxes_hierarchy().mapped("tax_exigibility"))
            if len(exigibility) > 1:
                return ("tax_exigibility",)
            foreign = fiscal_position.foreign_vat and fiscal_position.country_id
            country = foreign or self.company.account_fiscal_country_id
            if taxes.country_id - country:
                return ("tax_country",)
            return ()

        if reason := self.once("taxes", (taxes._ids, fiscal_position.id), verdict):
            raise NotQuick(*reason)
        self.check_company(taxes)

    # ------------------------------------------------------------------ plain data

    def plain(self, model, vals, known_keys):
        """Return (columns, links) of the fields that are stored as given."""
        columns, links = {}, {}
        for name in vals.keys() - known_keys:
            fld = self.plain_fields[model._name].get(name)
            if fld is None:
                raise NotQuick("field", name)
            if fld.type == "many2many":
                links[name] = linked_ids(vals[name])
                continue
            columns[name] = fld.convert_to_column_insert(
                fld.convert_to_cache(vals[name], model), model
            )
            if fld.type == "many2one" and fld.check_company and columns[name]:
                self.check_company(self.record(fld.comodel_name, columns[name]))
        return columns, links

    def column(self, model, name, value):
        """Return ``value`` as Odoo stores it in the column of that field."""
        fld = model._fields[name]
        key = (name, value)
        return self.once(
            model._name,
            key,
            lambda: fld.convert_to_column_insert(fld.convert_to_cache(value, model), model),
        )


def linked_ids(value):
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
            raise NotQuick("commands")
    return tuple(ids)


def as_json(distribution):
    return json.dumps(distribution)
