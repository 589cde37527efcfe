"""What can be offered to who wants to leave: a class each, and the table of all. No model is here.

An offer is carried out as contract changes: the same checks, approvals, billing and log.
"""

from datetime import timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from odoo.addons.cn285_contract.models.common import BILLED_STATES, LIVE_STATES, spelled
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class OfferKind:
    """What an offer is. One object serves all offers of the kind."""

    #: As it stands in the field ``kind``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any
    #: Fields of the template that it needs above zero, or set.
    needs: tuple[str, ...] = ()

    def items(self, template, contract):
        """Items of the contract that it is about; none: it cannot be offered."""
        return contract.item_ids.filtered(
            lambda item: item.state in LIVE_STATES and item.billing_type == "fixed"
        )

    def changes(self, template, contract) -> list[dict[str, Any]]:
        """Values of the contract changes that it comes to, as of today."""
        raise NotImplementedError

    def words(self, template) -> str:
        """What is offered, in the language of the context."""
        raise NotImplementedError


class Discount(OfferKind):
    """A discount of so many months, from the first period on that is not invoiced yet."""

    name = "discount"
    label = _lt("Discount")
    needs = ("percent", "months")

    def changes(self, template, contract):
        today = contract.company_id._cn285_today()
        return [
            {
                "type": "discount_period",
                "item_id": item.id,
                "date_effective": today,
                "values": self._values(template, item, today),
            }
            for item in self.items(template, contract)
        ]

    def _values(self, template, item, today):
        start = item._period_start_from(today) or today
        billed = item.schedule_ids.filtered(lambda row: row.state in BILLED_STATES)
        last = max(billed.mapped("period_end"), default=start - timedelta(days=1))
        start = max(start, last + timedelta(days=1))
        end = start + relativedelta(months=template.months) - timedelta(days=1)
        return {
            "discount": template.percent,
            "date_start": start.isoformat(),
            "date_end": end.isoformat(),
            "name": template.name,
        }

    def words(self, template):
        return template.env._(
            "%(percent)s %% off for %(months)s months",
            percent=spelled(template.env, template.percent),
            months=template.months,
        )


class Pause(OfferKind):
    """The contract pauses for so many days, from today on, and goes on by itself."""

    name = "pause"
    label = _lt("Pause")
    needs = ("days",)

    def items(self, template, contract):
        return contract.item_ids.filtered(lambda item: item.state == "active")

    def changes(self, template, contract):
        today = contract.company_id._cn285_today()
        end = today + timedelta(days=template.days - 1)
        return [{"type": "pause", "date_effective": today, "values": {"date_end": end.isoformat()}}]

    def words(self, template):
        return template.env._("a pause of %s days, in which nothing is billed", template.days)


class Downgrade(OfferKind):
    """A lesser product in the place of what the customer has, where a tier path leads to it."""

    name = "downgrade"
    label = _lt("Downgrade")
    needs = ("product_id",)

    def items(self, template, contract):
        paths = contract.env["cn285.tier.path"]
        return (
            super()
            .items(template, contract)
            .filtered(
                lambda item: paths._leads(
                    contract.company_id, item.product_id, template.product_id, "downsell"
                )
            )[:1]
        )

    def changes(self, template, contract):
        vals = {
            "contract_id": contract.id,
            "type": "downsell",
            "item_id": self.items(template, contract).id,
            "date_effective": contract.company_id._cn285_today(),
            "values": {"product_id": template.product_id.id},
        }
        first = contract.env["cn285.contract.change"].new(vals)._first_allowed_date()
        return [{**vals, "date_effective": first or vals["date_effective"]}]

    def words(self, template):
        return template.env._("to go on with %s instead", template.product_id.display_name)


# In the order in which the screen offers them.
OFFER_KINDS = {kind.name: kind for kind in (Discount(), Pause(), Downgrade())}
