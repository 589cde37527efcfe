"""The dialog that opens a report for a month and writes it as a file.
Called by: the menu of reports. The figures come from ``report``.
"""

from . import revrec_report_wizard
from . import revrec_fec
from . import revrec_waterfall
