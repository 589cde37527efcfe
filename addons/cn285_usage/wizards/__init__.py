"""Dialogs: replay a SmartCode, read a file of events, list the usage of running periods.
Called by: buttons and menus. The work is done in ``models``.
"""

from . import smartcode_replay, usage_estimate_line, usage_import
