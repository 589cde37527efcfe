from . import fastapi_endpoint
from . import device
