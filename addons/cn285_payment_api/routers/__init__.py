"""Operations on payments, wallets and debtors; found by the endpoint, and by
``tools/check_api.py``.
"""

from . import debtors, passes, payment_methods, payments, refunds, wallets

#: ``(router, model without which it is not there)``
ROUTERS = [
    (payment_methods.router, None),
    (payments.router, None),
    (refunds.router, None),
    (wallets.router, None),
    (passes.router, None),
    (debtors.router, None),
]
