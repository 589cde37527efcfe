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
            "cn285.sepa.debit": record.env._("debit"),
        }
        return words.get(record._name)


class MailServer(models.Model):
    """Names with line breaks go into mails in one line.

    Python refuses headers of several lines, so that nothing is smuggled into a mail; but then a
    payer with such a name would never be written to, and never be dunned.
    """

    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, email_to, subject, body, *args, **kwargs):
        for name in ("email_cc", "email_bcc", "reply_to"):
            if kwargs.get(name):
                kwargs[name] = _in_one_line(kwargs[name])
        return super()._build_email__(
            _in_one_line(email_from),
            _in_one_line(email_to),
            _in_one_line(subject),
            body,
            *args,
            **kwargs,
        )


def _in_one_line(value):
    """A text without line breaks and control signs; a list of such texts."""
    if isinstance(value, list | tuple):
        return [_in_one_line(each) for each in value]
    if not isinstance(value, str):
        return value
    # Only where there are some: addresses are left as they are otherwise.
    return " ".join(value.split()) if set(value) & set("\r\n\v\f\x85\u2028\u2029") else value
