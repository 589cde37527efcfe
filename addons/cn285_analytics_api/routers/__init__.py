"""Operations on analytics; found by the endpoint, and by ``tools/check_api.py``."""

from . import analytics

#: ``(router, model without which it is not there)``
ROUTERS = [(analytics.router, None)]
