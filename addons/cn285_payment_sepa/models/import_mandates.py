"""Files of mandates that another system kept: each is signed as it was, and may be debited."""

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


def sign_mandates(load):
    """Mandates of a load become means of payment, and their payers' usual ones where they have
    none or the file says so."""
    entries = load.loaded["mandates"]
    mandates = load.env["cn285.sepa.mandate"].browse(entries)
    drafts = mandates.filtered(lambda mandate: mandate.state == "draft")
    load.in_bulk([(entries[mandate.id], mandate) for mandate in drafts], _sign)


def _sign(pairs):
    for entry, mandate in pairs:
        mandate.check_access("write")
        last = entry.cells.get("last_debit_on")
        if last:
            mandate._write_inside({"last_debit_on": last})
        mandate._sign(mandate.signed_on, how="import")
        payer = mandate.partner_id.commercial_partner_id.with_company(mandate.company_id)
        if entry.cells.get("usual") or not payer.cn285_payment_token_id:
            # sudo: who may load mandates decides by what contacts pay.
            payer.sudo().cn285_payment_token_id = mandate.token_id
    return pairs


MANDATES = Kind(
    "mandates",
    "cn285.sepa.mandate",
    columns_of(
        "partner_id",
        "reference",
        "iban",
        "bic",
        "holder",
        "scheme",
        "one_off",
        "signed_on",
        "notice_days",
        last_debit_on=Column(None, "date", meaning=_lt("Day of the last debit by it.")),
        usual=Column(None, "boolean", meaning=_lt("Yes: the usual means of its payer.")),
    ),
    required=("partner", "reference", "iban", "signed_on"),
    key=("reference",),
    adopt=("reference",),
    finish=sign_mandates,
    example={
        "partner": "CUST-1",
        "reference": "RUM-0001",
        "iban": "FR7630006000011234567890189",
        "signed_on": "2024-01-01",
        "last_debit_on": "2025-12-05",
    },
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), MANDATES]

    @api.model
    def _named_by(self):
        return {**super()._named_by(), "cn285.sepa.mandate": ("reference",)}
