from . import (
    report_dimensions,
    revrec_analysis,
    revrec_rollforward,
    revrec_obligation,
    revrec_waterfall,
    revrec_tieout,
    sales_journal,
)
