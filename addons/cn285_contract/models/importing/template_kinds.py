"""Templates that contracts are made from, their items, and the items' discounts."""

from odoo.addons.cn285_import.models.kinds import Kind, columns_of

from .contract_kinds import ANALYTIC, complete_item

TEMPLATES = Kind(
    "templates",
    "cn285.contract.template",
    columns_of("name", "code", "sequence"),
    fields=lambda env: env["cn285.contract.template"]._contract_fields(),
    required=("name",),
    key=("code",),
    adopt=("code",),
    example={"code": "STANDARD", "name": "Standard"},
)
TEMPLATE_ITEMS = Kind(
    "template_items",
    "cn285.contract.template.item",
    columns_of("template_id", analytic=ANALYTIC),
    fields=lambda env: env["cn285.contract.template.item"]._terms_fields(),
    required=("template", "product"),
    complete=complete_item,
    example={"id": "TI-1", "template": "STANDARD", "product": "SUPPORT", "price_unit": "40.50"},
)
TEMPLATE_DISCOUNTS = Kind(
    "template_discounts",
    "cn285.contract.template.item.discount",
    columns_of("name", "month_from", "month_count", "counted_in", "percent", "amount", "item_id"),
    required=("item",),
    key=("item", "month_from"),
    example={"item": "TI-1", "month_from": "1", "month_count": "3", "percent": "50"},
)
