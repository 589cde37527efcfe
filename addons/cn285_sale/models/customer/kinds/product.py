"""Upgrades and downgrades: to another product, along the tier path."""

from odoo.tools import LazyTranslate

from .base import CustomerKind, Question, chosen, is_live

_lt = LazyTranslate(__name__)


class AlongThePath(CustomerKind):
    """The service goes on as another product, to which a tier path leads from its own."""

    def is_possible(self, asked):
        item = asked.item
        return is_live(item) and item.billing_type == "fixed" and bool(self._reached(asked))

    def questions(self, asked):
        choices = self._choices(asked)
        first = choices[0][0] if len(choices) == 1 else ""
        return [Question("product", asked.env._("New service"), "choice", first, choices)]

    def values(self, asked, given):
        label = asked.env._("New service")
        product = chosen(asked.env, given.get("product", ""), self._choices(asked), label)
        return {"product_id": int(product)}

    def told(self, asked, values):
        product = asked.env["product.product"].browse(values["product_id"])
        return [(asked.env._("Service"), asked.item.name, product.display_name)]

    def _reached(self, asked):
        product, key = asked.item.product_id, (self.name, asked.item.product_id)
        if key not in asked.seen:
            paths, company = asked.env["cn285.tier.path"], asked.contract.company_id
            reached = paths._reached(company, product, self.change_type)
            asked.seen[key] = reached.filtered("active")
        return asked.seen[key]

    def _choices(self, asked):
        return [
            (str(product.id), product.display_name, asked.item._customer_price_text(product))
            for product in self._reached(asked)
        ]


class Upgrade(AlongThePath):
    name = "upgrade"
    label = _lt("Upgrade a service")
    words = _lt("To a better one; the price counts from that day on")
    icon = "fa-arrow-up"
    change_type = "upsell"


class Downgrade(AlongThePath):
    name = "downgrade"
    label = _lt("Downgrade a service")
    words = _lt("To a lesser one, from the first day that your terms allow")
    icon = "fa-arrow-down"
    change_type = "downsell"
