from . import revrec_report_wizard
from . import revrec_fec
