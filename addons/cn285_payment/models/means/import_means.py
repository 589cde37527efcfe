"""Files of means of payment that another system kept, and of customers' bank accounts."""

from odoo.addons.cn285_import.models.cells import CellError
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


def read_provider(reader, text):
    """A payment provider of the company, by its code or its name."""
    # sudo: who loads means may read these anyhow; rules of the provider's own are not asked.
    providers = reader.env["payment.provider"].sudo()
    own = providers.search([*providers._check_company_domain(reader.env.company)])
    named = own.filtered(lambda one: text.lower() in (one.code.lower(), (one.name or "").lower()))
    if not named:
        raise CellError(reader.env._("there is no payment provider “%s” in this company", text))
    return named[0].id


def read_method(reader, text):
    """A payment method by its code, such as ``card``."""
    methods = reader.env["payment.method"].with_context(active_test=False)
    found = methods.search([("code", "=", text.lower())], limit=1)
    if not found:
        raise CellError(reader.env._("there is no payment method “%s”", text))
    return found.id


def complete_new_means(vals, cells):
    """Means are a card where the file says nothing else."""
    vals.setdefault("payment_details", vals.get("cn285_last4") or False)


def use_means(load):
    """Means become their payers' usual ones where the file says so, or where there are none."""
    entries = load.loaded["means"]
    # sudo: who may load means decides by what contacts pay.
    tokens = load.env["payment.token"].sudo().browse(entries)
    for token in tokens:
        if entries[token.id].cells.get("usual"):
            payer = token.partner_id.commercial_partner_id.with_company(token.company_id)
            payer.cn285_payment_token_id = token
    tokens._cn285_take_over()


MEANS = Kind(
    "means",
    "payment.token",
    columns_of(
        "partner_id",
        provider=Column("provider_id", read_provider),
        method=Column("payment_method_id", read_method),
        reference="provider_ref",
        details="payment_details",
        valid_until="cn285_expiry_date",
        brand="cn285_brand",
        last_digits="cn285_last4",
        funding="cn285_funding",
        mandate="cn285_mandate_ref",
        usual=Column(None, "boolean", meaning=_lt("Yes: the usual means of its payer.")),
    ),
    required=("partner", "provider", "method", "reference"),
    key=("provider", "reference"),
    adopt=("provider_id", "provider_ref"),
    complete_new=complete_new_means,
    finish=use_means,
)
BANK_ACCOUNTS = Kind(
    "bank_accounts",
    "res.partner.bank",
    columns_of("partner_id", number="acc_number", holder="acc_holder_name"),
    required=("partner", "number"),
    key=("partner", "number"),
    adopt=("partner_id", "acc_number"),
    example={"partner": "CUST-1", "number": "FR7630006000011234567890189"},
)
