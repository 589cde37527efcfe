"""Items rated by what others were rated with: their sources first, anew when those changed.
Called by: the room ``rating``, as one of its aspects (``aspect_cascade.py``).
"""

from . import (
    usage_cascade,
    usage_cascade_rating,
    royalty_company,
    royalty_purchase,
    royalty_sending,
    royalty_words,
)
