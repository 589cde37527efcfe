from . import debt_portal
