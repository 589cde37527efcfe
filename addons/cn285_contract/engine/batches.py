"""How a billing run is cut into batches: by the invoices it comes to, none of them torn."""

from datetime import date
from typing import NamedTuple


class BatchKey(NamedTuple):
    """Rows that may share an invoice have the same key; other rows never share one with them.

    ``contract`` is that of an invoice of its own, 0 where contracts of a payer may share one. A key
    may still come to several invoices, by what is known only when contracts are read (journal,
    terms of payment, fiscal position). All but the day are ids of the database.
    """

    day: date
    payer: int
    address: int
    currency: int
    contract: int

    def as_data(self) -> list:
        """The key as JSON can hold it, see :func:`parsed`."""
        return [self.day.isoformat(), *self[1:]]

    @property
    def whole_payer(self) -> bool:
        """Whether all of the payer's rows are meant, whatever invoices they come to."""
        return self.address == WHOLE


#: In place of an address: a batch that was cut by payers, before batches were cut by invoices.
WHOLE = -1


def parsed(data: list) -> BatchKey:
    """A key from :meth:`BatchKey.as_data`, or from ``[day, payer]``, which names a whole payer."""
    day, *ids = data
    if len(ids) == 1:
        ids += [WHOLE, 0, 0]
    return BatchKey(date.fromisoformat(day), *ids)


def cut(keys: list[BatchKey], size: int) -> list[list[BatchKey]]:
    """Batches of at most ``size`` keys, in their order."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]
