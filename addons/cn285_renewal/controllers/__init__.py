from . import portal_termination
