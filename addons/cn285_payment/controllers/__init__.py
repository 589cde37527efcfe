from . import debt_portal
from . import means_portal
