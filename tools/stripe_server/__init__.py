"""A Stripe account to try payments against: real HTTP, and whatever goes wrong on the way.

``with StripeServer() as server: server.url`` serves Stripe's API as of version 2019-05-16 (the one
that Odoo's provider asks for) on the loopback interface. What was moved is in ``server.ledger``,
which tests compare with the books; what happens when a means is charged is said by the number of
the card or the IBAN (:mod:`.cards`), or by :meth:`StripeServer.script`.
"""

from .account import Account
from .cards import card_number
from .server import StripeServer

__all__ = ["Account", "StripeServer", "card_number"]
