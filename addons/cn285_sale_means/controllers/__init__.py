from . import portal_customer
