from . import fastapi_endpoint
from . import webhook_hooks
