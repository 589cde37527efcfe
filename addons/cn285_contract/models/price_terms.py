from odoo import api, fields, models

from .bounds import COUNT, PERCENT, PRICE, QUANTITY

UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("quarter", "Quarters"),
    ("semester", "Semesters"),
    ("year", "Years"),
]
MONTH_NAMES = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class PriceTerms(models.AbstractModel):
    """What a period costs and how long it is: the terms that change in an item's life.

    Shared by items, template items, and the versions of an item's terms.
    """

    _name = "cn285.price.terms"
    _description = "Price Terms"
    _inherit = ["cn285.bounded"]

    quantity = fields.Float(
        default=1.0,
        required=True,
        digits=(16, 6),
        help="Units billed in each period.",
    )
    price_source = fields.Selection(
        [("pricelist", "Pricelist"), ("manual", "Own Price")],
        string="Price From",
        default="pricelist",
        required=True,
        help="Where the unit price comes from: the contract's pricelist (or the product's sales "
        "price) on the first day of each period, or the price given here.",
    )
    price_unit = fields.Float(
        string="Unit Price",
        digits=(16, 6),
        help="Price of one unit for one full period, in the contract's currency. "
        "Left empty, the pricelist decides.",
    )
    discount = fields.Float(
        string="Discount (%)",
        digits=(16, 4),
        help="Percentage off the price for the whole life of the item.",
    )
    recurring_interval = fields.Integer(
        string="Every",
        default=1,
        required=True,
        help="Length of a period, counted in the unit beside it.",
    )
    recurring_unit = fields.Selection(UNITS, string="Period Unit", default="month", required=True)
    alignment = fields.Selection(
        [("anniversary", "Date to Date"), ("calendar", "Calendar")],
        default="anniversary",
        required=True,
        help="Date to date: periods count from the item's first billed day. "
        "Calendar: periods start on the billing day, whenever the item started.",
    )
    billing_day = fields.Integer(
        default=1,
        required=True,
        help="Calendar alignment: the day of the month on which periods start (1 to 31; in a "
        "shorter month, its last day).",
    )
    billing_month = fields.Selection(
        MONTH_NAMES,
        default="1",
        required=True,
        help="Calendar alignment, periods of more than a month: a month in which a period starts.",
    )

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "quantity": QUANTITY,
            "price_unit": PRICE,
            "discount": PERCENT,
            "recurring_interval": COUNT,
        }

    @api.model
    def _price_terms_fields(self):
        """Names of the fields of these terms."""
        return [
            "quantity",
            "price_source",
            "price_unit",
            "discount",
            "recurring_interval",
            "recurring_unit",
            "alignment",
            "billing_day",
            "billing_month",
        ]
