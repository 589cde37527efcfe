"""What contract changes may do: from which product customers may go to which."""

from odoo.addons.cn285_import.models.kinds import Kind, columns_of

TIER_PATHS = Kind(
    "tier_paths",
    "cn285.tier.path",
    columns_of("sequence", "kind", product_from="product_from_id", product_to="product_to_id"),
    required=("product_from", "product_to", "kind"),
    key=("product_from", "product_to", "kind"),
    adopt=("product_from_id", "product_to_id", "kind"),
)
