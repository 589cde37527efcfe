import base64

from markupsafe import escape
from odoo import api, fields, models

from .letter_html import letter_html

# In which texts are read where the context says none.
SOURCE_LANGUAGE = "en_US"


class LetterTemplate(models.Model):
    """What a letter will look like, for who edits it: about a real record, where there is one."""

    _inherit = "cn285.letter.template"

    preview_lang = fields.Selection(
        "_preview_languages",
        string="Language of the Preview",
        compute="_compute_preview_lang",
        readonly=False,
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    preview_pdf = fields.Binary(compute="_compute_preview_pdf", attachment=False)

    @api.model
    def _preview_languages(self):
        return self.env["res.lang"].get_installed()

    @api.depends_context("lang")
    def _compute_preview_lang(self):
        self.preview_lang = self.env.lang or SOURCE_LANGUAGE

    @api.depends("kind", "company_id", "subject", "body", "box", "closing", "preview_lang")
    @api.depends_context("lang")
    def _compute_preview(self):
        for letter in self:
            text = letter._in_preview_language()
            reason = text.kind and text.body and text._text_error()
            ready = text.kind and text.subject and text.body and not reason
            # The reason quotes what somebody typed.
            letter.preview = (
                letter_html(text._example_letter()) if ready else reason and escape(reason)
            )

    def _compute_preview_pdf(self):
        for letter in self:
            text = letter._in_preview_language()
            pdf = self.env.company._cn285_letters(text._example_letter())
            letter.preview_pdf = base64.b64encode(pdf)

    def _in_preview_language(self):
        """This text, or what is saved of it in the language that was chosen."""
        self.ensure_one()
        if self.preview_lang in (False, self.env.lang or SOURCE_LANGUAGE):
            return self
        return self._origin.with_context(lang=self.preview_lang)

    def _example_letter(self):
        """The letter about the latest record that there is, in the language of the context."""
        kind, env = self._kinds()[self.kind], self.env
        company = self.company_id or env.company
        domain = [*kind.domain, ("company_id", "=", company.id)]
        # Who may not read what a letter is about sees the words that stand for it.
        example = env[kind.model]
        if example.has_access("read"):
            example = example.search(domain, order="id desc", limit=1)
        parts = kind.parts(example) if example else kind.blanks(env)
        partner = example.partner_id if example else env["res.partner"]
        return self._compose(parts, company, partner)

    def action_preview_pdf(self):
        """Open the letter as PDF, as it is saved."""
        self.ensure_one()
        name = self.env._("preview.pdf")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/preview_pdf?filename={name}",
            "target": "new",
        }
