"""Files become partners, contracts, items: kinds of rows, cells, references, a report.
Called by: the import wizard and ``make load``.
"""

from . import (
    portfolio_loader,
)
