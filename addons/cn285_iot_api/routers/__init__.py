"""Operations on devices; found by the endpoint, and by ``tools/check_api.py``."""

from . import devices, orders, types

#: ``(router, model without which it is not there)``
ROUTERS = [(types.router, None), (devices.router, None), (orders.router, None)]
