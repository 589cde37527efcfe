"""What a customer may come to owe, and what follows where that is more than is granted.

Exposure is what is open, what is planned and due, and the usage that was rated, less what is in
the wallet. Above the limit (not at it) what is posted is collected first; what is still above it
then is refused.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Answer(str, Enum):
    """What is to be done."""

    grant = "grant"
    collect = "collect"
    refuse = "refuse"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Amounts in one currency; ``open`` may be negative where a customer paid too much.

    >>> Exposure(open=Decimal(150), usage=Decimal(60)).total
    Decimal('210')
    """

    open: Decimal = Decimal(0)
    due: Decimal = Decimal(0)
    usage: Decimal = Decimal(0)
    wallet: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Return what the customer would owe if all of it was billed today."""
        return self.open + self.due + self.usage - self.wallet

    def above(self, limit: Decimal | None, more: Decimal = Decimal(0)) -> Decimal:
        """Return by how much it is above a limit, with ``more`` on top; zero where it is not.

        :param limit: None: no limit
        """
        if limit is None:
            return Decimal(0)
        return max(self.total + more - limit, Decimal(0))

    def after(self, paid: Decimal) -> "Exposure":
        """Return what is left once so much of what is open was paid."""
        return Exposure(self.open - paid, self.due, self.usage, self.wallet)


def answer(exposure: Exposure, limit: Decimal | None, collectable: Decimal) -> Answer:
    """Return what to do with a customer: nothing, collect what is posted, or refuse.

    It is collected even where that alone would not do: the less is owed the better. Nothing is
    refused before it was tried.

    :param collectable: what an automatic payment may be asked for; zero: there is no means
    """
    if not exposure.above(limit):
        return Answer.grant
    return Answer.collect if collectable > 0 else Answer.refuse
