from . import down_payment
