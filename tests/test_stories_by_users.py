"""Stories of billing, changes, renewal, usage and revenue, told by those whose work they are.

Left out (``None``) are stories that hold for the superuser alone as they are told: those that play
the customer or the system, look into the queue or at mails, or edit a running contract by hand,
which for a user becomes a contract change.
"""

from odoo.addons.cn285_contract.tests.billing import test_billing_run, test_looking_ahead
from odoo.addons.cn285_contract.tests.changes import (
    test_contract_change,
    test_contract_change_chains,
    test_contract_change_money,
    test_contract_change_types,
)
from odoo.addons.cn285_contract.tests.credit_notes import test_credit_notes
from odoo.addons.cn285_renewal.tests import (
    test_order_of_days,
    test_renewal_notice,
    test_term,
    test_termination,
    test_termination_order,
    test_withdrawal,
)
from odoo.addons.cn285_revrec.tests import test_changes, test_stories
from odoo.addons.cn285_usage.tests.rating import (
    test_late_usage,
    test_usage_rating,
    test_usage_sharing,
)

from .acting import ByAccountant, ByManager


class TestBillingByManager(ByManager, test_billing_run.TestBillingRun):
    """See :class:`TestBillingRun`."""

    test_a_run_that_lost_its_last_job_is_closed_by_the_daily_cron = None
    test_what_parts_invoices = None


class TestLookingAheadByManager(ByManager, test_looking_ahead.TestLookingAhead):
    """See :class:`TestLookingAhead`."""


class TestContractChangeByManager(ByManager, test_contract_change.TestContractChange):
    """See :class:`TestContractChange`."""

    test_a_failing_change_stops_its_own_contract_only = None


class TestChangeChainsByManager(ByManager, test_contract_change_chains.TestChangeChains):
    """See :class:`TestChangeChains`."""

    test_limits_of_pauses_hold_in_each_year_and_count_what_is_planned = None
    test_pauses_do_not_overlap_and_lie_within_the_contract = None
    test_what_is_moved_is_approved_anew = None


class TestChangeMoneyByManager(ByManager, test_contract_change_money.TestChangeMoney):
    """See :class:`TestChangeMoney`."""

    test_edited_by_hand_after_a_change = None


class TestChangeTypesByManager(ByManager, test_contract_change_types.TestChangeTypes):
    """See :class:`TestChangeTypes`."""

    test_limits_of_pauses = None


class TestCreditNotesByManager(ByManager, test_credit_notes.TestCreditNotes):
    """See :class:`TestCreditNotes`."""


class TestTermByManager(ByManager, test_term.TestTerm):
    """See :class:`TestTerm`."""


class TestRenewalNoticeByManager(ByManager, test_renewal_notice.TestRenewalNotice):
    """See :class:`TestRenewalNotice`."""

    test_contract_that_ends_needs_none_any_more = None
    test_mail_that_fails_does_not_count = None
    test_template_without_the_day_is_not_sent = None


class TestTerminationByManager(ByManager, test_termination.TestTermination):
    """See :class:`TestTermination`."""

    test_fee_is_billed_with_the_last_invoice = None
    test_from_request_to_effect = None
    test_late_notice_is_terminated_refunded_and_bears_interest = None
    test_notice_in_time_binds_until_the_end_of_the_term = None


class TestTerminationOrderByManager(ByManager, test_termination_order.TestTerminationOrder):
    """See :class:`TestTerminationOrder`."""

    test_the_template_asks_for_approval_first = None
    test_types_of_terms_are_offered_in_order = None


class TestOrderOfDaysByManager(ByManager, test_order_of_days.TestOrderOfDays):
    """See :class:`TestOrderOfDays`."""

    test_several_terms_and_changes_between_them = None
    test_what_fails_holds_back_its_own = None
    # They edit the terms of a running contract, which of a user is a change of its own.
    test_a_termination_cancels_the_renewal_that_was_agreed = None
    test_an_agreed_renewal_that_fails_may_still_be_repaired = None


class TestWithdrawalByManager(ByManager, test_withdrawal.TestWithdrawal):
    """See :class:`TestWithdrawal`."""


class TestUsageRatingByManager(ByManager, test_usage_rating.TestUsageRating):
    """See :class:`TestUsageRating`."""

    test_stored_in_bulk_as_one_by_one = None


class TestUsageLateByManager(ByManager, test_late_usage.TestUsageLate):
    """See :class:`TestUsageLate`."""

    test_preview_has_what_late_usage_triggers = None


class TestUsagePoolByManager(ByManager, test_usage_sharing.TestUsagePool):
    """See :class:`TestUsagePool`."""


class TestUsageBoundsByManager(ByManager, test_usage_sharing.TestUsageBounds):
    """See :class:`TestUsageBounds`."""


class TestRevenueStoriesByAccountant(ByAccountant, test_stories.TestStories):
    """See :class:`TestStories`."""

    test_set_up_fee_over_the_expected_life = None


class TestRevenueChangesByAccountant(ByAccountant, test_changes.TestChanges):
    """See :class:`TestChanges`."""
