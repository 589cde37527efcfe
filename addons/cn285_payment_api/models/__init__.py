from . import fastapi_endpoint
from . import ordered
from . import webhook_hooks
