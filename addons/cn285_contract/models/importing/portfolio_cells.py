"""From the text of a cell to the value of a field; what is wrong is said in a clerk's words."""

import math
import re
from datetime import date, datetime, time

from odoo.fields import Command

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
# Blanks that spreadsheets put between thousands.
_BLANKS = re.compile("[ \u00a0\u202f]")
_INTEGER_LIMIT = 2**31
YES = {"yes", "true", "1", "y", "x", "oui", "vrai"}
NO = {"no", "false", "0", "n", "non", "faux"}
CONTRACT_STATES = ("draft", "active", "closed", "cancelled")


class CellError(ValueError):
    """A cell that cannot be read; its message is what the clerk is told."""


class CellReader:
    """Reads cells for one load.

    :param env: the environment of the user who loads
    :param references: the ``References`` of the load
    :param refused: ``{(model, id text): (file, line)}`` of rows that were refused before
    """

    def __init__(self, env, references, refused):
        self.env = env
        self.references = references
        self.refused = refused
        self._selections = {}

    def value_of(self, model, column, text):
        """The value of a cell that is not empty, as :meth:`create` takes it.

        :raises CellError: saying what is wrong, without naming the column
        """
        if callable(column.reader):
            return column.reader(self, text)
        if column.reader:
            return getattr(self, f"_read_{column.reader}")(text)
        field = self.env[model]._fields[column.field]
        if field.type in ("many2one", "many2many"):
            if field.type == "many2one":
                return self._reference(field.comodel_name, text)
            ids = [self._reference(field.comodel_name, name) for name in split_list(text)]
            return [Command.set(ids)]
        if field.type == "selection":
            return self._read_selection(field, text)
        return getattr(self, f"_read_{field.type}")(text)

    # --- plain values --------------------------------------------------------------------

    def _read_char(self, text):
        return text

    _read_text = _read_char
    _read_html = _read_char

    def _read_boolean(self, text):
        if text.lower() in YES:
            return True
        if text.lower() in NO:
            return False
        raise CellError(self.env._("“%s” is neither yes nor no", text))

    def _read_integer(self, text):
        number = _BLANKS.sub("", text)
        if not re.fullmatch(r"[+-]?\d{1,10}", number) or abs(int(number)) >= _INTEGER_LIMIT:
            raise CellError(self.env._("“%s” is not a whole number", text))
        return int(number)

    def read_float(self, text):
        number = _BLANKS.sub("", text)
        if not _NUMBER.fullmatch(number):
            raise CellError(self.env._("“%s” is not a number", text))
        value = float(number.replace(",", "."))
        if not math.isfinite(value) or abs(value) >= 1e12:
            raise CellError(self.env._("“%s” is too large", text))
        return value

    _read_float = read_float
    _read_monetary = read_float

    def _read_date(self, text):
        try:
            day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            day = None  # the 30th of February
        if not day:
            raise CellError(self.env._("“%s” is not a date; write it like 2026-12-31", text))
        return day

    def _read_datetime(self, text):
        return datetime.combine(self._read_date(text), time.min)

    def _read_end_of_day(self, text):
        return datetime.combine(self._read_date(text), time(23, 59, 59))

    def _read_selection(self, field, text):
        if field not in self._selections:
            labels = dict(field._description_selection(self.env))
            known = {label.lower(): value for value, label in labels.items()}
            self._selections[field] = known | {value.lower(): value for value in labels}, labels
        known, labels = self._selections[field]
        if text.lower() not in known:
            raise CellError(self._not_allowed(text, labels))
        return known[text.lower()]

    def _read_contract_state(self, text):
        if text.lower() not in CONTRACT_STATES:
            raise CellError(self._not_allowed(text, CONTRACT_STATES))
        return text.lower()

    def _not_allowed(self, text, values):
        return self.env._(
            "“%(text)s” is not allowed; choose one of %(values)s",
            text=text,
            values=", ".join(values),
        )

    # --- references ----------------------------------------------------------------------

    def _reference(self, model, text):
        found = self.references.get(model, text)
        if isinstance(found, list):
            raise CellError(
                self.env._(
                    "%(count)s records are called “%(text)s”; use the external id",
                    count=len(found),
                    text=text,
                )
            )
        if not found:
            raise CellError(self._missing(model, text))
        return found

    def _missing(self, model, text):
        if (model, text) in self.refused:
            file, line = self.refused[model, text]
            return self.env._(
                "“%(text)s” was refused itself (%(file)s, line %(line)s)",
                text=text,
                file=file,
                line=line,
            )
        return self.env._(
            "there is no %(what)s “%(text)s”",
            what=self.env["ir.model"]._get(model).name.lower(),
            text=text,
        )

    def _read_any_currency(self, text):
        """A currency, which a rate makes active where it is not."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", text.upper())])
        if not currency:
            raise CellError(self._missing("res.currency", text))
        if not currency.active:
            currency.active = True
            self.references.remember("res.currency", text, currency.id)
        return currency.id

    def _read_taxes(self, text):
        """Sales taxes by name, by external id, or by rate (``20 %``); ``none``: no taxes."""
        if text.lower() == "none":
            return [Command.clear()]
        taxes = self.env["account.tax"]
        for name in split_list(text):
            taxes |= self._tax(name)
        return [Command.set(taxes.ids)]

    def _tax(self, text):
        company = self.env.company
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
            ]
        )
        named = taxes.filtered(lambda tax: tax.name == text)
        if len(named) == 1:
            return named
        rate = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*%?", text)
        if rate and not named:
            amount = float(rate[1].replace(",", "."))
            equal = taxes.filtered(lambda t: t.amount_type == "percent" and t.amount == amount)
            if equal:
                default = company.account_sale_tax_id
                return default if default in equal else equal[0]
        raise CellError(self.env._("there is no sales tax “%s”", text))

    def _read_analytic(self, text):
        """``Code: 60 | Other: 40``; a code alone takes 100 %."""
        distribution = {}
        for part in split_list(text):
            name, _colon, share = part.rpartition(":") if ":" in part else (part, "", "100")
            accounts = self.env["account.analytic.account"]
            self.references.prepare(accounts._name, [name.strip()])
            account = self._reference(accounts._name, name.strip())
            distribution[str(account)] = self.read_float(share.strip().removesuffix("%"))
        return distribution


def split_list(text):
    """The names in a cell that may hold several, separated by a bar."""
    return [name.strip() for name in text.split("|") if name.strip()]
