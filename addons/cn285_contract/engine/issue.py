"""The day that an invoice bears."""

from datetime import date

AS_ISSUED, AS_PLANNED = "issue", "schedule"


def issue_day(planned: date, today: date, dating: str) -> date:
    """Return the date of an invoice that is made today of what was to be billed on ``planned``.

    Guarantees with ``issue`` that no invoice bears a day before it exists: what is late is dated
    today, what is billed ahead keeps its day. With ``schedule`` it is the planned day: for
    take-overs, whose invoices were issued then by another system, and for test databases.

    Source: Code général des impôts, annexe II, article 242 nonies A, I, 6° and 7°: the date of
    issue, and a number of a chronological sequence.
    """
    return planned if dating == AS_PLANNED else max(planned, today)
