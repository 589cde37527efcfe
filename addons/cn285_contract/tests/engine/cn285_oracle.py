"""The oracle in the folder above, for tests without Odoo: ``cn285_oracle.oracle``."""

from pathlib import Path

__path__ = [str(Path(__file__).parents[1])]
