from . import api_scope
from . import api_key
from . import api_idempotency
from . import fastapi_endpoint
