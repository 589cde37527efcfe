import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ..engine.attempts import Limits, may_try
from ..engine.contract_names import number_key

LIMITS = Limits()


class TerminationAttempt(models.TransientModel):
    """An attempt to find a contract by name and number: guessers are slowed down by it.

    Neither address nor number is kept, but what they come to with the database's secret.
    """

    _name = "cn285.termination.attempt"
    _inherit = ["cn285.guarded"]
    _description = "Attempt to Find a Contract"
    _is_history = True
    _transient_max_hours = 24.0
    _transient_max_count = 0

    visitor = fields.Char(required=True, index=True, readonly=True)
    number = fields.Char(required=True, index=True, readonly=True)
    missed = fields.Boolean(default=True, readonly=True, help="It found no contract.")

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
        recent = Domain("create_date", ">=", since)
        own = recent & Domain("visitor", "=", visitor)
        attempts = self.sudo()  # sudo: only how many there were
        return may_try(
            attempts.search_count(own & Domain("missed", "=", True)),
            attempts.search_count(own),
            attempts.search_count(recent & Domain("number", "=", key)),
            LIMITS,
        )

    @api.model
    def _note(self, address, number, *, missed=True):
        """Note an attempt, whether it found a contract or not."""
        visitor, key = self._keys(address, number)
        # sudo: notes of the program about visitors.
        self.sudo()._inside().create({"visitor": visitor, "number": key, "missed": missed})


def _network(address):
    """A visitor's address; of IPv6 the network, of which a visitor has all addresses."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
