"""The addon cn285_campaign as a package. Its ``__init__``, which needs Odoo, is not run."""

from pathlib import Path

__path__ = [str(Path(__file__).parents[4] / "cn285_campaign")]
