"""How cells are read that name taxes, currencies and analytic accounts.

Readers of a column take the ``CellReader`` and the text, and raise ``CellError``.
"""

import re

from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.fields import Command


def read_any_currency(reader, text):
    """A currency, which a rate makes active where it is not."""
    currencies = reader.env["res.currency"].with_context(active_test=False)
    currency = currencies.search([("name", "=", text.upper())])
    if not currency:
        raise CellError(reader.missing("res.currency", text))
    if not currency.active:
        currency.active = True
        reader.references.remember("res.currency", text, currency.id)
    return currency.id


def read_taxes(reader, text):
    """Sales taxes by name, by external id, or by rate (``20 %``); ``none``: no taxes."""
    if text.lower() == "none":
        return [Command.clear()]
    taxes = reader.env["account.tax"]
    for name in split_list(text):
        taxes |= _tax(reader.env, name)
    return [Command.set(taxes.ids)]


def _tax(env, text):
    company = env.company
    taxes = env["account.tax"].search(
        [*env["account.tax"]._check_company_domain(company), ("type_tax_use", "=", "sale")]
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
    raise CellError(env._("there is no sales tax “%s”", text))


def read_analytic(reader, text):
    """``Code: 60 | Other: 40``; a code alone takes 100 %."""
    distribution = {}
    for part in split_list(text):
        name, _colon, share = part.rpartition(":") if ":" in part else (part, "", "100")
        accounts = reader.env["account.analytic.account"]
        reader.references.prepare(accounts._name, [name.strip()])
        account = reader.reference(accounts._name, name.strip())
        distribution[str(account)] = reader.read_float(share.strip().removesuffix("%"))
    return distribution
