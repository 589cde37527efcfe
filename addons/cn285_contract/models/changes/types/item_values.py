"""Values that several types of change have in common."""

from ...rhythm_terms import MONTH_NAMES, UNITS
from ..change_value import Value

UNIT_NAMES = tuple(name for name, _label in UNITS)
MONTH_NUMBERS = tuple(name for name, _label in MONTH_NAMES)
ALIGNMENTS = ("anniversary", "calendar")

# What can be said of the product that an item goes over to. A quantity or discount of zero is one.
NEW_PRODUCT = {
    "product_id": Value("record", required=True, model="product.product"),
    "quantity": Value("number", blank_counts=True),
    "price_unit": Value("number"),
    "discount": Value("number", blank_counts=True),
    "name": Value("text", in_dialog=False),
}

# What can be said of a new item.
NEW_ITEM = {
    **NEW_PRODUCT,
    "quantity": Value("number"),
    "discount": Value("number"),
    "template_item_id": Value("record", model="cn285.contract.template.item", in_dialog=False),
    "billing_type": Value("choice", choices=("fixed", "one_shot", "usage", "none")),
    "recurring_interval": Value("integer"),
    "recurring_unit": Value("choice", choices=UNIT_NAMES),
    "alignment": Value("choice", choices=ALIGNMENTS),
    "billing_day": Value("integer"),
    "billing_month": Value("choice", choices=MONTH_NUMBERS),
    "timing": Value("choice", choices=("advance", "arrears")),
    "trial_days": Value("integer"),
    "period_count": Value("integer", in_dialog=False),
    "beneficiary_id": Value("record", model="res.partner"),
    "code": Value("text", in_dialog=False),
}
