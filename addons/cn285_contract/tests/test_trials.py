from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestTrials(ContractCase):
    """Trials with each item, once per customer and service, or once per contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "trial_clerk", groups="cn285_contract.group_billing_manager"
        )

    def _add(self, contract, product, day):
        """Another item with 30 days of trial, by a change as users make it."""
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.clerk)
            .create(
                {
                    "contract_id": contract.id,
                    "type": "add_item",
                    "date_effective": day,
                    "values": {"product_id": product.id, "price_unit": 50.0, "trial_days": 30},
                }
            )
        )
        change.action_schedule()
        self.assertEqual(change.state, "applied")
        return change.result_item_id

    def _with_trial(self, **values):
        return self._create_contract([{"trial_days": 30}], **values)

    def test_with_each_item(self):
        item = self._add(self._with_trial(), self.subscription, date(2026, 1, 10))
        self.assertEqual((item.trial_days, item.billing_start), (30, date(2026, 2, 9)))

    def test_once_per_contract(self):
        self.company.cn285_trial_once = "contract"
        contract = self._with_trial()
        # 1 to 30 January are free: of another product too, which starts on the 10th.
        item = self._add(contract, self.setup_fee, date(2026, 1, 10))
        self.assertEqual((item.trial_days, item.billing_start), (21, date(2026, 1, 31)))
        with freeze_time("2026-02-05 10:00:00"):
            late = self._add(contract, self.setup_fee, date(2026, 2, 5))
        self.assertEqual(late.trial_days, 0)
        self.assertEqual(self._with_trial().item_ids.trial_days, 30)

    def test_once_per_service(self):
        self.company.cn285_trial_once = "service"
        contract = self._with_trial()
        other = self._add(contract, self.setup_fee, date(2026, 1, 10))
        self.assertEqual(other.trial_days, 30)
        again = self._with_trial(date_start=date(2026, 3, 1))
        self.assertEqual(again.item_ids.trial_days, 0)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        theirs = self._with_trial(date_start=date(2026, 3, 1), partner_id=stranger.id)
        self.assertEqual(theirs.item_ids.trial_days, 30)

    def test_recorded_later_than_one_that_starts_later(self):
        """Thirty days in all, whichever contract was written down first."""
        self.company.cn285_trial_once = "service"
        later = self._with_trial(date_start=date(2026, 3, 1))
        antedated = self._with_trial(date_start=date(2026, 1, 1))
        self.assertEqual(later.item_ids.trial_days, 30)
        self.assertEqual(antedated.item_ids.trial_days, 0)
        self.assertEqual(antedated.item_ids.billing_start, date(2026, 1, 1))
        third = self._with_trial(date_start=date(2026, 1, 20))
        self.assertEqual(third.item_ids.trial_days, 0)

    def test_items_that_start_together_share_the_trial(self):
        self.company.cn285_trial_once = "contract"
        contract = self._create_contract(
            [
                {"trial_days": 30},
                {"trial_days": 10, "product_id": self.setup_fee.id},
                {"trial_days": 30, "date_start": date(2026, 1, 21)},
            ]
        )
        self.assertEqual(contract.item_ids.mapped("trial_days"), [30, 10, 10])

    def test_trial_that_nobody_had_counts_for_nothing(self):
        self.company.cn285_trial_once = "service"
        first = self._create_contract([{"trial_days": 30}], confirm=False)
        first.action_cancel()
        self.assertEqual(self._with_trial(date_start=date(2026, 2, 1)).item_ids.trial_days, 30)
