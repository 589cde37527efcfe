"""Stories of billing, changes, renewal, usage and revenue, told by those whose work they are."""

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
from odoo.addons.cn285_revrec.tests import test_changes, test_runs, test_stories
from odoo.addons.cn285_usage.tests.cascade import test_usage_cascade
from odoo.addons.cn285_usage.tests.rating import (
    test_late_usage,
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


class TestChangeTypesByManager(ByManager, test_contract_change_types.TestChangeTypes):
    """See :class:`TestChangeTypes`."""


class TestCreditNotesByManager(ByManager, test_credit_notes.TestCreditNotes):
    """See :class:`TestCreditNotes`."""


class TestTermByManager(ByManager, test_term.TestTerm):
    """See :class:`TestTerm`."""


class TestRenewalNoticeByManager(ByManager, test_renewal_notice.TestRenewalNotice):
    """See :class:`TestRenewalNotice`."""


class TestTerminationByManager(ByManager, test_termination.TestTermination):
    """See :class:`TestTermination`."""


class TestTerminationOrderByManager(ByManager, test_termination_order.TestTerminationOrder):
    """See :class:`TestTerminationOrder`."""


class TestOrderOfDaysByManager(ByManager, test_order_of_days.TestOrderOfDays):
    """See :class:`TestOrderOfDays`."""


class TestWithdrawalByManager(ByManager, test_withdrawal.TestWithdrawal):
    """See :class:`TestWithdrawal`."""


class TestUsageRatingByManager(ByManager, test_usage_rating.TestUsageRating):
    """See :class:`TestUsageRating`."""


class TestUsageLateByManager(ByManager, test_late_usage.TestUsageLate):
    """See :class:`TestUsageLate`."""


class TestUsagePoolByManager(ByManager, test_usage_sharing.TestUsagePool):
    """See :class:`TestUsagePool`."""


class TestUsageBoundsByManager(ByManager, test_usage_sharing.TestUsageBounds):
    """See :class:`TestUsageBounds`."""


class TestUsageDeliveryByManager(ByManager, test_usage_delivery.TestUsageDelivery):
    """See :class:`TestUsageDelivery`."""


class TestUsageThresholdByManager(ByManager, test_usage_threshold.TestUsageThreshold):
    """See :class:`TestUsageThreshold`."""


class TestUsageCompleteByManager(ByManager, test_usage_complete.TestUsageComplete):
    """See :class:`TestUsageComplete`."""


class TestUsageCascadeByManager(ByManager, test_usage_cascade.TestUsageCascade):
    """See :class:`TestUsageCascade`."""


class TestRevenueStoriesByAccountant(ByAccountant, test_stories.TestStories):
    """See :class:`TestStories`."""


class TestRevenueRunsByAccountant(ByAccountant, test_runs.TestRuns):
    """See :class:`TestRuns`."""


class TestRevenueChangesByAccountant(ByAccountant, test_changes.TestChanges):
    """See :class:`TestChanges`."""
