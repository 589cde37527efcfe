from . import api_scope
from . import api_key
from . import api_idempotency
from . import webhook_event
from . import webhook_delivery
from . import webhook_endpoint
from . import webhook_hooks
from . import fastapi_endpoint
