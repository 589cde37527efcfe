"""Odoo's privacy look-up also asks where personal data of contracts is (``cn285.personal.data``).
Called by: the look-up of administrators.
"""

from . import (
    privacy_lookup_wizard,
)
