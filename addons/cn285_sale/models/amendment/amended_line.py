from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.calendar import DAYS, MONTHS, Unit
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.amendment import RHYTHM, Offer, action, longer


class SaleOrderLine(models.Model):
    """A line that stands for an item of a running contract: what is different of it changes."""

    _inherit = "sale.order.line"

    cn285_base = fields.Json(
        string="As It Was",
        readonly=True,
        copy=False,
        help="The item when the quotation was made, and the line that nothing was changed on.",
    )
    cn285_action = fields.Selection(
        [("keep", "Stays"), ("change", "Changes"), ("add", "New"), ("end", "Ends")],
        string="What Happens",
        compute="_compute_cn285_action",
        store=True,
        help="Of the running item. A quantity of 0 ends it.",
    )

    @api.depends(
        "cn285_base",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "cn285_bundle_price",
        "cn285_bundle_count",
        "linked_line_ids.cn285_bundle_count",
        "order_id.cn285_kind",
        *RHYTHM,
    )
    def _compute_cn285_action(self):
        for line in self:
            amends = line.order_id.cn285_kind in ("amendment", "renewal")
            line.cn285_action = (
                action(line._cn285_base_offer(), line._cn285_offer())
                if amends and line._cn285_is_service()
                else False
            )
            if line.cn285_action == "keep" and line._cn285_wants_components():
                line.cn285_action = "change"

    # === FROM THE ITEM === #

    @api.model
    def _cn285_values_of_item(self, item, price, items):
        """Values of a line that offers a running item as it is, at its price of today.

        :param items: those that have lines beside it
        """
        day = item._cn285_quoted_on()
        terms = item._price_terms_on(day)
        rhythm = {name: item[name] for name in self._rhythm_fields()}
        return {
            **rhythm,
            **{name: terms[name] for name in RHYTHM},
            "cn285_template_item_id": False,
            "cn285_item_id": item.id,
            "start_condition": "contract",
            "first_period": "prorate",
            # What is left of its trial is the item's own: none is given again.
            "trial_days": 0,
            "period_count": 0,
            "product_id": item.product_id.id,
            "name": item.name,
            "sequence": item.sequence,
            "product_uom_qty": terms.quantity,
            "product_uom_id": item.product_id.uom_id.id,
            "price_unit": price,
            "discount": terms.discount,
            "cn285_beneficiary_id": item.beneficiary_id.id,
            "analytic_distribution": item.analytic_distribution,
            **self._cn285_bundle_values_of_item(item, price, items),
        }

    def _cn285_keep_base(self):
        """Note what the items of these new lines are like, and the lines that change nothing."""
        today = self._cn285_prices_before_rule()
        for line in self.filtered("cn285_item_id"):
            line.cn285_base = {
                "item": line.cn285_item_id._cn285_facts(),
                "line": {
                    "product_id": line.product_id.id,
                    "quantity": line.product_uom_qty,
                    "price": line._cn285_offered_price(),
                    "today": today.get(line, line._cn285_offered_price()),
                    "discount": line.discount,
                    "rhythm": [line[name] for name in RHYTHM],
                    "every": [line.billing_type, line.recurring_interval, line.recurring_unit],
                    "components": line._cn285_components_by_number(),
                },
            }

    # === WHAT IT OFFERS === #

    def _cn285_base_offer(self):
        """What the line offered when nothing was changed on it; None where it has no item."""
        self.ensure_one()
        if not self.cn285_base:
            return None
        line = self.cn285_base["line"]
        return Offer(
            line["product_id"],
            as_decimal(line["quantity"]),
            as_decimal(line["price"]),
            as_decimal(line["discount"]),
            tuple(line["rhythm"]),
        )

    def _cn285_offer(self):
        """What the line offers now, in the product's own unit."""
        self.ensure_one()
        uom, own = self.product_uom_id, self.product_id.uom_id
        quantity, price = self.product_uom_qty, self._cn285_offered_price()
        if uom and uom != own:
            quantity = uom._compute_quantity(quantity, own, round=False)
            price = uom._compute_price(price, own)
        return Offer(
            self.product_id._origin.id,
            as_decimal(quantity),
            as_decimal(price),
            as_decimal(self.discount),
            tuple(self[name] for name in RHYTHM),
        )

    def _cn285_keeps_item(self):
        """Whether the line offers the product of its item: price and rhythm are the item's own."""
        self.ensure_one()
        base = self.cn285_base
        return bool(base) and self.product_id._origin.id == base["line"]["product_id"]

    @api.onchange("recurring_interval", "recurring_unit")
    def _onchange_cn285_period(self):
        """A period of another length costs as much a month, or a day, until a price is given."""
        for line in self.filtered("cn285_base"):
            lengths = {**MONTHS} if line.recurring_unit not in DAYS else {**DAYS}
            _kind, count, unit = line.cn285_base["line"]["every"]
            known = Unit(unit) in lengths and line.recurring_unit
            if not known or Unit(line.recurring_unit) not in lengths or not line.recurring_interval:
                continue
            line.price_unit = float(
                longer(
                    Decimal(repr(line.cn285_base["line"]["price"])),
                    (count, lengths[Unit(unit)]),
                    (line.recurring_interval, lengths[Unit(line.recurring_unit)]),
                )
            )

    # === IN WORDS === #

    def _cn285_changed_facts(self):
        """What is different of the item: ``[(label, before, after)]``, in the reader's language."""
        self.ensure_one()
        base, now = self._cn285_base_offer(), self._cn285_offer()
        facts, order = [], self.order_id
        label = lambda name: self._fields[name]._description_string(self.env)  # noqa: E731
        if now.product != base.product:
            before = self.env["product.product"].browse(base.product).display_name
            facts.append((label("product_id"), before, self.product_id.display_name))
        if now.quantity != base.quantity:
            facts.append(
                (label("product_uom_qty"), *(order._cn285_number(n.quantity) for n in (base, now)))
            )
        prices = self._cn285_price_facts(base, now)
        if prices:
            facts.append((label("price_unit"), *prices))
        if now.discount != base.discount:
            texts = (f"{order._cn285_number(n.discount)} %" for n in (base, now))
            facts.append((label("discount"), *texts))
        if now.rhythm != base.rhythm:
            _kind, *every = self.cn285_base["line"]["every"]
            old, new = self._period_label(*every), self._rhythm_label()
            if old == new:
                names = ("alignment", "billing_day", "billing_month")
                changed = [n for n in names if self[n] != base.rhythm[RHYTHM.index(n)]]
                facts += [
                    (label(n), str(base.rhythm[RHYTHM.index(n)]), str(self[n])) for n in changed
                ]
            else:
                facts.append((label("cn285_rhythm"), old, new))
        return facts
