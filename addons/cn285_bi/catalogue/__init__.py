"""The catalogue: every view that a replica for BI has, as tables in code, by subject.

A view belongs to an addon and is there where that is installed. Names stay: versions only add,
nothing is renamed or taken away. docs/bi.md is made of it (``python tools/bi_page.py --write``).
"""

from .billing import VIEWS as BILLING
from .contracts import VIEWS as CONTRACTS
from .invoices import VIEWS as INVOICES
from .items import VIEWS as ITEMS
from .left_out import LEFT_OUT
from .recurring import VIEWS as RECURRING
from .references import VIEWS as REFERENCES
from .revenue import VIEWS as REVENUE
from .usage import VIEWS as USAGE

#: All views, in the order in which they are made and told of.
CATALOGUE = (*REFERENCES, *CONTRACTS, *ITEMS, *BILLING, *INVOICES, *USAGE, *REVENUE, *RECURRING)
