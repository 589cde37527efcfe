from . import portal, portal_termination
