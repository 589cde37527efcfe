from odoo.tools import LazyTranslate, format_date

from .base import LetterKind, Parts

_lt = LazyTranslate(__name__)


class RenewalNoticeLetter(LetterKind):
    """Tells customers in time that their contract renews unless they refuse."""

    name = "renewal_notice"
    label = _lt("Renewal Notice")
    words = {
        "company": _lt("name of the company"),
        "customer": _lt("name of the customer"),
        "contract": _lt("number of the contract"),
        "term_end": _lt("last day of the term"),
        "renewal_date": _lt("day of the renewal"),
        "last_day_to_refuse": _lt("last day to refuse the renewal"),
        "legal_note": _lt("what the law wants to be said, where it demands the notice"),
    }
    required = ("term_end", "renewal_date", "legal_note")
    required_in_box = ("last_day_to_refuse",)
    model = "cn285.renewal.notice"
    domain = (("state", "!=", "cancelled"),)

    def parts(self, record):
        env = record.env
        words = {
            "company": record.company_id.name,
            "customer": record.partner_id.name or "",
            "contract": record.contract_id.name,
            "term_end": format_date(env, record.term_end),
            "renewal_date": format_date(env, record.renewal_date),
            "last_day_to_refuse": format_date(env, record.last_day_to_refuse),
            "legal_note": record.legal_note or "",
        }
        return Parts(words, {})
