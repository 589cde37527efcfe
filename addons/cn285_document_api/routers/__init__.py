"""Operations on documents; found by the endpoint, and by ``tools/check_api.py``."""

from . import documents

#: ``(router, model without which it is not there)``
ROUTERS = [(documents.router, None)]
