"""The texts of contracts and amendments, as kinds of letters that users edit with a preview."""

from odoo import api, models
from odoo.addons.cn285_renewal.models.letters.base import LetterKind, Parts, by_name
from odoo.addons.cn285_renewal.report.letter_pdf import Facts
from odoo.tools import LazyTranslate, format_date

_lt = LazyTranslate(__name__)

WORDS = {
    "company": _lt("name of the company"),
    "customer": _lt("name of the customer"),
    "contract": _lt("number of the contract"),
    "reference": _lt("the customer's reference"),
    "concluded": _lt("day on which the contract was concluded"),
    "start": _lt("first day of the contract"),
    "conditions": _lt("the version of the terms and conditions that is part of it"),
}


def contract_words(contract):
    """What stands for the placeholders of :data:`WORDS`."""
    terms = contract.terms_document_id
    today = contract.company_id._cn285_today()
    concluded = contract.date_concluded or (today if contract.state != "draft" else None)
    return {
        "company": contract.company_id.name,
        "customer": contract.partner_id.display_name or "",
        "contract": contract.name or "",
        "reference": contract.client_ref or "",
        # A draft is sent to be signed: it is concluded by the last signature, whenever that is.
        "concluded": (
            format_date(contract.env, concluded)
            if concluded
            else contract.env._("the day of the last signature")
        ),
        "start": format_date(contract.env, contract.date_start or concluded or today),
        "conditions": conditions(contract.env, terms),
    }


def conditions(env, terms):
    """Which terms and conditions are part of the contract, as a sentence; empty where none are."""
    if not terms:
        return ""
    return env._(
        "Terms and conditions that are part of this contract: %(name)s, version %(version)s.",
        name=terms.display_name,
        version=terms.version,
    )


class ContractLetter(LetterKind):
    """A contract: its parties, what is sold at which price and rhythm, its term, and the law."""

    name = "contract"
    label = _lt("Contract")
    words = WORDS
    blocks = {
        "parties": _lt("who it is between"),
        "items": _lt("what is sold, with prices and rhythm"),
        "terms": _lt("term, renewal, notice, payment"),
        "law": _lt("what the law wants to be quoted"),
    }
    required = ("parties", "items", "terms", "law")
    model = "cn285.contract"
    domain = (("state", "!=", "draft"),)

    def parts(self, record):
        return Parts(
            contract_words(record),
            {
                "parties": [Facts(record._document_parties())],
                "items": [Facts(record._document_items())],
                "terms": [Facts(record._document_terms())],
                "law": record._document_law(),
            },
        )


class AmendmentLetter(LetterKind):
    """An amendment: what a change altered, and from which day."""

    name = "amendment"
    label = _lt("Amendment")
    words = {
        **WORDS,
        "effective": _lt("first day of the new terms"),
        "change": _lt("what kind of change it is"),
    }
    blocks = {"changed": _lt("what was altered, before and after")}
    required = ("contract", "effective", "changed")
    model = "cn285.contract.change"
    domain = (("state", "=", "applied"),)

    def parts(self, record):
        words = {
            **contract_words(record._amended_contract()),
            "effective": format_date(record.env, record.date_effective),
            "change": record._type_label(),
        }
        return Parts(words, {"changed": [Facts(record._document_changed())]})


LETTERS = by_name(ContractLetter(), AmendmentLetter())


class LetterTemplate(models.Model):
    _inherit = "cn285.letter.template"

    @api.model
    def _kinds(self):
        return {**super()._kinds(), **LETTERS}
