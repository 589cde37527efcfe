"""Until when a mandate may be used, and when debits are announced, ordered, returned and refunded.

Sources: EPC016-06 and EPC222-07 (rulebooks of SEPA direct debits, CORE and B2B): announcement 14
calendar days before unless otherwise agreed, lapse 36 months after the last debit, returns by the
debtor's bank within 5 (CORE) or 3 (B2B) days, refund without a reason within 8 weeks, of a debit
that was never authorised within 13 months.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from dateutil.relativedelta import relativedelta

from ...cn285_payment.engine import target_calendar as target

LAPSE_MONTHS = 36
NOTICE_DAYS = 14
REFUND_DAYS = 56
UNAUTHORISED_MONTHS = 13
# Orders are taken by banks this many calendar days ahead at most.
EARLIEST_DAYS = 14


class Scheme(str, Enum):
    """Whom a mandate binds: consumers are refunded, firms are not and register it at their bank."""

    CORE = "CORE"
    B2B = "B2B"


RETURN_DAYS = {Scheme.CORE: 5, Scheme.B2B: 3}


def lapses_on(signed: date, last_debit: date | None) -> date:
    """The last day on which a mandate may be used.

    >>> lapses_on(date(2020, 1, 1), date(2024, 2, 29))
    datetime.date(2027, 2, 28)
    """
    return (last_debit or signed) + relativedelta(months=LAPSE_MONTHS)


def is_usable(signed: date, last_debit: date | None, day: date) -> bool:
    """Whether a debit may be made on a day under a mandate that was not revoked."""
    return signed <= day <= lapses_on(signed, last_debit)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one debit.

    :ivar debit: when the account is debited
    :ivar file: the last day on which the bank takes the order
    :ivar earliest_file: the first day on which it does
    :ivar announced: until when the debtor has to be told
    :ivar returned: until when the debtor's bank may return it
    :ivar refunded: until when the debtor may have it refunded without a reason; None: never (B2B)
    """

    debit: date
    file: date
    earliest_file: date
    announced: date
    returned: date
    refunded: date | None


def days_of_debit(
    wished: date,
    today: date,
    scheme: Scheme,
    lead: int = 2,
    told: date | None = None,
    notice: int = NOTICE_DAYS,
) -> Days:
    """When a debit that is wished for a day is made.

    :param lead: TARGET days before the debit by which the bank wants the order (1 at least)
    :param told: when the debtor was told, or will be; None: today
    :param notice: calendar days between telling and debit, as agreed with the debtor
    """
    told_in_time = (told or today) + timedelta(days=notice)
    debit = target.next_target_day(max(wished, told_in_time, soonest_debit(today, lead)))
    return days_around(debit, scheme, lead, notice)


def soonest_debit(today: date, lead: int) -> date:
    """The first day for which a bank takes an order that is given today.

    On a day on which banks are closed, an order is given on the next one.

    >>> soonest_debit(date(2026, 1, 16), 2), soonest_debit(date(2026, 1, 17), 2)
    (datetime.date(2026, 1, 20), datetime.date(2026, 1, 21))
    """
    given = target.next_target_day(today)
    return target.add_target_days(given, lead) if lead else given


def days_around(debit: date, scheme: Scheme, lead: int = 2, notice: int = NOTICE_DAYS) -> Days:
    """The days that hang on the day of a debit, which is a TARGET day."""
    return Days(
        debit=debit,
        file=target.add_target_days(debit, -lead),
        earliest_file=debit - timedelta(days=EARLIEST_DAYS),
        announced=debit - timedelta(days=notice),
        returned=target.add_target_days(debit, RETURN_DAYS[scheme]),
        refunded=debit + timedelta(days=REFUND_DAYS) if scheme is Scheme.CORE else None,
    )
