from . import masked_log, portal, sign_page
