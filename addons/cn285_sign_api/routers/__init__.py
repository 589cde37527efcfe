"""Operations on signature requests, and what bodies of others take besides; found by the endpoint,
and by ``tools/check_api.py``.
"""

from odoo.addons.cn285_api.schemas.changes import ChangeIn
from odoo.addons.cn285_api.schemas.contracts import ContractIn

from ..schemas.signatures import Signed
from . import signatures

#: ``(router, model without which it is not there)``
ROUTERS = [(signatures.router, None)]
#: ``(schema, class of fields that it takes besides)``
ADDED = [(ContractIn, Signed), (ChangeIn, Signed)]
