"""The engine as a package of its own, so that its tests import neither the addon nor Odoo.

A module with a ``__path__`` is a package: ``cn285_engine.periods`` is ``engine/periods.py``.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parents[2] / "engine")]
