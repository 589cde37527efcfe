"""Dialogs: replay a SmartCode, read a file of events, list the usage of running periods,
change the terms of usage, accept events of closed months for a later day.
Called by: buttons and menus. The work is done in ``models``.
"""

from . import (
    contract_change,
    smartcode_replay,
    usage_accept,
    usage_estimate_line,
    usage_import,
)
