"""The engine as a package of its own, so that its tests import neither the addon nor Odoo."""

from pathlib import Path

from hypothesis import HealthCheck, settings

settings.register_profile("cn285", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cn285")

__path__ = [str(Path(__file__).parents[2] / "engine")]
