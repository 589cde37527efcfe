"""Operations on devices; found by the endpoint, and by ``tools/check_api.py``."""

from . import devices, orders

#: ``(router, model without which it is not there)``
ROUTERS = [(devices.router, None), (orders.router, None)]
