from odoo import models


class MailTemplate(models.Model):
    """What stands above mails to customers, beside the name of what they are about."""

    _inherit = "mail.template"

    def _render_encapsulate(self, layout_xmlid, html, add_context=None, context_record=None):
        """Odoo's: "Your …", with a word for customers where the model's is for clerks."""
        heading = context_record is not None and self._cn285_heading(context_record)
        if heading:
            add_context = {**(add_context or {}), "model_description": heading}
        return super()._render_encapsulate(
            layout_xmlid, html, add_context=add_context, context_record=context_record
        )

    def _cn285_heading(self, record):
        """What a customer calls a record, in its language; None: what its model is called."""
        words = {
            "cn285.dunning.case": record.env._("account"),
            "payment.token": record.env._("means of payment"),
            "payment.transaction": record.env._("payment"),
        }
        return words.get(record._name)
