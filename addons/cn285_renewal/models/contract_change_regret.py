from odoo import fields, models
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.tools import LazyTranslate, format_date

from ..engine.withdrawal import withdrawal_deadline

_lt = LazyTranslate(__name__)


class Regret(ChangeType):
    """A customer withdraws in time, and owes nothing: all is credited, usage included."""

    name = "regret"
    label = _lt("Regret")
    on = "either"
    for_customers = True

    def check(self, change):
        """Within the withdrawal period, counted from the conclusion, or from an item's addition."""
        items = change.item_id or change.contract_id.item_ids
        if not items.filtered(lambda item: item.state in ("draft", *LIVE_STATES)):
            raise change._refusal(change.env._("nothing runs from which to withdraw."))
        deadline = self._deadline(change)
        requested = change.date_requested or change.company_id._cn285_today()
        if requested > deadline and not change.override:
            raise change._refusal(
                change.env._(
                    "the withdrawal period ended on %s.", format_date(change.env, deadline)
                )
            )

    def _deadline(self, change):
        """Last day on which the customer may withdraw."""
        contract, item = change.contract_id, change.item_id
        concluded = contract.date_concluded or contract.date_start
        # An item that was added later was concluded when that was asked for.
        if item:
            added = change.search([("result_item_id", "=", item.id)], limit=1)
            concluded = max(concluded, added.date_requested or concluded)
        return withdrawal_deadline(concluded, days=change.company_id.cn285_regret_days)

    def apply(self, changes):
        by_item = {}
        for change in changes:
            items = change.item_id or change.contract_id.item_ids
            running = items.filtered(lambda item: item.state in ("draft", *LIVE_STATES, "ended"))
            by_item.update(dict.fromkeys(running, change))
        # sudo: what was checked and scheduled takes effect, whoever's process applies it
        items = changes.env["cn285.contract.item"].sudo().union(*by_item)
        items._update_state(("draft", *LIVE_STATES, "ended"), "regretted")
        items._settle(by_item)


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_regret_days = fields.Integer(
        string="Withdrawal Period (days)",
        default=14,
        required=True,
        help="Days within which a customer may withdraw from a contract or an added item, the day "
        "of the conclusion not counted.",
    )

    _cn285_regret_positive = models.Constraint(
        "CHECK(cn285_regret_days BETWEEN 0 AND 365)",
        "The withdrawal period lasts 0 to 365 days.",
    )
