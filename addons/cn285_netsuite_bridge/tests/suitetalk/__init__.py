"""A stateful SuiteTalk server to try the bridge against: real HTTP, real SOAP, a checked signature.

schema.txt, wsdl.py   the WSDL, a subset of NetSuite's own
store.py              the account: records, references, numbers, payments
failures.py           what goes wrong, when told to
server.py             HTTP and SOAP
samples.py            an account with something in it

Standard library and lxml. Nothing of the bridge's own code is used: it is checked from outside.
"""

from .failures import Failures
from .server import SuiteTalkServer
from .store import Account
