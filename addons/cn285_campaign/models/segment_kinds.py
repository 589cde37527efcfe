"""The ready segments: a class each, and the table of all. No model is here.

A kind tells which contracts, or items, are in it today, and the date that it is about: the day of a
cancellation, the end of a trial. What needs another addon says so in ``needs``, and is not offered
where that is not installed.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.tools import SQL, LazyTranslate, split_every

_lt = LazyTranslate(__name__)

LIVE = list(LIVE_STATES)
# Contracts whose usage is estimated together.
ESTIMATED = 500
# From which part of the included units on an allowance is nearly used up.
NEARLY = 80
# Types of change after which nothing, or less, is served.
ENDS = ("terminate", "end_item")


class Row(NamedTuple):
    """A contract, or an item of it, that is in a segment; ``anchor``: None for the day it came."""

    contract: int
    item: int | None
    anchor: date | None


class SegmentKind:
    """What a ready segment is. One object serves all segments of the kind."""

    #: As it stands in the field ``kind``.
    name: str
    #: What users read: texts made by ``LazyTranslate``.
    label: Any
    #: What the segment's date is.
    date_label: Any
    #: What the number of days means; empty where the kind asks for none.
    days_label: Any = ""
    #: Models and fields without which there is no such segment: ``{model: field}``.
    needs: dict[str, str] = {}
    #: To whom it is written: the holder of the contract, or who pays.
    writes_to: str = "partner_id"

    def is_there(self, env) -> bool:
        """Whether what it needs is installed."""
        return all(
            model in env.registry and field in env[model]._fields
            for model, field in self.needs.items()
        )

    def rows(self, segment, company, today: date) -> Iterable[Row]:
        """Who is in it today, by the company's clock. Called with sudo, for one company."""
        raise NotImplementedError


def _rows(segment, query: SQL) -> list[Row]:
    segment.env.flush_all()
    return [Row(*row) for row in segment.env.execute_query(query)]


def _last(segment, today):
    """The last day that counts: so many days ahead, or none."""
    return today + timedelta(days=segment.days) if segment.days else date.max


class OwnDomain(SegmentKind):
    """Contracts by a filter of one's own; of one of their dates, or the day they came."""

    name = "domain"
    label = _lt("By a Filter")
    date_label = _lt("The date chosen, else the day on which the contract came in")

    def rows(self, segment, company, today):
        contracts = segment.env["cn285.contract"].search(segment._own_domain(company))
        field = segment.date_field
        return [Row(one.id, None, (field and one[field]) or None) for one in contracts]


class Cancellation(SegmentKind):
    """A termination, or the end of an item, is scheduled."""

    name = "cancellation"
    label = _lt("Scheduled Cancellation")
    date_label = _lt("Last day")
    days_label = _lt("Within so many days (0: whenever)")

    def rows(self, segment, company, today):
        return _rows(
            segment,
            SQL(
                """SELECT contract_id, item_id, min(date_effective) FROM cn285_contract_change
                    WHERE company_id = %s AND state = 'scheduled' AND type = ANY(%s)
                      AND date_effective BETWEEN %s AND %s
                    GROUP BY contract_id, item_id""",
                company.id,
                list(ENDS),
                today,
                _last(segment, today),
            ),
        )


class Downgrade(SegmentKind):
    """A lesser product, or fewer units, are scheduled."""

    name = "downgrade"
    label = _lt("Scheduled Downgrade")
    date_label = _lt("Day of the change")
    days_label = _lt("Within so many days (0: whenever)")

    def rows(self, segment, company, today):
        changes = segment.env["cn285.contract.change"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("date_effective", ">=", today),
                ("date_effective", "<=", _last(segment, today)),
            ],
            order="date_effective desc, id desc",
        )
        first = {
            (change.contract_id.id, change.item_id.id or None): change.date_effective
            for change in changes
            if change._nature() == "downgrade"
        }
        return [Row(*subject, day) for subject, day in first.items()]


class Trial(SegmentKind):
    """Items that are served for nothing, and will be billed."""

    name = "trial"
    label = _lt("Trial Ending")
    date_label = _lt("Last day of the trial")
    days_label = _lt("Within so many days (0: whenever)")

    def rows(self, segment, company, today):
        return _rows(
            segment,
            SQL(
                """SELECT contract_id, id, date_start + trial_days - 1 FROM cn285_contract_item
                    WHERE company_id = %s AND state = 'active' AND trial_days > 0
                      AND date_start + trial_days - 1 BETWEEN %s AND %s
                      AND date_start <= %s""",
                company.id,
                today,
                _last(segment, today),
                today,
            ),
        )


class Term(SegmentKind):
    """Contracts whose term ends, whether they renew by themselves or not."""

    name = "term"
    label = _lt("Term Ending")
    date_label = _lt("Last day of the term")
    days_label = _lt("Within so many days (0: whenever)")
    #: Whether those that renew by themselves count.
    renewing = True

    def rows(self, segment, company, today):
        day = SQL("LEAST(term_end, date_end, planned_end)")
        renews = SQL(
            """(renewal_mode = 'tacit' AND auto_renew AND term_end IS NOT NULL
                AND COALESCE(date_end > term_end, TRUE) AND COALESCE(planned_end > term_end, TRUE)
                AND NOT (COALESCE(renewal_max, 0) > 0 AND term_number >= renewal_max))"""
        )
        return _rows(
            segment,
            SQL(
                """SELECT id, NULL, %(day)s FROM cn285_contract
                    WHERE company_id = %(company)s AND active AND state = ANY(%(live)s)
                      AND %(day)s BETWEEN %(today)s AND %(last)s AND (%(all)s OR NOT %(renews)s)""",
                day=day,
                company=company.id,
                live=LIVE,
                today=today,
                last=_last(segment, today),
                all=self.renewing,
                renews=renews,
            ),
        )


