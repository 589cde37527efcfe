from odoo.tools import LazyTranslate

from .interruption import Continuation

_lt = LazyTranslate(__name__)


class Activate(Continuation):
    """The suspension ends the day before."""

    name = "activate"
    label = _lt("Activation")
    group = "interruption"

    kind = "suspension"
    state = "suspended"

    def check(self, change):
        if not change._concerned((self.state,)):
            raise change._refusal(change.env._("nothing is deactivated."))

    def obsolete_reason(self, change):
        """It was activated before."""
        reason = super().obsolete_reason(change)
        if reason or change._concerned((self.state,)):
            return reason
        return change.env._("nothing is deactivated.")
