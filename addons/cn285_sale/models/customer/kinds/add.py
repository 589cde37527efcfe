from odoo.addons.cn285_contract.models.common import spelled
from odoo.tools import LazyTranslate

from .base import (
    CustomerKind,
    Question,
    chosen,
    plain,
    quantity_given,
    quantity_question,
)

_lt = LazyTranslate(__name__)


class Add(CustomerKind):
    """A new service, of those that the permission offers: items of contract templates."""

    name = "add"
    label = _lt("Add a service")
    words = _lt("From our catalogue")
    icon = "fa-plus"
    change_type = "add_item"
    on = "contract"
    limits = frozenset({"offered_ids", "quantity_min", "quantity_max", "quantity_step"})

    def is_possible(self, asked):
        return bool(self._offered(asked))

    def questions(self, asked):
        choices = self._choices(asked)
        first = choices[0][0] if len(choices) == 1 else ""
        least, _most, _step = asked.permission._quantity_limits()
        return [
            Question("service", asked.env._("Service"), "choice", first, choices),
            quantity_question(asked, max(float(least), 1.0), asked.env._("Quantity")),
        ]

    def values(self, asked, given):
        env = asked.env
        number = chosen(env, given.get("service", ""), self._choices(asked), env._("Service"))
        offered = env["cn285.contract.template.item"].browse(int(number))
        quantity = quantity_given(asked, given.get("quantity") or plain(1), env._("Quantity"))
        return {
            "template_item_id": offered.id,
            "product_id": offered.product_id.id,
            "quantity": quantity,
        }

    def told(self, asked, values):
        offered = asked.env["cn285.contract.template.item"].browse(values["template_item_id"])
        env = asked.env
        quantity = spelled(env, values["quantity"])
        return [
            (env._("New service"), "", offered.name),
            (env._("Quantity"), "", quantity),
        ]

    def _offered(self, asked):
        """Those offered that can be on this contract: of its company, in its currency."""
        contract = asked.contract
        return asked.permission.offered_ids.filtered(
            lambda item: (
                item.template_id.active
                and item.template_id.company_id in (contract.company_id, item.company_id.browse())
                and item.currency_id in (contract.currency_id, item.currency_id.browse())
            )
        )

    def _choices(self, asked):
        return [
            (str(item.id), item.name, item._customer_offer_text(asked.contract))
            for item in self._offered(asked)
        ]
