"""The channels by which renewal notices leave: one file each, and the table of all.
Called by: the buttons of notices, and the daily work on them.
"""

from .base import NoticeChannel, by_name
from .email import EMail
from .letter import Letter

# In the order in which the settings offer them.
CHANNELS = by_name(EMail(), Letter())
# By which a notice goes that could not go, or did not arrive, by its own.
LAST_RESORT = "letter"
