"""A bundle that runs, on a quotation that amends its contract: its line, and its components'."""

from odoo import models


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _cn285_is_quotable_bundle(self):
        """Whether a quotation can offer it as it is: each choice once, and still offered."""
        self.ensure_one()
        if not self._cn285_is_bundle():
            return False
        members = self._cn285_members(self._cn285_quoted_on()).sudo()
        choices = members.cn285_combo_item_id
        offered = self.product_id.product_tmpl_id._cn285_choices()
        return (
            len(choices) == len(members)
            and not choices - offered
            and all(item._cn285_times() is not None for item in members)
        )

    def _cn285_is_bundled(self):
        """Whether the item is a bundle's or a component's."""
        self.ensure_one()
        return self._cn285_is_bundle() or bool(self.cn285_bundle_line_id)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_is_running_bundle(self):
        """Whether the line stands for a bundle that runs."""
        return bool(self.cn285_base) and self._cn285_is_bundle() if self else False

    def _cn285_bundle_values_of_item(self, item, price, items):
        """What is different of the line of a running bundle, or of a component of one.

        :param items: those that have lines beside it
        """
        if item._cn285_is_bundle():
            billed = item._cn285_members().filtered(
                lambda part: part.billing_type in ("fixed", "one_shot")
            )
            return {
                "billing_type": billed[:1].billing_type or "fixed",
                "price_unit": 0.0,
                "cn285_bundle_price": price,
                "virtual_id": f"item-{item.id}",
            }
        bundle = item.cn285_bundle_line_id & items
        if not bundle:
            return {}
        return {
            "combo_item_id": item.sudo().cn285_combo_item_id.id,
            "cn285_bundle_count": item._cn285_times(),
            "linked_virtual_id": f"item-{bundle.id}",
        }

    def _cn285_offered_price(self):
        """The price that the line offers of one unit; of a bundle that of one bundle."""
        self.ensure_one()
        return self.cn285_bundle_price if self._cn285_is_bundle() else self.price_unit

    def _cn285_components_by_number(self):
        """What is chosen of a bundle, as JSON: ``{"choice id": how often}``; else empty."""
        self.ensure_one()
        taken = self._cn285_taken() if self._cn285_is_bundle() else {}
        return {str(choice.id): count for choice, count in taken.items()}

    def _cn285_wanted_counts(self):
        """What a running bundle is to consist of, where that is another than it was quoted as.

        What is not on the quotation (goods that are included), and what was changed otherwise
        meanwhile, stays.

        :returns: ``{choice: how often}``, by sudo; empty where nothing is different
        """
        self.ensure_one()
        if not self._cn285_is_running_bundle() or not self.product_uom_qty:
            return {}
        known = self.cn285_base["line"].get("components", {})
        different = {
            choice: count
            for choice, count in self._cn285_taken().items()
            if known.get(str(choice.id), 0) != count
        }
        if not different:
            return {}
        item = self.cn285_item_id.sudo()  # sudo: the bundle that the quotation tells of
        counts = {**item._cn285_counts(item._cn285_quoted_on()), **different}
        return {choice: count for choice, count in counts.items() if count}

    def _cn285_wants_components(self):
        """As the change of components has it: ``{"product id": how often}``."""
        return {
            str(choice.product_id.id): count
            for choice, count in self._cn285_wanted_counts().items()
        }

    def _cn285_take_like(self, other):
        """Let this running bundle consist of what the version before wanted."""
        wanted = other._cn285_taken()
        if other._cn285_wants_components():
            self._cn285_take({**dict.fromkeys(self._cn285_taken(), 0), **wanted})
