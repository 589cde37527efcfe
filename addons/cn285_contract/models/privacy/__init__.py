"""Personal data: whom running contracts need, where a person's data is, how it is made anonymous.
Called by: the dialog on contacts, Odoo's privacy look-up, and whoever archives a contact.
"""

from . import (
    partner_archive,
    personal_data,
    anonymous_records,
)
