"""What a usage row of a statement can tell: the table of all fields.

A field may be a column, sort the rows, and, where it says so, group them. What stands in it is put
into rows by ``cn285.usage.rating._statement_base`` and ``_event_rows``; forms offer it by itself.
"""

from typing import NamedTuple


class Field(NamedTuple):
    """A field of a usage row.

    :param kind: how it is read; decides on alignment and format
    :param label: what clerks call it
    :param groups: whether layouts may group by it
    """

    kind: str
    label: str
    groups: bool = False


# In the order in which layouts offer them.
FIELDS: dict[str, Field] = {
    "occurred_at": Field("moment", "Date and Time"),
    "day": Field("day", "Day", groups=True),
    "time": Field("time", "Time"),
    "ended_at": Field("moment", "End"),
    "beneficiary": Field("text", "Beneficiary", groups=True),
    "item": Field("text", "Item", groups=True),
    "metric": Field("text", "Metric", groups=True),
    "label": Field("text", "Description"),
    "source": Field("text", "Source"),
    "transaction_id": Field("text", "Reference"),
    "quantity": Field("quantity", "Quantity"),
    "unit": Field("text", "Unit"),
    "unit_price": Field("price", "Unit Price"),
    "amount": Field("amount", "Amount"),
}
