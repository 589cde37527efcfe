from . import portal, portal_change, portal_colleagues, portal_roles
