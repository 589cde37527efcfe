from . import fastapi_endpoint
from . import device
from . import webhook_hooks
