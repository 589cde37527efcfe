"""The aspects of rating, in their order: one list for all rooms.

Stands beside the rooms, because the aspects stand in several of them.
"""

from odoo import api, models

from .cascade.aspect_cascade import CascadeAspect
from .rating.aspect_allowance import AllowanceAspect
from .rating.aspect_beneficiary import BeneficiaryAspect
from .rating.aspect_bounds import BoundsAspect
from .rating.aspect_discount import DiscountAspect
from .rating.aspect_pool import PoolAspect
from .smartcode.aspect_smartcode import SmartCodeAspect
from .trigger.aspect_complete import CompleteAspect
from .trigger.aspect_delivery import DeliveryAspect

# From top to bottom as a row is rated. What an aspect is asked, and what becomes of several
# answers, says ``rating/aspect.py``.
RATING_ASPECTS = (
    # Which rows: periods that wait for all of their metrics; deliveries that have events left.
    CompleteAspect,
    DeliveryAspect,
    # What earlier periods have left of an allowance: before anything is rated with it.
    AllowanceAspect,
    # How a calculator rates. The first one that knows has it: a macro whatever it is about, then
    # what another item triggers, then a pool's units, then each beneficiary's.
    SmartCodeAspect,
    CascadeAspect,
    PoolAspect,
    BeneficiaryAspect,
    # What all calculators together come to. Discounts are off what is owed, so they come last.
    BoundsAspect,
    DiscountAspect,
)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _rating_aspects(self):
        """Hook: the aspects of rating, classes in their order; see ``rating.aspect.placed``."""
        return RATING_ASPECTS
