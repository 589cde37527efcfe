"""Segments of what other addons know: debts, means of payment, and included units."""

from freezegun import freeze_time
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.tests import tagged


def members(env, kind, days=0):
    """``(contract, item, date)`` of who is in a ready segment."""
    segment = env["cn285.segment"].create({"name": kind, "kind": kind, "days": days})
    segment._evaluate()
    assert not segment.problem, segment.problem
    return [(one.contract_id, one.item_id, str(one.anchor)) for one in segment.member_ids]


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestCampaignBeside(UsageCase):
    def test_allowance_nearly_used_up(self):
        """81 of 100 units are more than 80 %, 80 are not."""
        near, far = (
            self._usage_contract({"price_unit": 1.0, "allowance_units": 100}) for _n in range(2)
        )
        self._use(near, 81)
        self._use(far, 80)
        found = members(self.env, "allowance")
        self.assertIn((near, near.item_ids, "2026-01-01"), found)
        self.assertNotIn(far, [one[0] for one in found])

    def test_overdue(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self.env["cn285.dunning.case"].sudo()._inside().create(
            {
                "partner_id": self.customer.id,
                "currency_id": self.eur.id,
                "company_id": self.company.id,
                "oldest_due": "2026-01-05",
                "contract_ids": [(6, 0, contract.ids)],
            }
        )
        self.assertIn(
            (contract, contract.item_ids.browse(), "2026-01-05"), members(self.env, "overdue", 10)
        )
        self.assertNotIn(contract, [one[0] for one in members(self.env, "overdue", 11)])


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestMeansOfCampaigns(CollectionCase):
    def test_means_expiring(self):
        contract = self._automatic()
        token = self._token(self.customer, cn285_expiry_date="2026-02-10")
        contract.payment_token_id = token
        found = members(self.env, "means", 30)
        self.assertIn((contract, contract.item_ids.browse(), "2026-02-10"), found)
        self.assertNotIn(contract, [one[0] for one in members(self.env, "means", 10)])
