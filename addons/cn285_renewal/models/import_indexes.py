"""Files of price indexes and of their published values."""

from odoo.addons.cn285_import.models.kinds import Kind, columns_of

PRICE_INDEXES = Kind(
    "price_indexes",
    "cn285.price.index",
    columns_of("name", "code"),
    required=("name", "code"),
    key=("code",),
    adopt=("code",),
    example={"code": "SYNTEC-EX", "name": "Syntec"},
)
INDEX_VALUES = Kind(
    "index_values",
    "cn285.price.index.value",
    columns_of("date", "value", index="index_id"),
    required=("index", "date", "value"),
    key=("index", "date"),
    adopt=("index_id", "date"),
    example={"index": "SYNTEC-EX", "date": "2025-01-01", "value": "314.2"},
)
