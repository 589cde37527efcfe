from odoo.tools import LazyTranslate

from .base import CustomerKind, Question, chosen

_lt = LazyTranslate(__name__)


class Regret(CustomerKind):
    """A change that the customer asked for, and that has not taken effect, is taken back."""

    name = "regret"
    label = _lt("Take back a planned change")
    words = _lt("What you asked for and has not taken effect yet")
    icon = "fa-undo"
    on = "contract"
    asks_day = False

    def is_possible(self, asked):
        return bool(asked.contract._customer_planned())

    def questions(self, asked):
        choices = self._choices(asked)
        first = choices[0][0] if len(choices) == 1 else ""
        return [Question("change", asked.env._("Planned change"), "choice", first, choices)]

    def values(self, asked, given):
        label = asked.env._("Planned change")
        number = chosen(asked.env, given.get("change", ""), self._choices(asked), label)
        return {"change_id": int(number)}

    def told(self, asked, values):
        change = asked.env["cn285.contract.change"].browse(values["change_id"])
        return [(asked.env._("Planned change"), change._customer_text(), asked.env._("none"))]

    def preview(self, asked, given):
        """It costs nothing: what has not taken effect was not billed."""
        values = self.values(asked, given)
        return {
            "told": self.told(asked, values),
            "date": None,
            "money": None,
            "approval": False,
            "signature": False,
            "pays": False,
            "shown": "",
        }

    def carry_out(self, asked, given, key):
        """Cancel it, in the customer's name; clicked twice, it is cancelled once."""
        asked.contract._portal_lock()
        taken = asked.contract._customer_taken_back(given.get("change", ""))
        if taken:
            return taken
        values = self.values(asked, given)
        change = asked.env["cn285.contract.change"].browse(values["change_id"])
        return change._customer_take_back(asked.user)

    def done_before(self, contract, given, key):
        return contract._customer_taken_back(given.get("change", ""))

    def _choices(self, asked):
        return [
            (str(change.id), change._customer_text(), "")
            for change in asked.contract._customer_planned()
        ]
