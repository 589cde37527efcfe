from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from ...engine.rating import draft, extend
from ...models.rating.aspect import RatingAspect, placed
from ...models.rating.aspect_discount import DiscountAspect
from ...models.rating_aspects import RATING_ASPECTS
from .test_usage_rating import UsageCase

# Which aspect answers which phases, in their order.
ORDER = {
    "CompleteAspect": {"early", "held_back"},
    "DeliveryAspect": {"has_nothing"},
    "AllowanceAspect": {"prepare", "stored", "differences_stored", "affected"},
    "SmartCodeAspect": {"needs", "prepare", "rate_calculator"},
    "CascadeAspect": {"levels", "prepare", "rate_calculator", "stored", "differences_stored"},
    "PoolAspect": {"prepare", "rate_calculator", "affected"},
    "BeneficiaryAspect": {"needs", "prepare", "rate_calculator"},
    "BoundsAspect": {"order", "prepare", "adjust", "stored", "affected"},
    "DiscountAspect": {"adjust"},
}


class FeeAspect(RatingAspect):
    """An aspect as another addon would add it: a euro on top."""

    def adjust(self, row, batch, outcomes):
        for outcome in outcomes:
            outcome.rating = extend(outcome.rating, [draft("flat", flat=Decimal(1))])


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestAspectList(UsageCase):
    """The list of aspects, and how another addon joins in."""

    def test_order_and_phases(self):
        phases = {name for name in vars(RatingAspect) if not name.startswith("_")}
        self.assertEqual(
            [(one.__name__, phases & vars(one).keys()) for one in RATING_ASPECTS],
            list(ORDER.items()),
        )
        self.assertEqual(phases, set().union(*ORDER.values()))

    def test_an_aspect_of_another_addon(self):
        contract = self._usage_contract({"price_unit": 0.3}, {"discount": 50})
        row = contract.schedule_ids.sorted("period_start")[0]
        self._use(contract, 9)
        schedules = type(self.env["cn285.billing.schedule"])
        for expected, aspects in (
            ("1.85", placed(RATING_ASPECTS, FeeAspect, before=DiscountAspect)),
            ("2.35", (*RATING_ASPECTS, FeeAspect)),
        ):
            with (
                self.subTest(aspects[-1].__name__),
                patch.object(schedules, "_rating_aspects", lambda _self, found=aspects: found),
            ):
                [outcome] = row._rate_rows().outcomes[row.id]
                self.assertMoney(float(outcome.rating.amount), expected)
        with self.assertRaises(ValueError):
            placed(RATING_ASPECTS, FeeAspect, before=FeeAspect)
