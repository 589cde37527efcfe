from odoo.tools import LazyTranslate

from ..change_value import Value
from .interruption import BILLING_VALUE, Interruption

_lt = LazyTranslate(__name__)


class Deactivate(Interruption):
    """Items are suspended, for a debt or by hand; billing goes on unless said otherwise."""

    name = "deactivate"
    label = _lt("Deactivation")
    group = "interruption"
    values = {"cause": Value("choice", choices=("debt", "manual")), "billing": BILLING_VALUE}

    kind = "suspension"
    state = "suspended"
    interrupted = ("active", "paused")
    billing = "billed"

    def check(self, change):
        self.check_served(change)
        if not change._concerned(self.interrupted):
            raise change._refusal(change.env._("nothing is active that could be deactivated."))

    def obsolete_reason(self, change):
        """It was deactivated before."""
        reason = super().obsolete_reason(change)
        done = change._concerned((self.state,)) and not change._concerned(self.interrupted)
        if reason or not done:
            return reason
        return change.env._("nothing is active that could be deactivated.")
