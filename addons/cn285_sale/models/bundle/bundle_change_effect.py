"""What changes do to bundles: their price is spread anew over the components of the day."""

from odoo import api, models
from odoo.tools import float_compare

from .types import with_bundles


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        return with_bundles(super()._change_types())

    def _cn285_bundle(self):
        """The bundle that this change is about; empty where it is about none."""
        self.ensure_one()
        item = self.item_id
        return item if item._cn285_is_bundle() else item.cn285_bundle_line_id

    def _cn285_check_counts(self, bundle, counts):
        """Refuse components that do not make the bundle.

        :param counts: ``{choice: how often}``
        """
        self._cn285_check_counts_of(bundle.product_id, counts)

    def _cn285_check_counts_of(self, product, counts):
        """The same by the bundle's product."""
        if self.override:
            return
        reason = product.product_tmpl_id._cn285_bundle_problem(counts)
        if reason:
            raise self._refusal(reason)

    # === ITEMS === #

    def _cn285_component_values(self, bundle, choice, count, kind=None):
        """Values of a component's item from the change's day on, but its price.

        :param choice: by sudo
        :param int count: how often it is taken for each bundle
        :param kind: how the bundle is billed; default: as its other components
        """
        product, day = choice.product_id, self._first_day()
        billed = bundle._cn285_members().filtered(
            lambda item: item.billing_type in ("fixed", "one_shot")
        )
        vals = {
            "product_id": product.id,
            "name": product.with_context(lang=self.contract_id._cn285_customer_lang()).display_name,
            "billing_type": kind or billed[:1].billing_type or "fixed",
            "price_source": "manual",
            "quantity": bundle._price_terms_on(day).quantity * choice.cn285_quantity * count,
            "cn285_bundle_line_id": bundle.id,
            "cn285_combo_item_id": choice.id,
        }
        if choice.cn285_no_billing:
            vals["billing_type"] = "none"
        elif choice._cn285_is_metered():
            usual = choice._cn285_usual_item()._prepare_contract_item_vals(day)
            vals = {**usual, "filled_from_id": False, "name": vals["name"], **_kept(vals)}
        return vals

    def _cn285_new_price(self, bundle, choice, counts):
        """The unit price of a component that comes, as it will be among the others."""
        day = self._first_day()
        price = bundle._price_terms_on(day).price_unit
        return bundle._cn285_prices(counts, price, day)[choice]

    def _cn285_new_component(self, choice, counts):
        """The item of a component that comes to a running bundle, in its rhythm.

        :param counts: what the bundle will consist of
        :returns: the item, which runs
        """
        self.ensure_one()
        bundle, day = self.item_id, self._first_day()
        vals = {
            **bundle._prepare_successor(day, self),
            **self._cn285_component_values(bundle, choice, counts[choice]),
            "price_unit": self._cn285_new_price(bundle, choice, counts),
            "predecessor_id": False,
            "code": False,
            "sequence": max(bundle._cn285_members().mapped("sequence"), default=bundle.sequence),
        }
        item = bundle.create([vals])
        item._mark_caused({item: self}, item.schedule_ids.browse())
        return item

    # === PRICES === #

    def _cn285_respread(self, wished=None):
        """Give the components of these changes' bundles their prices and numbers from the day on.

        Where neither differs nothing is written: what was invoiced stays as it is.

        :param wished: ``{change: {choice: how often}}``; default: as often as there are
        """
        terms_changes = []
        for change in self:
            bundle = change._cn285_bundle()
            counts = (wished or {}).get(change)
            if not bundle or (wished is not None and counts is None):
                continue
            terms_changes += change._cn285_new_terms(bundle, counts)
        if terms_changes:
            self._change_terms(terms_changes)

    def _cn285_new_terms(self, bundle, counts=None):
        """What changes of the terms of a bundle's components: list of ``TermsChange``."""
        day = self._first_day()
        members = bundle._cn285_members(day).filtered("date_start")
        if counts is None:
            counts = bundle._cn285_counts(day)
        counts = {choice: count for choice, count in counts.items() if count}
        whole = bundle._price_terms_on(day)
        prices = bundle._cn285_prices(counts, whole.price_unit, day)
        found = []
        for item in members:
            choice = item.sudo().cn285_combo_item_id
            if choice not in counts:
                continue
            patch = self._cn285_patch(item, choice, whole, counts[choice], prices[choice])
            if patch:
                found.append(self._terms_change(patch, item))
        return found

    def _cn285_patch(self, item, choice, whole, count, price):
        """What is different of a component's terms; empty where nothing is."""
        own = item._price_terms_on(self._first_day())
        wanted = {"quantity": whole.quantity * choice.cn285_quantity * count}
        if choice._cn285_has_share():
            wanted |= {"price_unit": price, "discount": whole.discount}
        patch = {
            name: value
            for name, value in wanted.items()
            if float_compare(own[name], value, precision_digits=6)
        }
        if "price_unit" in patch:
            patch["price_source"] = "manual"
        return patch


def _kept(vals):
    """What of a component's values holds whatever terms it is billed by."""
    names = ("quantity", "cn285_bundle_line_id", "cn285_combo_item_id", "product_id")
    return {name: vals[name] for name in names}
