"""Operations on quotations, the catalogue and orders; found by the endpoint, and by
``tools/check_api.py``.
"""

from . import offers, orders, quote_acts, quotes

#: ``(router, model without which it is not there)``
ROUTERS = [
    (offers.router, None),
    (quotes.router, None),
    (quote_acts.router, None),
    (orders.router, None),
]
