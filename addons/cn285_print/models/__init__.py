"""Invoices as documents: what they say, and where Odoo would have made its own PDF.

``ir_actions_report`` is called by all that prints: *Print*, sending, mails, the portal.
"""

from . import res_company, res_config_settings, account_move, account_move_send, ir_actions_report
