"""Quotations in the API: its routers, what programs are told, and the signature asked for."""

from . import fastapi_endpoint
from . import sale_order
from . import webhook_hooks