class Ending(Term):
    """Contracts that end, and do not renew by themselves."""

    name = "ending"
    label = _lt("Ending without Renewal")
    renewing = False


class Paused(SegmentKind):
    """Items that have paused for long."""

    name = "paused"
    label = _lt("Paused for Long")
    date_label = _lt("First day of the pause")
    days_label = _lt("For at least so many days")

    def rows(self, segment, company, today):
        return _rows(
            segment,
            SQL(
                """SELECT item.contract_id, item.id, min(pause.date_start)
                     FROM cn285_contract_item item
                     JOIN cn285_contract_item_pause pause ON pause.item_id = item.id
                    WHERE item.company_id = %s AND item.state = 'paused' AND pause.kind = 'pause'
                      AND pause.date_start <= %s AND COALESCE(pause.date_end, 'infinity') >= %s
                    GROUP BY item.contract_id, item.id""",
                company.id,
                today - timedelta(days=segment.days),
                today,
            ),
        )


class New(SegmentKind):
    """Contracts that have begun lately."""

    name = "new"
    label = _lt("New Contracts")
    date_label = _lt("First day of the contract")
    days_label = _lt("Begun within so many days")

    def rows(self, segment, company, today):
        return _rows(
            segment,
            SQL(
                """SELECT id, NULL, date_start FROM cn285_contract
                    WHERE company_id = %s AND active AND state = ANY(%s)
                      AND date_start BETWEEN %s AND %s""",
                company.id,
                LIVE,
                today - timedelta(days=segment.days),
                today,
            ),
        )


class Churned(SegmentKind):
    """Contracts of customers who were lost lately, by the ledger, and have not come back."""

    name = "churned"
    label = _lt("Churned Recently")
    date_label = _lt("First day on which nothing was owed")
    days_label = _lt("Within the last so many days")

    def rows(self, segment, company, today):
        return _rows(
            segment,
            SQL(
                """SELECT lost.contract_id, NULL, max(lost.date) FROM cn285_mrr_movement lost
                    WHERE lost.company_id = %s AND lost.kind = 'churn'
                      AND lost.date BETWEEN %s AND %s
                      AND NOT EXISTS (SELECT 1 FROM cn285_mrr_movement back
                                       WHERE back.company_id = lost.company_id
                                         AND back.customer_id = lost.customer_id
                                         AND back.kind IN ('reactivation', 'new')
                                         AND back.date > lost.date AND back.date <= %s)
                    GROUP BY lost.contract_id""",
                company.id,
                today - timedelta(days=segment.days),
                today,
                today,
            ),
        )


class Overdue(SegmentKind):
    """Contracts for which their payer owes something that is overdue."""

    name = "overdue"
    label = _lt("Overdue")
    date_label = _lt("Due since")
    days_label = _lt("For at least so many days")
    needs = {"cn285.dunning.case": "contract_ids"}
    writes_to = "payer_id"

    def rows(self, segment, company, today):
        cases = segment.env["cn285.dunning.case"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("oldest_due", "<=", today - timedelta(days=segment.days)),
            ]
        )
        since = {}
        for case in cases:
            for contract in case.contract_ids:
                since[contract.id] = min(case.oldest_due, since.get(contract.id, date.max))
        return [Row(contract, None, day) for contract, day in since.items()]


class Means(SegmentKind):
    """Contracts that are paid by means that expire."""

    name = "means"
    label = _lt("Means of Payment Expiring")
    date_label = _lt("Last day of the means")
    days_label = _lt("Within so many days (0: whenever)")
    needs = {"payment.token": "cn285_expiry_date"}
    writes_to = "payer_id"

    def rows(self, segment, company, today):
        tokens = segment.env["payment.token"].search(
            [
                ("company_id", "=", company.id),
                ("cn285_state", "=", "valid"),
                ("cn285_expiry_date", ">=", today),
                ("cn285_expiry_date", "<=", _last(segment, today)),
            ]
        )
        first = {}
        for token in tokens:
            for contract in token._cn285_paid_contracts():
                if contract.company_id == company and contract.state in LIVE_STATES:
                    day = token.cn285_expiry_date
                    first[contract.id] = min(day, first.get(contract.id, date.max))
        return [Row(contract, None, day) for contract, day in first.items()]


class Allowance(SegmentKind):
    """Items whose included units of the running period are nearly used up."""

    name = "allowance"
    label = _lt("Allowance Nearly Used Up (80 %)")
    date_label = _lt("First day of the period")
    needs = {"cn285.contract.item": "calculator_ids"}

    def rows(self, segment, company, today):
        contracts = segment.env["cn285.contract"].search(
            [
                ("company_id", "=", company.id),
                ("state", "in", LIVE),
                ("item_ids.calculator_ids", "!=", False),
            ]
        )
        found = {}
        for ids in split_every(ESTIMATED, contracts.ids):
            estimates, _failed = contracts.browse(ids)._usage_estimates()
            for one in estimates:
                if one.is_late or not one.included or one.left is None:
                    continue
                if (one.included - one.left) * 100 > NEARLY * one.included:
                    item = one.row.item_id
                    found[item.contract_id.id, item.id] = one.row.period_start
        return [Row(*subject, day) for subject, day in found.items()]


# In the order in which the screen offers them.
SEGMENT_KINDS = {
    kind.name: kind
    for kind in (
        Cancellation(),
        Downgrade(),
        Trial(),
        Term(),
        Ending(),
        Allowance(),
        Paused(),
        Overdue(),
        Means(),
        Churned(),
        New(),
        OwnDomain(),
    )
}
