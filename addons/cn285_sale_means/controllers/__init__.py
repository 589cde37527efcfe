from . import portal_customer, portal_prepayment
