from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types import ChangeTypeExtension

from .given import counts_given


class NewBundle(ChangeTypeExtension):
    """A new item that is a bundle comes with its components: those given, or its defaults.

    ``components`` is how often products are taken for each bundle: ``{"<product id>": count}``.
    """

    @property
    def values(self):
        return {**self.base.values, "components": Value("data", in_dialog=False)}

    def check(self, change):
        super().check(change)
        product, given = change._parsed()["product_id"], change._parsed().get("components")
        if not self._is_bundle(product):
            if given:
                raise change._refusal(change.env._("“%s” is no bundle.", product.display_name))
            return
        change._cn285_check_counts_of(product, self._counts(change))
        price = change._parsed().get("price_unit")
        if price is not None and price < 0:
            raise change._refusal(change.env._("the price of a bundle is not negative."))
        if change._parsed().get("billing_type") in ("usage", "none"):
            raise change._refusal(change.env._("a bundle is billed in periods, or once."))

    def _is_bundle(self, product):
        product = product.sudo()  # sudo: what kind of product it is
        return product.type == "combo" and product.cn285_is_bundle

    def _counts(self, change):
        """What the new bundle consists of: ``{choice: how often}``, by sudo."""
        product, given = change._parsed()["product_id"], change._parsed().get("components")
        bundle = product.product_tmpl_id
        if not given:
            return bundle._cn285_defaults()
        return counts_given(change, bundle, given)

    def apply(self, changes):  # pylint: disable=missing-return
        bundles = changes.filtered(lambda change: self._is_bundle(change._parsed()["product_id"]))
        if changes - bundles:
            super().apply(changes - bundles)
        for change in bundles:
            item = self._create(change)
            change._write_inside({"result_item_id": item.id})

    def _create(self, change):
        """The bundle's item and those of its components, which run."""
        base = self.base
        while isinstance(base, ChangeTypeExtension):
            base = base.base
        given = base._prepare_item(change)
        given.pop("components", None)
        vals = self._with_usual_terms(change, given)
        kind, price = vals.get("billing_type") or "fixed", vals["price_unit"]
        items, counts = change.env["cn285.contract.item"], self._counts(change)
        bundle = items.create([{**vals, "billing_type": "none"}])
        prices = bundle._cn285_prices(counts, price, change._first_day())
        parts = items.create(
            [
                {
                    **{name: value for name, value in vals.items() if name != "code"},
                    "billing_type": kind,
                    **change._cn285_component_values(bundle, choice, count, kind),
                    "price_unit": prices[choice],
                }
                for choice, count in counts.items()
            ]
        )
        made = bundle | parts
        made._mark_caused(dict.fromkeys(made, change), made.schedule_ids.browse())
        return bundle

    def _with_usual_terms(self, change, vals):
        """Values of the bundle's item with its default terms, and a price of its own."""
        values, product, contract = change._parsed(), vals["product_id"], change.contract_id
        record = change.env["product.product"].browse(product)
        # sudo: terms of templates are what is offered.
        usual = change.env["sale.order.line"]._cn285_usual_item(record).sudo()
        if usual and not values.get("template_item_id"):
            vals = {**usual._prepare_contract_item_vals(change._first_day()), **vals}
        price = values.get("price_unit")
        if price is None and vals.get("price_source") == "manual":
            price = vals.get("price_unit")
        if price is None:
            price = contract.pricelist_id._get_product_price(
                record, vals.get("quantity") or 1.0, contract.currency_id, date=change._first_day()
            )
        return {**vals, "filled_from_id": False, "price_source": "manual", "price_unit": price}
