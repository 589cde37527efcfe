"""Another tariff for an item of usage: what is included, and what more costs; no model is here."""

from odoo.addons.cn285_contract.models.changes.types.base import ChangeTypeExtension
from odoo.addons.cn285_sale.models.customer.kinds import CustomerKind, Question
from odoo.addons.cn285_sale.models.customer.kinds.base import chosen, is_live
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Of a tariff's figures, those that a change sets; they are the calculator's, by the same names.
FIGURES = ("price_unit", "allowance_units", "minimum_amount", "maximum_amount")


class TariffForCustomers(ChangeTypeExtension):
    """Usage terms, which customers may choose among those that a permission offers."""

    @property
    def for_customers(self):
        return True


class Tariff(CustomerKind):
    """The item's usage is rated by the figures of an offered item of a template from the day on.

    Both have one calculator, which counts the same by the same charge model.
    """

    name = "allowance"
    label = _lt("Change what is included")
    words = _lt("Another tariff for what you use")
    icon = "fa-tachometer"
    change_type = "usage_terms"
    limits = frozenset({"offered_ids"})

    def is_possible(self, asked):
        return is_live(asked.item) and bool(self._offered(asked))

    def questions(self, asked):
        choices = self._choices(asked)
        first = choices[0][0] if len(choices) == 1 else ""
        return [Question("tariff", asked.env._("Tariff"), "choice", first, choices)]

    def values(self, asked, given):
        env = asked.env
        number = chosen(env, given.get("tariff", ""), self._choices(asked), env._("Tariff"))
        calculator = env["cn285.contract.template.item"].browse(int(number)).calculator_ids
        read = calculator.read_figures or []
        values = {"calculator_id": asked.item.calculator_ids.id}
        for name in FIGURES:
            if name != "price_unit" or name in read:
                values[name] = calculator[name]
        if calculator.tier_ids:
            values["tiers"] = [
                {"up_to": tier.up_to or None, "price_unit": tier.price_unit, "flat": tier.flat}
                for tier in calculator.tier_ids
            ]
        return values

    def told(self, asked, values):
        now = asked.item.calculator_ids
        for offered in self._offered(asked):
            if self._figures(offered.calculator_ids) == self._figures_of(values):
                words = offered.calculator_ids._terms_text()
                return [(asked.env._("Tariff"), now._terms_text(), words)]
        return []

    def _offered(self, asked):
        """Those offered that rate the same, and otherwise than the item is rated by now."""
        now = asked.item.calculator_ids
        if asked.item.billing_type != "usage" or len(now) != 1:
            return asked.permission.offered_ids.browse()
        return asked.permission.offered_ids.filtered(
            lambda item: (
                len(item.calculator_ids) == 1
                and item.template_id.active
                and self._alike(item.calculator_ids, now)
                and self._figures(item.calculator_ids) != self._figures(now)
            )
        )

    def _alike(self, one, other):
        names = ("metric_id", "charge_model", "property_name", "allowance_scope", "rollover")
        return all(one[name] == other[name] for name in names)

    def _figures(self, calculator):
        tiers = [(tier.up_to, tier.price_unit, tier.flat) for tier in calculator.tier_ids]
        return [*(calculator[name] for name in FIGURES), tiers]

    def _figures_of(self, values):
        tiers = values.get("tiers", ())
        parts = [(tier["up_to"] or 0.0, tier["price_unit"], tier["flat"]) for tier in tiers]
        return [*(values.get(name, 0.0) for name in FIGURES), parts]

    def _choices(self, asked):
        return [
            (str(item.id), item.name, item.calculator_ids._terms_text())
            for item in self._offered(asked)
        ]
