from . import usage_event
