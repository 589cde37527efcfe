from . import confirm, webhook
