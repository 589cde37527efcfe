"""How cells are read that name taxes, currencies and analytic accounts.

Readers of a column take the ``CellReader`` and the text, and raise ``CellError``.
"""

import re

from odoo.addons.cn285_import.models.cells import CellError, split_list


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
    """Sales taxes by name, by external id, or by rate (``20 %``); ``none``: no taxes.

    :returns: for each that is named the taxes that may be meant; which of them it is hangs on the
        product's type: see ``complete_product``
    """
    if text.lower() == "none":
        return []
    return [_taxes_called(reader.env, name) for name in split_list(text)]


def _taxes_called(env, text):
    """The company's sales taxes that a text may mean: at least one."""
    taxes = env["account.tax"].with_context(active_test=False)
    known = taxes.search([*taxes._check_company_domain(env.company), ("type_tax_use", "=", "sale")])
    found = _meant(known.filtered("active"), text)
    if not found and _meant(known, text):
        # Charts of accounts bring most of their rates archived.
        raise CellError(
            env._("sales tax “%s” is archived: activate it in the list of taxes first", text)
        )
    if not found:
        raise CellError(env._("there is no sales tax “%s”", text))
    return found


def _meant(usable, text):
    """Of some taxes those that a text means: by name, else by external id, else by rate."""
    env = usable.env
    found = usable.filtered(lambda tax: tax.name == text)
    if not found and "." in text and " " not in text:
        tax = env.ref(text, raise_if_not_found=False)
        found = tax & usable if tax and tax._name == usable._name else found
    rate = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*%?", text)
    if rate and not found:
        amount = float(rate[1].replace(",", "."))
        found = usable.filtered(lambda tax: tax.amount_type == "percent" and tax.amount == amount)
    return found


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
