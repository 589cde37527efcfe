"""Where debts say something of a person: entries of the list of places; no model is here."""

from odoo.addons.cn285_contract.models.privacy.places import Place, Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

KEPT = _lt("Kept with the invoices that they are about: Code de commerce, L123-22.")

DEBT_PLACES = (
    Texts(
        "dunning_history",
        _lt("Debtors: what was noted of them"),
        "cn285.dunning.event",
        lambda person: [
            "|",
            ("case_id.partner_id", "in", person.partners.ids),
            ("contract_id", "in", person.contracts.ids),
        ],
        texts=("text",),
    ),
    Place(
        "debtors",
        _lt("Debtors: what is overdue"),
        "cn285.dunning.case",
        lambda person: [("partner_id", "in", person.partners.ids)],
        kept=KEPT,
    ),
    Place(
        "late_fees",
        _lt("Late fees"),
        "cn285.late.fee",
        lambda person: [("partner_id", "in", person.partners.ids)],
        kept=KEPT,
    ),
)
