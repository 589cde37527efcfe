from odoo import api, fields, models
from odoo.exceptions import ValidationError

FLOWS = [
    ("none", "Not Kept in Stock"),
    ("after", "Activated, Then Delivered"),
    ("before", "Activated by Its Delivery"),
]
MAKERS = [
    ("hand", "By Hand, File or Program"),
    ("receipt", "With Their Receipt"),
    ("delivery", "With Their Delivery"),
]


class DeviceType(models.Model):
    """Whether devices of a sort are kept in stock, and what transfers do with them."""

    _inherit = "cn285.device.type"

    stock_flow = fields.Selection(
        FLOWS,
        string="In Stock",
        default="none",
        required=True,
        help="Kept in stock, a device is activated only if its serial number is in stock, or with "
        "the customer already; the delivery to the customer, and the receipt when it comes back, "
        "are made for the warehouse.",
    )
    stock_makes = fields.Selection(
        MAKERS,
        string="Devices Are Entered",
        default="hand",
        required=True,
        help="With their receipt: each serial number that is received becomes a device, a draft.",
    )

    @api.constrains("stock_flow", "stock_makes", "product_id")
    def _check_stock_product(self):
        for device_type in self:
            if device_type.stock_flow == "none" and device_type.stock_makes == "hand":
                continue
            # sudo: how the product is tracked, for whoever edits the type
            product = device_type.sudo().product_id
            if not product.is_storable or product.tracking != "serial":
                raise ValidationError(
                    self.env._(
                        "Device type “%s”: to be kept in stock it needs a product that is stored "
                        "and tracked by unique serial number.",
                        device_type.name,
                    )
                )

    @api.model
    def _made_by_stock(self, company, products, makers):
        """The type whose devices stock makes, of each of some products: ``{product: type}``.

        A type of the company goes before one of all companies.
        """
        # sudo: types are settings, whoever moves the goods
        types = self.sudo().search(
            [
                ("product_id", "in", products.ids),
                ("stock_makes", "in", makers),
                ("company_id", "in", (company.id, False)),
            ],
            order="id",
        )
        shared, own = types.filtered(lambda one: not one.company_id), types.filtered("company_id")
        found = {}
        for device_type in (*own, *shared):
            found.setdefault(device_type.product_id, device_type)
        return found
