from . import revrec_report_wizard
