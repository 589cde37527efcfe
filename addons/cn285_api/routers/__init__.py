"""Operations, a file for each kind of object; the table of all, in the order of the documentation.

Another addon publishes its own by ``fastapi.endpoint._get_fastapi_routers``.
"""

from . import (
    billing,
    billing_ahead,
    catalogue,
    changes,
    contracts,
    customers,
    endings,
    invoices,
    revenue,
    simulations,
    system,
    templates,
    usage,
    webhooks,
)

#: ``(router, model without which it is not there)``
ROUTERS = [
    (system.router, None),
    (customers.router, None),
    (catalogue.router, None),
    (templates.router, None),
    (contracts.router, None),
    (changes.router, None),
    (endings.router, "cn285.renewal.notice"),
    (billing.router, None),
    (billing_ahead.router, None),
    (invoices.router, None),
    (usage.router, "cn285.usage.event"),
    (simulations.router, "cn285.usage.calculator"),
    (revenue.router, "cn285.revrec.schedule"),
    (webhooks.router, None),
]
