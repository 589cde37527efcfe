"""A customer chooses the components of a bundle himself, on the page of a quotation."""

from typing import Any, NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class ChoiceShown(NamedTuple):
    """A choice as the page shows it: how often it is taken, and what is said of it."""

    choice: Any
    count: int
    hint: str


class SlotShown(NamedTuple):
    """A slot as the page shows it; ``is_one``: exactly one of its choices is taken."""

    slot: Any
    is_one: bool
    words: str
    choices: list


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cn285_customers_choose = fields.Boolean(
        string="Customers Choose",
        help="On the page of a quotation its customer may choose the components, by the rules of "
        "the bundle, until it is accepted.",
    )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_customer_chooses(self):
        """Whether the customer may choose what this bundle consists of, now."""
        self.ensure_one()
        return (
            self._cn285_is_bundle()
            and self.product_id.sudo().cn285_customers_choose  # sudo: a setting of the product
            and not self._cn285_stands_for_item()
            and self.order_id._can_be_edited_on_portal()
        )

    def _cn285_slots_shown(self):
        """The slots in which there is something to choose, as the page shows them."""
        self.ensure_one()
        taken, shown = self._cn285_taken(), []
        # sudo: what a bundle offers is the same for all who buy it.
        for slot in self.product_id.sudo().combo_ids:
            choices = slot.combo_item_ids.filtered("product_id.active")
            if len(choices) < 2 and slot.cn285_min == slot.cn285_max:
                continue
            shown.append(
                SlotShown(
                    slot,
                    slot.cn285_min == slot.cn285_max == 1,
                    self._cn285_slot_words(slot),
                    [
                        ChoiceShown(one, taken.get(one, 0), self._cn285_choice_hint(one))
                        for one in choices
                    ],
                )
            )
        return shown

    def _cn285_slot_words(self, slot):
        least, most = slot.cn285_min, slot.cn285_max
        if least == most:
            return self.env._("Choose %s", least)
        if not most:
            return self.env._("Choose at least %s", least)
        return self.env._("Choose %(least)s to %(most)s", least=least, most=most)

    def _cn285_choice_hint(self, choice):
        """What a choice costs more, excluding tax; or that it is included."""
        terms = self._cn285_price_terms()
        extra = choice._cn285_extra(terms["company"], terms["currency"], terms["day"])
        if choice.cn285_no_billing:
            return self.env._("included")
        if not extra:
            return ""
        return self.env._(
            "+ %s excl. tax", formatLang(self.env, extra, currency_obj=self.currency_id)
        )

    def _cn285_choose(self, given, author):
        """Let the bundle consist of what its customer has chosen on the page.

        :param given: ``{choice id: how often}`` of what the page offers; the rest stays
        :param author: the contact who chooses
        :raises UserError: where he may not, or what he chose is no such bundle
        """
        self.ensure_one()
        if not self._cn285_customer_chooses():
            raise UserError(self.env._("This cannot be changed any more."))
        line = self.sudo()  # sudo: asked above; a customer has no rights on quotations
        offered = {one.choice for shown in line._cn285_slots_shown() for one in shown.choices}
        counts = {
            **line._cn285_taken(),
            **{choice: given.get(choice.id, 0) for choice in offered},
        }
        counts = {choice: count for choice, count in counts.items() if count}
        problem = line.product_id.product_tmpl_id._cn285_bundle_problem(counts)
        if problem:
            raise UserError(problem)
        if counts == {choice: count for choice, count in line._cn285_taken().items() if count}:
            return
        line._cn285_take(counts)
        line.order_id.message_post(
            author_id=author.id,
            body=line.env._(
                "The customer has chosen of %(bundle)s: %(components)s.",
                bundle=line.product_id.display_name,
                components=", ".join(
                    f"{count} × {choice.product_id.display_name}"
                    for choice, count in counts.items()
                ),
            ),
        )
