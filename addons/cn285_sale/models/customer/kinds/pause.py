"""Pauses, and their end."""

from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date

from .base import CustomerKind, Question, day_of

_lt = LazyTranslate(__name__)


class Pause(CustomerKind):
    """The contract pauses, within the template's limits of pauses."""

    name = "pause"
    label = _lt("Pause the contract")
    words = _lt("Nothing is served and nothing is billed meanwhile")
    icon = "fa-pause"
    change_type = "pause"
    on = "contract"

    def is_possible(self, asked):
        return any(item.state == "active" for item in asked.contract.item_ids)

    def questions(self, asked):
        template, env = asked.contract.template_id, asked.env
        longest, shortest = template.pause_max_length, template.pause_min_length
        limits = []
        if shortest:
            limits.append(env._("at least %s days", shortest))
        if longest:
            limits.append(env._("at most %s days", longest))
        text = ", ".join(limits)
        return [
            Question(
                "date_end",
                env._("Last day of the pause"),
                "date",
                required=bool(longest),
                help=text or env._("Left empty: until you resume"),
            )
        ]

    def values(self, asked, given):
        env, label = asked.env, asked.env._("Last day of the pause")
        longest = asked.contract.template_id.pause_max_length
        end = day_of(env, given.get("date_end", ""), label, required=bool(longest))
        if end and end < asked.contract.company_id._cn285_today():
            raise UserError(env._("%s: it is over already.", label))
        return {"date_end": end.isoformat()} if end else {}

    def told(self, asked, values):
        env, end = asked.env, values.get("date_end")
        return [
            (
                env._("Last day of the pause"),
                "",
                format_date(env, end) if end else env._("Until you resume"),
            )
        ]


class Resume(CustomerKind):
    """What pauses goes on."""

    name = "resume"
    label = _lt("Resume the contract")
    words = _lt("What pauses goes on from the day that you choose")
    icon = "fa-play"
    change_type = "resume"
    on = "contract"

    def is_possible(self, asked):
        return any(item.state == "paused" for item in asked.contract.item_ids)
