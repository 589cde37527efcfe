from odoo.tools import LazyTranslate

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class PaymentTerms(ChangeType):
    """Invoices of the day and later have these payment terms; none means those of the payer."""

    name = "payment_terms"
    label = _lt("Payment Terms")
    group = "billing"
    on = "contract"
    values = {"payment_term_id": Value("record", model="account.payment.term", blank_counts=True)}

    def apply(self, changes):
        for change in changes.filtered(lambda change: not change._is_superseded()):
            change.contract_id.payment_term_id = change._parsed().get("payment_term_id") or False
