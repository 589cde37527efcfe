"""Operations on mandates; found by the endpoint, and by ``tools/check_api.py``."""

from . import mandates

#: ``(router, model without which it is not there)``
ROUTERS = [(mandates.router, None)]
