"""Stories of billing, changes, renewal, usage and revenue, told by those whose work they are.

What is not a user's act in a story is done by ``sudo`` in the story itself, where it says so: what
the customer asks for in the portal, the cron that looks for what usage has triggered, mails and
jobs that get lost, and what a contract had from the start (its template and its last day, which are
edited only in drafts). Where a user's act has another outcome by design, the story is told anew
below: what runs and is edited by hand is a change from that day on.

Not told again are the system's own (data that was broken by other programs, importing, the writer's
sameness with Odoo, ingestion and measuring, SmartCodes' processes, letters and proofs), what names
its users already (approval, walls, direct edits, rights, the history of calculators and of waiting
items, revenue's access), the portal's, random lives (whose changes a manager enters), and figures
that are worked out alike whoever bills (shares, days, bounds, tax in the price, labels).
"""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.billing import (
    test_billing_run,
    test_invoice_totals,
    test_invoices,
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
    test_contract_change_mrr,
    test_contract_change_next,
    test_contract_change_rules,
    test_contract_change_twice,
    test_contract_change_types,
    test_contract_change_void,
)
from odoo.addons.cn285_contract.tests.credit_notes import (
    test_credit_notes,
    test_credit_totals,
    test_reversal,
)
from odoo.addons.cn285_renewal.tests import (
    test_catch_up,
    test_order_of_days,
    test_refund,
    test_renewal_notice,
    test_renewed_twice,
    test_term,
    test_termination,
    test_termination_order,
    test_withdrawal,
)
from odoo.addons.cn285_revrec.tests import (
    test_changes,
    test_rules,
    test_runs,
    test_stories,
    test_usage,
)
from odoo.addons.cn285_usage.tests.cascade import test_usage_cascade
from odoo.addons.cn285_usage.tests.changes import (
    test_usage_discount_change,
    test_usage_golden_history,
    test_usage_pool_history,
    test_usage_terms_change,
)
from odoo.addons.cn285_usage.tests.rating import (
    test_late_usage,
    test_nothing_to_invoice,
    test_rating_aspects,
    test_usage_credit,
    test_usage_estimate,
    test_usage_rating,
    test_usage_sharing,
)
from odoo.addons.cn285_usage.tests.trigger import (
    test_usage_complete,
    test_usage_delivery,
    test_usage_run_steps,
    test_usage_threshold,
    test_usage_trigger_run,
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


class TestInvoicesByManager(ByManager, test_invoices.TestInvoices):
    """See :class:`TestInvoices`."""


class TestInvoiceTotalsByManager(ByManager, test_invoice_totals.TestInvoiceTotals):
    """See :class:`TestInvoiceTotals`."""


class TestCreditTotalsByManager(ByManager, test_credit_totals.TestCreditTotals):
    """See :class:`TestCreditTotals`."""


class TestReversalByManager(ByManager, test_reversal.TestReversal):
    """See :class:`TestReversal`."""


class TestChangeTwiceByManager(ByManager, test_contract_change_twice.TestChangeTwice):
    """See :class:`TestChangeTwice`."""


class TestChangeMrrByManager(ByManager, test_contract_change_mrr.TestChangeMrr):
    """See :class:`TestChangeMrr`."""


class TestVoidPlansByManager(ByManager, test_contract_change_void.TestVoidPlans):
    """See :class:`TestVoidPlans`."""

    def test_ends_wait_for_nothing(self):
        """An end given by a user is a change too: it cancels what was planned after it."""
        contract = self._monthly(31.0, 62.0)
        one, two = contract.item_ids
        void = self._change(contract, "quantity", "2026-02-15", item=one, quantity=2.0)
        one.date_end = "2026-02-10"
        late = self._change(contract, "price", "2026-02-20", item=two, price_unit=31.0)
        self._change(contract, "terminate", "2026-02-28")
        self._run_on("2026-03-02")
        self.assertEqual((void.state, late.state), ("cancelled", "applied"))
        self.assertEqual(contract.date_end, date(2026, 2, 28))
        # 31.00 and 10/28 of it; 62.00, 19 days of 28, and 9 at 31.00.
        self.assertEqual(self._billed(contract), "156.10")


class TestCatchUpByManager(ByManager, test_catch_up.TestCatchUp):
    """See :class:`TestCatchUp`."""


class TestRefundByManager(ByManager, test_refund.TestRefund):
    """See :class:`TestRefund`."""

    # Lines of bank statements are an accountant's.
    test_a_statement_line_that_pays_less_a_fee = None


class TestLateRefundByManager(ByManager, test_refund.TestLateRefund):
    """See :class:`TestLateRefund`."""


class TestRenewedTwiceByManager(ByManager, test_renewed_twice.TestRenewedTwice):
    """See :class:`TestRenewedTwice`."""


class TestUsageDiscountChangeByManager(
    ByManager, test_usage_discount_change.TestUsageDiscountChange
):
    """See :class:`TestUsageDiscountChange`."""


class TestUsageGoldenHistoryByManager(ByManager, test_usage_golden_history.TestUsageGoldenHistory):
    """See :class:`TestUsageGoldenHistory`."""

    # An item that a user adds to what runs begins on that day: the story's had been there before.
    test_h7_cascaded = None


class TestUsagePoolHistoryByManager(ByManager, test_usage_pool_history.TestUsagePoolHistory):
    """See :class:`TestUsagePoolHistory`."""


class TestUsageTermsChangeByManager(ByManager, test_usage_terms_change.TestUsageTermsChange):
    """See :class:`TestUsageTermsChange`."""


class TestNothingToInvoiceByManager(ByManager, test_nothing_to_invoice.TestNothingToInvoice):
    """See :class:`TestNothingToInvoice`."""


class TestRatingAspectsByManager(ByManager, test_rating_aspects.TestRatingAspects):
    """See :class:`TestRatingAspects`."""


class TestUsageEstimateByManager(ByManager, test_usage_estimate.TestUsageEstimate):
    """See :class:`TestUsageEstimate`."""


class TestUsageRunStepsByManager(ByManager, test_usage_run_steps.TestUsageRunSteps):
    """See :class:`TestUsageRunSteps`."""


class TestUsageTriggerRunByManager(ByManager, test_usage_trigger_run.TestUsageTriggerRun):
    """See :class:`TestUsageTriggerRun`."""

    # What usage triggers is billed by runs of the system's own, and by its scheduled job.
    test_job_starts_a_run_in_jobs = None
    test_scheduled_action_takes_up_what_was_left = None


class TestRevenueUsageByAccountant(ByAccountant, test_usage.TestUsage):
    """See :class:`TestUsage`."""


class TestRulesByAccountant(ByAccountant, test_rules.TestRules):
    """See :class:`TestRules`."""
