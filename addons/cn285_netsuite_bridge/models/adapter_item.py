from odoo import models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError

from ..engine import item as items
from ..engine.records import ITEM_TYPES


class NetsuiteItem(models.AbstractModel):
    """Items of NetSuite become products: they are kept there, and only read here."""

    _name = "cn285.netsuite.item"
    _description = "NetSuite Items"
    _inherit = ["cn285.netsuite.adapter"]

    _bridge_model = "product.product"
    _bridge_sequence = 10
    _bridge_directions = ("in",)
    _netsuite_search = "item"
    _netsuite_types = ITEM_TYPES

    def _receive(self, kind, incoming, binding):
        item = items.from_netsuite(self._records(incoming))
        if not item.code:
            raise UserError(self.env._("The item has no name."))
        book = self._book(kind)
        product = self.env["product.product"].browse(binding.res_id).exists() if binding else None
        product = product or self._same_code(kind, item)
        values = self._values(kind, item, book)
        product = product and product.with_context(cn285_bridge_incoming=STATE_DOOR)
        if not product and item.inactive:
            return binding, self.env._("Inactive there, and never known here.")
        if product:
            product.write(values)
        else:
            # Taxes and account of the item's type, where the item names none.
            usual = self.env["product.template"]._cn285_type_values(values["type"])
            product = self.env["product.product"].create({**usual, **values})
        self._set_prices(kind, item, book, product)
        binding = binding or self.env["cn285.bridge.binding"]._need(kind, product.ids)[product.id]
        binding.write({"their_version": incoming.version, "res_id": product.id})
        binding._sent({"code": item.code}, incoming.external_id)
        return binding, False

    def _same_code(self, kind, item):
        """A product that has the item's name as its reference and no counterpart yet."""
        found = self.env["product.product"].search(
            [
                ("default_code", "=", item.code),
                ("company_id", "in", (False, kind.company_id.id)),
            ]
        )
        bound = self.env["cn285.bridge.binding"]._of(kind, found.ids)
        found = found.filtered(lambda product: product.id not in bound)
        return found if len(found) == 1 else None

    def _values(self, kind, item, book):
        """Values of the product."""
        values = {
            "name": item.name,
            "default_code": item.code,
            "description_sale": item.description or False,
            "type": "service" if item.is_service else "consu",
            "active": not item.inactive,
            "sale_ok": True,
        }
        if item.income_account:
            values["property_account_income_id"] = book.here(
                "account", item.income_account.key, item.income_account.name
            ).id
        if item.tax_schedule:
            tax = book.here("tax_schedule", item.tax_schedule.key, item.tax_schedule.name)
            values["taxes_id"] = [(6, 0, tax.ids)]
        currency = book.there("currency", kind.company_id.currency_id)
        price = item.base_price(kind.backend_id.netsuite_price_level or "1", currency)
        if price is not None:
            values["list_price"] = float(price)
        return values

    def _set_prices(self, kind, item, book, product):
        """Prices of the levels that are mapped to pricelists; quantity breaks become rules."""
        wanted = {}
        for price in item.prices:
            pricelist = book.knows_here("pricelist", price.level)
            if pricelist and book.knows_there("currency", pricelist.currency_id) == price.currency:
                wanted[pricelist, float(price.quantity)] = float(price.price)
        pricelists = self.env["product.pricelist"].union(*(key[0] for key in wanted))
        known = self.env["cn285.bridge.map"].search(
            [("backend_id", "=", kind.backend_id.id), ("kind", "=", "pricelist")]
        )
        rules = self.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "in", (pricelists | known.pricelist_id).ids),
                ("product_id", "=", product.id),
                ("compute_price", "=", "fixed"),
                ("date_start", "=", False),
                ("date_end", "=", False),
            ]
        )
        for rule in rules:
            price = wanted.pop((rule.pricelist_id, rule.min_quantity), None)
            if price is None:
                rule.unlink()
            elif rule.fixed_price != price:
                rule.fixed_price = price
        self.env["product.pricelist.item"].create(
            [
                {
                    "pricelist_id": pricelist.id,
                    "applied_on": "0_product_variant",
                    "product_id": product.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "min_quantity": quantity,
                    "fixed_price": price,
                }
                for (pricelist, quantity), price in wanted.items()
            ]
        )

    def _receive_gone(self, kind, gone, binding):
        """An item that is deleted there is not sold here any more; its history stays."""
        self.env["product.product"].browse(binding.res_id).exists().write({"active": False})
        return self.env._("Deleted in NetSuite; the product is archived.")
