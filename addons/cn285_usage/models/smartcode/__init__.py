"""Calculations in Python, in versions, run in a process of their own.
Called by: the room ``rating``, as one of its aspects
(``aspect_smartcode.py``), and the replay wizard.
"""

from . import (
    smartcode,
    smartcode_version,
    smartcode_runner,
    usage_smartcode,
    smartcode_inputs,
)
