from odoo import models
from werkzeug.routing import PathConverter


class _Rest(PathConverter):
    """The rest of an address, whatever characters are in it.

    Werkzeug's ``path`` takes no line breaks: such an address would be Odoo's page that there is
    none, not a problem of ours.
    """

    regex = "[^/](?s:.)*?"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "cn285_rest": _Rest}
