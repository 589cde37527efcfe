"""The kinds of letters: a new one is one file and one line here."""

from .base import by_name
from .renewal_notice import RenewalNoticeLetter
from .termination import TerminationLetter
from .withdrawal import WithdrawalLetter

LETTERS = by_name(RenewalNoticeLetter(), TerminationLetter(), WithdrawalLetter())
