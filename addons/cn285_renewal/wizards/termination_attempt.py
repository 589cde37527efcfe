import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ..engine.attempts import Limits, may_try
from ..engine.contract_names import number_key

LIMITS = Limits()


class TerminationAttempt(models.TransientModel):
    """An attempt to find a contract that found none: guessers are slowed down by it.

    Neither address nor number is kept, but what they come to with the database's secret.
    """

    _name = "cn285.termination.attempt"
    _inherit = ["cn285.guarded"]
    _description = "Failed Attempt to Find a Contract"
    _is_history = True
    _transient_max_hours = 24.0
    _transient_max_count = 0

    visitor = fields.Char(required=True, index=True, readonly=True)
    number = fields.Char(required=True, index=True, readonly=True)

    @api.model
    def _keys(self, address, number):
        """What stands for a visitor's address and for a number."""
        env = self.sudo().env  # sudo: the database's secret
        number = number_key(number)
        scope = "cn285_termination_attempt"
        return hmac(env, scope, _network(address)), hmac(env, scope, number)

    @api.model
    def _may_try(self, address, number):
        """Whether another attempt of a visitor is looked at; others of his wait for the answer."""
        visitor, key = self._keys(address, number)
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", visitor))
        since = fields.Datetime.now() - timedelta(minutes=LIMITS.minutes)
        attempts = self.sudo()  # sudo: only how many there were
        return may_try(
            attempts.search_count([("visitor", "=", visitor), ("create_date", ">=", since)]),
            attempts.search_count([("number", "=", key), ("create_date", ">=", since)]),
            LIMITS,
        )

    @api.model
    def _note(self, address, number):
        """Note an attempt that failed."""
        visitor, key = self._keys(address, number)
        # sudo: notes of the program about visitors.
        self.sudo()._inside().create({"visitor": visitor, "number": key})


def _network(address):
    """A visitor's address; of IPv6 the network, of which a visitor has all addresses."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
