"""Hypothesis on a busy machine: what is slow is measured in benchmarks/, it fails no test."""

from hypothesis import HealthCheck, settings

settings.register_profile("cn285", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cn285")
