"""The engines of both addons side by side, as they stand in Odoo, but without Odoo.

``cn285_renewal_house.cn285_renewal.engine`` is this addon's ``engine/``; its relative imports find
the engine of cn285_contract in ``cn285_renewal_house.cn285_contract.engine``.
"""

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: what is slow is measured in benchmarks/, not here.
settings.register_profile("cn285", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cn285")
