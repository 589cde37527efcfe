"""The engine as a package of its own, so that its tests import neither the addon nor Odoo."""

from pathlib import Path

__path__ = [str(Path(__file__).parents[2] / "engine")]
