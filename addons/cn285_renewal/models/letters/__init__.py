"""Letters of which users edit the text: one file each, and the table of all in ``kinds``.
Called by: the channel of letters, and the confirmations of terminations and withdrawals.
"""

from . import (
    company_letters,
    letter_template,
    letter_preview,
)
