"""Lines of bundles: the bundle's own, without a price, and those of its components below it."""

from uuid import uuid4

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, PRICE
from odoo.addons.cn285_contract.models.common import STATE_DOOR

# What of a line its bundle's components follow.
FOLLOWED = frozenset(
    {
        "product_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "combo_item_id",
        "cn285_bundle_price",
        "cn285_bundle_count",
        "cn285_template_item_id",
    }
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    cn285_bundle_price = fields.Float(
        string="Bundle Price",
        compute="_compute_cn285_bundle_price",
        store=True,
        readonly=False,
        digits=(16, 6),
        help="What one bundle costs for one period, before its discount and without extra prices. "
        "It is spread over the components by their stand-alone prices.",
    )
    cn285_bundle_count = fields.Integer(
        string="Taken",
        default=1,
        help="A component of a bundle: how often it is taken for each bundle.",
    )
    cn285_is_bundle_line = fields.Boolean(
        string="Is a Bundle", compute="_compute_cn285_is_bundle_line"
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_bundle_price": PRICE, "cn285_bundle_count": COUNT}

    # === WHAT IT IS === #

    def _cn285_is_bundle(self):
        """Whether the line sells a bundle of services."""
        self.ensure_one()
        # sudo: what kind of product it is.
        product = self.product_id.sudo()
        return product.type == "combo" and product.cn285_is_bundle

    def _cn285_is_bundled(self):
        """Whether the line is a bundle's or a component's: goods among them are delivered by the
        order, and stand on the contract as included.
        """
        return self._cn285_is_bundle() or bool(self._cn285_bundle_line())

    @api.depends("product_id")
    def _compute_cn285_is_bundle_line(self):
        for line in self:
            line.cn285_is_bundle_line = line._cn285_is_bundle()

    def _cn285_stands_for_item(self):
        """Whether the line is that of a bundle which runs: its components have lines of theirs."""
        self.ensure_one()
        return bool(self.cn285_item_id) and self.order_id.cn285_kind in ("amendment", "renewal")

    def _cn285_bundle_line(self):
        """The line of the bundle that this line is a component of; empty where it is of none."""
        self.ensure_one()
        bundle = self._get_linked_line() if self.combo_item_id else self.browse()
        return bundle if bundle and bundle._cn285_is_bundle() else self.browse()

    def _cn285_bundle_lines(self):
        """The lines of bundles among these, and of those that these are components of."""
        own = self.filtered(lambda line: line._cn285_is_bundle())
        return own.union(*(line._cn285_bundle_line() for line in self))

    def _cn285_components(self):
        """The lines of this bundle's components."""
        self.ensure_one()
        return self._get_linked_lines().filtered("combo_item_id")

    def _cn285_taken(self):
        """What is chosen of this bundle: ``{choice: how often}``, by sudo."""
        self.ensure_one()
        taken = {}
        for line in self._cn285_components():
            choice = line.combo_item_id._origin.sudo()  # sudo: see _cn285_choices
            taken[choice] = taken.get(choice, 0) + line.cn285_bundle_count
        return taken

    # === PRICES === #

    @api.depends("product_id", "cn285_template_item_id")
    def _compute_cn285_bundle_price(self):
        for line in self:
            is_bundle = line.order_id and line._cn285_is_bundle()
            line.cn285_bundle_price = line._cn285_usual_bundle_price() if is_bundle else 0.0

    def _cn285_usual_bundle_price(self):
        """What one bundle costs by its terms, or by the price list."""
        self.ensure_one()
        return self.with_company(self.company_id)._get_display_price_ignore_combo()

    def _cn285_price_terms(self):
        """By what prices are found: company, price list, currency and day."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return {
            "company": company,
            "pricelist": self.order_id.pricelist_id,
            "currency": self.currency_id or company.currency_id,
            "day": (self._get_order_date() or fields.Datetime.now()).date(),
        }

    def _cn285_shares(self):
        """Unit prices of this bundle's components: ``{choice: price}``."""
        self.ensure_one()
        return self.product_id.product_tmpl_id._cn285_component_prices(
            self.cn285_bundle_price, self._cn285_taken(), **self._cn285_price_terms()
        )

    def _get_combo_item_display_price(self):
        """Odoo's; of a component of ours its share of the bundle's price."""
        bundle = self._cn285_bundle_line()
        if not bundle:
            return super()._get_combo_item_display_price()
        return bundle._cn285_shares().get(self.combo_item_id._origin.sudo(), 0.0)

    # === COMPONENTS FOLLOW === #

    def _cn285_synced(self):
        """These lines for the program, which writes what follows from their bundles."""
        return self.with_context(cn285_bundle_synced=STATE_DOOR)

    def _cn285_is_syncing(self):
        return self.env.context.get("cn285_bundle_synced") is STATE_DOOR

    def _cn285_bring_components(self):
        """New lines of bundles bring their default components, where none came with them."""
        if self._cn285_is_syncing():
            return
        for line in self.filtered(lambda line: line._cn285_is_bundle()):
            if not line._cn285_components() and not line._cn285_stands_for_item():
                line._cn285_take(line.product_id.product_tmpl_id._cn285_defaults())
        bundles = self._cn285_bundle_lines()
        bundles._cn285_sync_components()
        bundles.order_id._cn285_put_in_order()

    def _cn285_follow_bundles(self, vals):
        """After these lines were written: components are what their bundle says."""
        if self._cn285_is_syncing() or not (FOLLOWED | set(self._rhythm_fields())) & vals.keys():
            return
        bundles = self._cn285_bundle_lines()
        bundles.filtered(lambda line: not line.order_id._cn285_is_agreed())._cn285_sync_components()

    def unlink(self):
        bundles = self._cn285_bundle_lines() - self
        result = super().unlink()
        bundles.exists()._cn285_sync_components()
        return result

    def _cn285_sync_components(self):
        """Give the components of these bundles their quantities, prices, discounts and rhythm."""
        for bundle in self:
            shares = bundle._cn285_shares()
            for line in bundle._cn285_components():
                vals = bundle._cn285_component_vals(line, shares)
                changed = {
                    name: value
                    for name, value in vals.items()
                    if line._cn285_has_other(name, value)
                }
                if changed and line._origin == line:
                    line._cn285_synced().write(changed)
                elif changed:
                    line.update(changed)

    def _cn285_has_other(self, name, value):
        """Whether a value is another one than the line has."""
        own = self[name]
        return (own.id if isinstance(own, models.BaseModel) else own) != value

    def _cn285_component_vals(self, line, shares):
        """Values of a component's line, by this bundle.

        :param shares: see :meth:`_cn285_shares`
        """
        self.ensure_one()
        choice = line.combo_item_id._origin.sudo()
        price = shares.get(choice, 0.0)
        product = line.product_id.with_company(self.company_id)
        price = product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.sudo().taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.order_id.fiscal_position_id,
        )
        return {
            **self._cn285_component_rhythm(choice),
            "product_uom_qty": self.product_uom_qty
            * choice.cn285_quantity
            * line.cn285_bundle_count,
            "product_uom_id": line.product_id.uom_id.id,
            "price_unit": price,
            "technical_price_unit": price,
            "discount": self.discount,
        }

    def _cn285_component_rhythm(self, choice):
        """How a component is billed: as the bundle, by what is used, or not at all."""
        if choice._cn285_is_metered():
            return self._cn285_values_of(choice._cn285_usual_item())
        terms = {name: self[name] for name in self._rhythm_fields()}
        if choice.cn285_no_billing:
            terms["billing_type"] = "none"
        return {**terms, "cn285_template_item_id": False}

    # === CHOOSING === #

    def _cn285_take(self, counts):
        """Let the bundle consist of these components.

        Rules are not asked: what is not complete yet is told, and refused when it is sent.

        :param counts: ``{choice: how often}``; 0: not at all
        """
        self.ensure_one()
        line = self._cn285_synced()
        if not line.virtual_id:
            # Copies of the order find by it what belongs together.
            line.virtual_id = uuid4().hex
        there = {}
        for component in line._cn285_components():
            there.setdefault(component.combo_item_id, component)
        wanted = {choice.sudo(False): count for choice, count in counts.items() if count > 0}
        gone = line._cn285_components() - line.union(
            *(there[choice] for choice in wanted if choice in there)
        )
        # What stands for an item of a contract stays, and says that it ends.
        running = gone.filtered("cn285_base")
        running.cn285_bundle_count = 0
        (gone - running).unlink()
        vals_list = []
        for choice, count in wanted.items():
            if choice in there:
                there[choice].cn285_bundle_count = count
            else:
                vals_list.append(line._cn285_new_component_vals(choice, count))
        line.create(vals_list)
        line.order_id._cn285_put_in_order()
        line._cn285_sync_components()

    def _cn285_new_component_vals(self, choice, count):
        return {
            "order_id": self.order_id.id,
            "product_id": choice.product_id.id,
            "combo_item_id": choice.id,
            "cn285_bundle_count": count,
            "linked_line_id": self.id,
            "linked_virtual_id": self.virtual_id,
            "sequence": self.sequence,
            "product_uom_qty": self.product_uom_qty * choice.cn285_quantity * count,
            **self._cn285_component_rhythm(choice.sudo()),
        }

    def action_cn285_choose(self):
        """The dialog in which the components of a bundle are chosen."""
        self.ensure_one()
        self.order_id.check_access("write")
        dialog = self.env["cn285.bundle.choice"]._of(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.product_id.display_name,
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    # === TO THE CONTRACT === #

    def _cn285_bundle_item_vals(self, date_start):
        """What is different of the contract item of a bundle, or of a component of one.

        The bundle's item is billed nothing: it says what the bundle costs, and holds its
        components together.

        :param date_start: the contract's first day
        """
        if self._cn285_is_bundle():
            return {"billing_type": "none", "price_unit": self.cn285_bundle_price}
        bundle = self._cn285_bundle_line()
        if not bundle:
            return {}
        vals = {"cn285_combo_item_id": self.combo_item_id.id}
        # sudo: as of any line that is sold by a template's terms.
        terms = bundle.cn285_template_item_id.sudo()
        if terms and self.combo_item_id.sudo()._cn285_has_share():
            given = terms._prepare_contract_item_vals(date_start)
            vals["discount_ids"] = given["discount_ids"]
            if terms.period_count == bundle.period_count:
                vals["in_mrr"] = given["in_mrr"]
        return vals

    def _cn285_link_bundles(self):
        """Tell the items of these lines, by sudo, which bundle they are parts of."""
        for line in self:
            bundle = line._cn285_bundle_line()
            if bundle:
                line.cn285_item_id._past_edits().cn285_bundle_line_id = bundle.cn285_item_id
