"""Stories of billing, changes, renewal, usage and revenue, told by those whose work they are.

What is not a user's act in a story is done by ``sudo`` in the story itself, where it says so: what
the customer asks for in the portal, the cron that looks for what usage has triggered, mails and
jobs that get lost, and what a contract had from the start (its template and its last day, which are
edited only in drafts). Where a user's act has another outcome by design, the story is told anew
below: what runs and is edited by hand is a change from that day on.

Not told again are the system's own (data that was broken by other programs, importing, the writer's
sameness with Odoo, ingestion and measuring, SmartCodes' processes, letters and proofs), what names
its users already (approval, walls, direct edits, rights, revenue's access), and the portal's.
"""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.billing import (
    test_billing_run,
    test_looking_ahead,
)
from odoo.addons.cn285_contract.tests.changes import (
    test_contract_change,
    test_contract_change_chains,
    test_contract_change_first_day,
    test_contract_change_foresight,
    test_contract_change_histories,
    test_contract_change_holder,
    test_contract_change_money,
    test_contract_change_next,
    test_contract_change_rules,
    test_contract_change_types,
)
from odoo.addons.cn285_contract.tests.credit_notes import (
    test_credit_notes,
)
from odoo.addons.cn285_renewal.tests import (
    test_order_of_days,
    test_renewal_notice,
    test_term,
    test_termination,
    test_termination_order,
    test_withdrawal,
)
from odoo.addons.cn285_revrec.tests import (
    test_changes,
    test_runs,
    test_stories,
)
from odoo.addons.cn285_usage.tests.cascade import test_usage_cascade
from odoo.addons.cn285_usage.tests.rating import (
    test_late_usage,
    test_usage_credit,
    test_usage_rating,
    test_usage_sharing,
)
from odoo.addons.cn285_usage.tests.trigger import (
    test_usage_complete,
    test_usage_delivery,
    test_usage_threshold,
)

from .acting import ByAccountant, ByManager


class TestBillingByManager(ByManager, test_billing_run.TestBillingRun):
    """See :class:`TestBillingRun`."""


class TestLookingAheadByManager(ByManager, test_looking_ahead.TestLookingAhead):
    """See :class:`TestLookingAhead`."""


class TestContractChangeByManager(ByManager, test_contract_change.TestContractChange):
    """See :class:`TestContractChange`."""


class TestChangeChainsByManager(ByManager, test_contract_change_chains.TestChangeChains):
    """See :class:`TestChangeChains`."""


class TestChangeMoneyByManager(ByManager, test_contract_change_money.TestChangeMoney):
    """See :class:`TestChangeMoney`."""

    def test_edited_by_hand_after_a_change(self):
        """Edited by a user it is a change of today: 10 days, 4 and 17 of 31.00, 62.00, 93.00."""
        contract = self._monthly(31.0, timing="arrears")
        item = contract.item_ids
        self._change(contract, "price", "2026-01-11", item=item, price_unit=62.0)
        item.price_unit = 93.0
        amounts = [row[3] for row in self._rows(contract)]
        self.assertEqual(amounts[:4], ["10.00", "8.00", "51.00", "93.00"])


class TestChangeTypesByManager(ByManager, test_contract_change_types.TestChangeTypes):
    """See :class:`TestChangeTypes`."""


class TestCreditNotesByManager(ByManager, test_credit_notes.TestCreditNotes):
    """See :class:`TestCreditNotes`."""


class TestTermByManager(ByManager, test_term.TestTerm):
    """See :class:`TestTerm`."""


class TestRenewalNoticeByManager(ByManager, test_renewal_notice.TestRenewalNotice):
    """See :class:`TestRenewalNotice`."""

    def test_contract_that_ends_needs_none_any_more(self):
        """An end given by a user is a termination, which he can take back."""
        contract = self._yearly()
        self._notices_on("2025-03-16")
        with freeze_time("2025-04-01"):
            contract.date_end = date(2026, 3, 14)
            self.assertEqual(contract.planned_end, date(2026, 3, 14))
            self.assertEqual(self._notice(contract).state, "cancelled")
            contract.change_ids.action_cancel()
            self.assertEqual(self._notice(contract).state, "planned")
            contract.notice_length = 2
        self.assertEqual(self._notice(contract).last_day_to_refuse, date(2026, 1, 14))


class TestTerminationByManager(ByManager, test_termination.TestTermination):
    """See :class:`TestTermination`."""


class TestTerminationOrderByManager(ByManager, test_termination_order.TestTerminationOrder):
    """See :class:`TestTerminationOrder`."""

    # No act: which types there are, told for the addon alone.
    test_types_of_terms_are_offered_in_order = None


class TestOrderOfDaysByManager(ByManager, test_order_of_days.TestOrderOfDays):
    """See :class:`TestOrderOfDays`."""


class TestWithdrawalByManager(ByManager, test_withdrawal.TestWithdrawal):
    """See :class:`TestWithdrawal`."""


class TestUsageRatingByManager(ByManager, test_usage_rating.TestUsageRating):
    """See :class:`TestUsageRating`."""

    # It stores a rating by hand, which only the machinery does.
    test_stored_in_bulk_as_one_by_one = None


class TestUsageLateByManager(ByManager, test_late_usage.TestUsageLate):
    """See :class:`TestUsageLate`."""


class TestUsagePoolByManager(ByManager, test_usage_sharing.TestUsagePool):
    """See :class:`TestUsagePool`."""


class TestUsageBoundsByManager(ByManager, test_usage_sharing.TestUsageBounds):
    """See :class:`TestUsageBounds`."""


class TestRevenueStoriesByAccountant(ByAccountant, test_stories.TestStories):
    """See :class:`TestStories`."""


class TestRevenueChangesByAccountant(ByAccountant, test_changes.TestChanges):
    """See :class:`TestChanges`."""


class TestFirstDayByManager(ByManager, test_contract_change_first_day.TestFirstDay):
    """See :class:`TestFirstDay`."""


class TestChangeForesightByManager(ByManager, test_contract_change_foresight.TestChangeForesight):
    """See :class:`TestChangeForesight`."""


class TestHistoriesByManager(ByManager, test_contract_change_histories.TestHistories):
    """See :class:`TestHistories`."""


class TestChangeOfHolderByManager(ByManager, test_contract_change_holder.TestChangeOfHolder):
    """See :class:`TestChangeOfHolder`."""


class TestNothingLeftByManager(ByManager, test_contract_change_next.TestNothingLeft):
    """See :class:`TestNothingLeft`."""


class TestNextInvoiceByManager(ByManager, test_contract_change_next.TestNextInvoice):
    """See :class:`TestNextInvoice`."""


class TestChangeRulesByManager(ByManager, test_contract_change_rules.TestChangeRules):
    """See :class:`TestChangeRules`."""


class TestUsageCascadeByManager(ByManager, test_usage_cascade.TestUsageCascade):
    """See :class:`TestUsageCascade`."""


class TestUsageCompleteByManager(ByManager, test_usage_complete.TestUsageComplete):
    """See :class:`TestUsageComplete`."""


class TestUsageDeliveryByManager(ByManager, test_usage_delivery.TestUsageDelivery):
    """See :class:`TestUsageDelivery`."""


class TestUsageThresholdByManager(ByManager, test_usage_threshold.TestUsageThreshold):
    """See :class:`TestUsageThreshold`."""


class TestUsageCreditByManager(ByManager, test_usage_credit.TestUsageCredit):
    """See :class:`TestUsageCredit`."""


class TestRunsByAccountant(ByAccountant, test_runs.TestRuns):
    """See :class:`TestRuns`."""
