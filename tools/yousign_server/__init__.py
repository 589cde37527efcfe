"""A Yousign account to try signatures against: real HTTP, and whatever goes wrong on the way.

``with YousignServer() as server: server.url`` serves the part of Yousign's API v3 that signatures
need on the loopback interface. What was done is in ``server.account.ledger``; what goes wrong with
the next calls is said by :meth:`YousignServer.fail`; events wait in ``server.hooks`` until they are
delivered, as tests want. Whoever signs has a page, the ``signature_link`` of the signer.
"""

from .account import Account
from .server import YousignServer

__all__ = ["Account", "YousignServer"]
