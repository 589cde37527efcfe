"""From what is different on a quotation to the contract changes that acceptance makes of it."""

from odoo import models
from odoo.exceptions import UserError

from ...engine.amendment import differences

# What ends comes first, what is new comes last, the contract as a whole at the very end.
ORDER = (
    *("before", "renew", "terms", "end", "period", "product", "quantity", "price"),
    *("components", "add", "term", "holder", "step"),
)
TYPES = {
    "end": "end_item",
    "period": "billing_period",
    "quantity": "quantity",
    "price": "price",
    "add": "add_item",
    "term": "extend_term",
    "holder": "holder",
}


class Tried(str):
    """What tells the changes of a try from real ones: no remote call can put it into a context."""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_parts(self):
        """The differences as values of contract changes, in the order in which they take effect.

        :returns: list of values; ``order_part`` names each
        """
        self.ensure_one()
        lines = self._cn285_lines()
        found = [part for line in lines for part in line._cn285_parts()]
        ramped = lines.filtered(lambda line: not line._cn285_waits_for_item())
        found += [part for line in ramped for part in line._cn285_step_parts()]
        found += self._cn285_contract_parts()
        found.sort(key=_place)
        return [vals for _kind, vals in found]

    def _cn285_types(self):
        """The types of change that it makes."""
        self.ensure_one()
        # sudo: as it is accepted, see _cn285_amend_contract.
        return sorted({vals["type"] for vals in self.sudo()._cn285_parts()})

    def _cn285_contract_parts(self):
        """Differences of the contract as a whole: ``[(kind, values of the change)]``."""
        self.ensure_one()
        parts = self._cn285_renewal_parts()
        rules = self._cn285_rule_differences()
        if rules:
            parts.append(self._cn285_part("terms", "terms", "contract_terms", {"terms": rules}))
        if self.cn285_new_term_end:
            values = {"term_end": self.cn285_new_term_end.isoformat()}
            parts.append(self._cn285_part("term", "term", "extend_term", values))
        if self.cn285_new_holder_id:
            values = {"partner_id": self.cn285_new_holder_id.id}
            parts.append(self._cn285_part("holder", "holder", "holder", values))
        return parts

    def _cn285_part(self, kind, name, change_type, values, item=None, day=None):
        """One difference: its kind, and the values of the change that it becomes.

        :param name: what tells it from the quotation's others
        :param day: the first day of the new terms; default: that of the quotation
        """
        tried = self.env.context.get("cn285_tried")
        tried = isinstance(tried, Tried) and tried
        vals = {
            "contract_id": self.cn285_contract_id.id,
            "item_id": item.id if item else False,
            "type": change_type,
            "values": values,
            "order_id": self._origin.id,
            "order_part": f"{name}~{tried}" if tried else name,
            "origin": "quote",
            "requested_by": self.user_id.id or self.env.uid,
        }
        return kind, {**vals, "date_effective": self._cn285_effective(vals, day)}

    def _cn285_effective(self, vals, day=None):
        """The effective date of a change, such that its terms hold from the day that was agreed.

        Where none was, it is the day of acceptance, or the first one after it that the rules of the
        contract's template allow.
        """
        self.ensure_one()
        contract = self.cn285_contract_id
        today = contract.company_id._cn285_today()
        change = self.env["cn285.contract.change"].new(
            {
                **{name: vals[name] for name in ("contract_id", "item_id", "type", "values")},
                "date_effective": today,
            }
        )
        given = day or self._cn285_given_day()
        if given:
            return change._on_type_day(given)
        starts = [today, contract.date_start, change.item_id.date_start]
        first = max(filter(None, starts))
        allowed = change._first_allowed_date() if change._has_date_rule() else None
        return max(first, allowed) if allowed else first

    def _cn285_given_day(self):
        """The first day of what is changed, where one was agreed; else False."""
        self.ensure_one()
        if self.cn285_kind == "renewal":
            return self._cn285_renews_on()
        return self.cn285_date_effective


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_parts(self):
        """What is different of this line's item: ``[(kind, values of the change)]``."""
        self.ensure_one()
        order, item = self.order_id, self.cn285_item_id
        if self._cn285_bundle_line():
            return []  # it comes, and changes, with its bundle
        if not self.cn285_base:
            name, values = f"{self._origin.id}-add", self._cn285_new_item_values()
            return [order._cn285_part("add", name, "add_item", values)]
        parts = []
        for kind, values in differences(self._cn285_base_offer(), self._cn285_offer()):
            change_type = TYPES.get(kind) or self._cn285_path_type()
            if kind == "product":
                values = {**values, "name": self._cn285_item_name()}
            name = f"{self._origin.id}-{kind}"
            parts.append(order._cn285_part(kind, name, change_type, values, item))
        components = self._cn285_wants_components()
        if components:
            name, values = f"{self._origin.id}-components", {"components": components}
            parts.append(order._cn285_part("components", name, "bundle_components", values, item))
        return parts

    def _cn285_path_type(self):
        """Whether the product that takes the item's place is an upgrade or a downgrade."""
        self.ensure_one()
        paths = self.env["cn285.tier.path"].sudo()  # sudo: only whether there is one
        company, old = self.order_id.company_id, self.cn285_item_id.product_id
        down = paths._leads(company, old, self.product_id._origin, "downsell")
        up = paths._leads(company, old, self.product_id._origin, "upsell")
        return "downsell" if down and not up else "upsell"

    def _cn285_new_item_values(self):
        """Values of the change that adds what this line offers."""
        self.ensure_one()
        offer = self._cn285_offer()
        if self.start_condition == "manual":
            raise UserError(
                self.env._(
                    "Line “%s”: what is added to a running contract starts on its day.", self.name
                )
            )
        values = {
            "product_id": offer.product,
            "quantity": float(offer.quantity),
            "price_unit": float(offer.price),
            "discount": float(offer.discount),
            "name": self._cn285_item_name(),
            "billing_type": self.billing_type,
            "timing": self.timing,
            "trial_days": self.trial_days,
            "period_count": self.period_count,
            **{name: self[name] for name in self._period_fields()},
        }
        if self.cn285_template_item_id:
            values["template_item_id"] = self.cn285_template_item_id.id
        if self.cn285_beneficiary_id:
            values["beneficiary_id"] = self.cn285_beneficiary_id.id
        if self._cn285_is_bundle():
            values["price_unit"] = self.cn285_bundle_price
            values["components"] = {
                str(choice.product_id.id): count for choice, count in self._cn285_taken().items()
            }
        return values

    def _cn285_note_added(self, item):
        """This line, and those of its components, have become items of the contract."""
        self.ensure_one()
        self.cn285_item_id = item
        self._cn285_note_components(item)

    def _cn285_note_components(self, item):
        """Lines of components that have come with an agreed change are items by now.

        :param item: the bundle's
        """
        made = {part.sudo().cn285_combo_item_id: part for part in item._cn285_members()}
        for line in self._cn285_components() if self._cn285_is_bundle() else ():
            if not line.cn285_item_id:
                line.cn285_item_id = made.get(line.combo_item_id.sudo())


def _place(part):
    """What parts are sorted by: steps by their day."""
    kind, vals = part
    return ORDER.index(kind), str(vals["date_effective"]) if kind == "step" else ""
