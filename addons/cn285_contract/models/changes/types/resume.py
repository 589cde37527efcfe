from odoo.tools import LazyTranslate

from .interruption import Continuation

_lt = LazyTranslate(__name__)


class Resume(Continuation):
    """The pause ends the day before; billing goes on in the same rhythm."""

    name = "resume"
    label = _lt("Resumption")
    group = "interruption"
    for_customers = True

    kind = "pause"
    state = "paused"

    def needs_running(self, change):
        """A pause that ends by itself does so whatever became of its contract meanwhile."""
        return change.origin != "system"

    def check(self, change):
        """Something is paused; where a pause ends by itself, it may have been ended before."""
        if change.origin != "system" and not change._concerned((self.state,)):
            raise change._refusal(change.env._("nothing is paused."))

    def obsolete_reason(self, change):
        """It was ended before."""
        reason = super().obsolete_reason(change)
        if reason or change.origin == "system" or change._concerned((self.state,)):
            return reason
        return change.env._("nothing is paused.")
