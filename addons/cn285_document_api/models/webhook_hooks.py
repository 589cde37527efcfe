"""Documents that are filed are told of, in the transaction that files them."""

from odoo import api, models

from ..routers.documents import show_documents


class Document(models.Model):
    _inherit = "cn285.document"

    def _file_all(self, contents, numbers=None):
        result = super()._file_all(contents, numbers)
        self.env["cn285.webhook.event"]._tell("document.filed", self, lambda document: "final")
        return result


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        return {**super()._shown(), "cn285.document": show_documents}
