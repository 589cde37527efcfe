"""Bundles on a contract: an item that holds its components together, and its rules."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.addons.cn285_contract.models.product_rules import RULES_KEPT
from odoo.exceptions import UserError, ValidationError

from ...engine.bundle import times_in


class ContractItem(models.Model):
    """A bundle is an item of its own, which bills nothing: it says what the bundle costs."""

    _inherit = "cn285.contract.item"

    cn285_bundle_line_id = fields.Many2one(
        "cn285.contract.item",
        string="Part of Bundle",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        domain="[('contract_id', '=', contract_id), ('product_id.cn285_is_bundle', '=', True)]",
        help="The item of the bundle that this one is a component of.",
    )
    cn285_combo_item_id = fields.Many2one(
        "product.combo.item",
        string="Choice in the Bundle",
        compute="_compute_cn285_combo_item_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    cn285_component_ids = fields.One2many(
        "cn285.contract.item", "cn285_bundle_line_id", string="Components"
    )

    @api.depends("cn285_bundle_line_id", "product_id")
    def _compute_cn285_combo_item_id(self):
        """Where a file or a form names the bundle only: by the product."""
        for item in self:
            choice, bundle = item.cn285_combo_item_id, item.cn285_bundle_line_id
            if bundle and choice.product_id != item.product_id:
                choice = bundle._cn285_choice_of(item.product_id)
            item.cn285_combo_item_id = choice

    @api.constrains("cn285_bundle_line_id", "cn285_combo_item_id", "contract_id", "product_id")
    def _check_cn285_bundle_line(self):
        for item in self.filtered("cn285_bundle_line_id"):
            bundle = item.cn285_bundle_line_id
            if bundle.contract_id != item.contract_id or not bundle._cn285_is_bundle():
                raise ValidationError(
                    self.env._(
                        "Item “%(item)s”: “%(bundle)s” is no bundle of contract %(contract)s.",
                        item=item.name,
                        bundle=bundle.name,
                        contract=item.contract_id.name,
                    )
                )
            choice = item.sudo().cn285_combo_item_id  # sudo: see _cn285_choices
            offered = bundle.product_id.product_tmpl_id._cn285_choices()
            if choice not in offered or choice.product_id != item.product_id:
                raise ValidationError(
                    self.env._(
                        "Item “%(item)s”: the bundle “%(bundle)s” does not offer %(product)s.",
                        item=item.name,
                        bundle=bundle.name,
                        product=item.product_id.display_name,
                    )
                )

    # === WHAT IT IS === #

    def _cn285_is_bundle(self):
        self.ensure_one()
        # sudo: what kind of product it is.
        product = self.product_id.sudo()
        return product.type == "combo" and product.cn285_is_bundle

    def _cn285_choice_of(self, product):
        """The choice of this bundle that is a product; empty where it offers none."""
        choices = self.product_id.product_tmpl_id._cn285_choices()
        return choices.filtered(lambda choice: choice.product_id == product)[:1]

    def _cn285_members(self, day=None):
        """This bundle's components that are there, or will be, on a day.

        :param day: default: whenever; those that end before it are left out
        """
        self.ensure_one()
        items = self.cn285_component_ids.filtered(
            lambda item: item.state in ("draft", *LIVE_STATES)
        )
        if day is None:
            return items
        return items.filtered(
            lambda item: all(end >= day for end in (item.date_end, item.planned_end) if end)
        )

    def _cn285_times(self, day=None):
        """How often this component is in each bundle, by quantities; None: not evenly."""
        self.ensure_one()
        bundle, choice = self.cn285_bundle_line_id, self.sudo().cn285_combo_item_id
        own, whole = self, bundle
        if day:
            own, whole = self._price_terms_on(day), bundle._price_terms_on(day)
        return times_in(
            as_decimal(own.quantity), as_decimal(whole.quantity), as_decimal(choice.cn285_quantity)
        )

    def _cn285_counts(self, day=None):
        """What this bundle consists of: ``{choice: how often}``, by sudo.

        :raises ValidationError: where the quantity of a component does not fit the bundle's
        """
        self.ensure_one()
        counts = {}
        for item in self._cn285_members(day):
            times = item._cn285_times(day)
            if times is None:
                raise ValidationError(item._cn285_uneven_error())
            choice = item.sudo().cn285_combo_item_id
            counts[choice] = counts.get(choice, 0) + times
        return counts

    def _cn285_uneven_error(self):
        bundle = self.cn285_bundle_line_id
        return self.env._(
            "Contract %(contract)s: %(quantity)s of “%(item)s” do not fit %(bundles)s of the "
            "bundle “%(bundle)s”, each of which takes %(each)s.",
            contract=self.contract_id.name,
            quantity=self.quantity,
            item=self.name,
            bundles=bundle.quantity,
            bundle=bundle.name,
            each=self.sudo().cn285_combo_item_id.cn285_quantity,
        )

    # === WHAT IT COSTS === #

    def _cn285_prices(self, counts, price, day):
        """Unit prices of this bundle's components from a day on: ``{choice: price}``.

        :param counts: ``{choice: how often}``
        :param price: what one bundle costs
        """
        self.ensure_one()
        contract = self.contract_id
        return self.product_id.product_tmpl_id._cn285_component_prices(
            price, counts, contract.company_id, contract.pricelist_id, contract.currency_id, day
        )

    # === RULES === #

    def _fixed_fields(self):
        """Of which bundle a running item is a part does not change by an edit."""
        return super()._fixed_fields() | {"cn285_bundle_line_id", "cn285_combo_item_id"}

    def _trace_new(self, vals_list):
        """Components come to a running contract by their own type of change."""
        if not self._edits_freely():
            contracts = self.env["cn285.contract"]
            for vals in vals_list:
                contract = contracts.browse(vals.get("contract_id")).exists()
                if vals.get("cn285_bundle_line_id") and contract and contract._is_traced():
                    raise UserError(
                        self.env._(
                            "Contract %s runs: components come to a bundle by a change of the "
                            "bundle (button Change).",
                            contract.name,
                        )
                    )
        return super()._trace_new(vals_list)


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _check_product_rules(self):
        """Also of bundles: they start complete, and by their rules."""
        super()._check_product_rules()
        if self.env.context.get("cn285_rules_kept") is RULES_KEPT:
            return
        for contract in self:
            # sudo: what kind of products they are.
            if not any(contract.item_ids.product_id.sudo().mapped("cn285_is_bundle")):
                continue
            for item in contract.item_ids:
                if item.state in ("draft", *LIVE_STATES) and item._cn285_is_bundle():
                    bundle = item.product_id.product_tmpl_id
                    reason = bundle._cn285_bundle_problem(item._cn285_counts())
                    if reason:
                        raise contract._rule_broken(reason)
