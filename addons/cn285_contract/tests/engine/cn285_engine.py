"""The engine as a package of its own, so that its tests import neither the addon nor Odoo.

A module with a ``__path__`` is a package: ``cn285_engine.periods`` is ``engine/periods.py``.
"""

from pathlib import Path

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: what is slow is measured in benchmarks/, not here.
settings.register_profile("cn285", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cn285")

__path__ = [str(Path(__file__).parents[2] / "engine")]
