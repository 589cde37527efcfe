"""What finance closes a month with: analysis, waterfall, roll-forward, tie-out, journals.
Called by: the menu of reports, and the dialog in ``wizards``.
"""

from . import (
    revrec_fresh,
    report_dimensions,
    revrec_analysis,
    revrec_rollforward,
    revrec_obligation,
    revrec_waterfall,
    revrec_tieout,
    revrec_opening,
    sales_journal,
)
