from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.letter_text import amid, fill, fill_words, malformed, placeholders
from ...report.letter_pdf import Box, Letter
from .base import LetterKind, Parts
from .kinds import LETTERS
from .letter_html import box_html

BOX = "box"
# What is checked by what the law asks for.
TEXTS = ("subject", "body", "box", "closing")


class LetterTemplate(models.Model):
    """The text of a kind of letter, in each language, as users edit it.

    What the law asks of a letter cannot be edited away: the placeholders that its kind requires are
    missed when the text is saved, and again when a letter is made, whatever was translated.
    """

    _name = "cn285.letter.template"
    _description = "Letter"
    _inherit = ["cn285.guarded"]
    _order = "kind, company_id, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(selection="_kind_selection", required=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company(),
        help="Left empty, it is for all companies: then administrators write it.",
    )
    is_editable = fields.Boolean(compute="_compute_is_editable")
    subject = fields.Char(required=True, translate=True)
    body = fields.Text(string="Text", required=True, translate=True)
    box = fields.Text(
        string="Text in the Box",
        translate=True,
        help="What catches the eye, in a frame. It stands where the text says so.",
    )
    has_box = fields.Boolean(compute="_compute_placeholders")
    closing = fields.Text(translate=True)
    placeholders = fields.Html(compute="_compute_placeholders", sanitize=False)

    # === KINDS === #

    @api.model
    def _kinds(self) -> dict[str, LetterKind]:
        """All kinds of letters, by name. Another addon adds its own to ``super()._kinds()``."""
        return LETTERS

    @api.model
    def _kind_selection(self):
        return [(name, self.env._(kind.label)) for name, kind in self._kinds().items()]

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_placeholders(self):
        """What may stand in the text, for who edits it."""
        for letter in self:
            kind = self._kinds().get(letter.kind)
            letter.has_box = bool(kind and kind.required_in_box)
            known = {**kind.words, **kind.blocks} if kind else {}
            letter.placeholders = Markup("").join(
                Markup("<div><code>{{ %s }}</code> %s</div>") % (name, self.env._(meaning))
                for name, meaning in known.items()
            )

    # === WHOSE IT IS === #

    @api.model
    def _default_company(self):
        """Administrators write for all companies, others for the one where they are."""
        everywhere = self.env.su or self.env.user.has_group("base.group_system")
        return self.env["res.company"] if everywhere else self.env.company

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_editable(self):
        for letter in self:
            letter.is_editable = not letter._origin or letter._origin.has_access("write")

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # it was not given away to where one may not write
        return result

    def copy_data(self, default=None):
        """The copy that a manager makes of a common letter is for the manager's company."""
        company = self._default_company().id
        return [
            {**vals, "company_id": vals.get("company_id") or company}
            for vals in super().copy_data(default)
        ]

    def action_copy_for_company(self):
        """Open the company's own letter of this kind; where there is none, a copy of this one."""
        self.ensure_one()
        company = self.env.company
        own = self.search([("kind", "=", self.kind), ("company_id", "=", company.id)], limit=1)
        own = own or self.copy({"company_id": company.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": own.id,
            "view_mode": "form",
        }

    # === WHAT THE LAW ASKS === #

    @api.constrains("kind", *TEXTS)
    def _check_text(self):
        for letter in self:
            reason = letter._text_error()
            if reason:
                raise ValidationError(
                    self.env._("%(letter)s: %(reason)s", letter=letter.name, reason=reason)
                )

    def update_field_translations(self, field_name, translations, source_lang=""):
        """As Odoo's; a text is refused in whichever of the languages it does not hold.

        :raises ValidationError: naming the letter, the language, and what is wrong
        """
        languages = list(translations)
        result = super().update_field_translations(field_name, translations, source_lang)
        if field_name in TEXTS:
            for lang in languages:
                self._check_translation(lang)
        return result

    def _check_translation(self, lang):
        reason = self._text_error(lang)
        if reason:
            raise ValidationError(
                self.env._(
                    "%(letter)s, %(language)s: %(reason)s",
                    letter=self.name,
                    language=self.env["res.lang"]._get_data(code=lang).name or lang,
                    reason=reason,
                )
            )

    def _text_error(self, lang=None):
        """Why no letter can be made of this text, in a clerk's words; None if one can.

        :param str lang: the language whose text is looked at; none: that of the context
        """
        self.ensure_one()
        kind = self._kinds()[self.kind]
        written = self.with_context(lang=lang) if lang else self
        subject, body, box, closing = (written[name] for name in TEXTS)
        blocks = {*kind.blocks, BOX} if self.has_box else {*kind.blocks}
        places = {
            self.env._("subject"): (subject, {*kind.words}),
            self.env._("text"): (body, {*kind.words, *blocks}),
            self.env._("text in the box"): (box, {*kind.words}),
            self.env._("closing"): (closing, {*kind.words}),
        }
        for place, (text, known) in places.items():
            bad = malformed(text or "")
            bad += [f"{{{{ {name} }}}}" for name in placeholders(text or "") if name not in known]
            if bad:
                return self.env._(
                    "%(bad)s is nothing that the %(place)s may hold.", bad=bad[0], place=place
                )
        within = amid(body, blocks)
        if within:
            return self.env._("{{ %s }} stands on a line of its own.", within[0])
        required = (BOX, *kind.required) if self.has_box else kind.required
        missing = [name for name in required if name not in placeholders(body)]
        missing += [name for name in kind.required_in_box if name not in placeholders(box or "")]
        if missing:
            return self.env._("the law asks for {{ %s }}, which is missing.", missing[0])
        return None

    # === FROM TEXT TO LETTER === #

    @api.model
    def _find(self, kind, company):
        """The text of a kind of letter at a company: its own, or that of all.

        :raises UserError: where there is none, or it misses what the law asks for
        """
        # sudo: the company's own text, which the customer is about to read.
        letter = self.sudo().search(
            [("kind", "=", kind), ("company_id", "in", (False, company.id))],
            order="company_id NULLS LAST, id",
            limit=1,
        )
        if not letter:
            label = dict(self._kind_selection())[kind]
            raise UserError(self.env._("There is no text for the letter “%s”.", label))
        reason = letter._text_error()
        if reason:
            raise UserError(self.env._("%(letter)s: %(reason)s", letter=letter.name, reason=reason))
        return letter

    @api.model
    def _write_letter(self, kind, record, customer):
        """The letter of a kind about a record, in the language of the context.

        :param str kind: as in ``kind``
        :param customer: to whom it goes
        :returns: :class:`report.letter_pdf.Letter`
        :raises UserError: as :meth:`_find`
        """
        letter = self._find(kind, record.company_id)
        return letter._compose(self._kinds()[kind].parts(record), record.company_id, customer)

    def _compose(self, parts: Parts, company, customer):
        """The letter that this text makes with what stands for its placeholders."""
        words, blocks = parts
        if self.has_box:
            blocks = {**blocks, BOX: [Box(fill_words(self.box, words))]}
        return Letter(
            **company._cn285_letter_parties(customer),
            subject=fill_words(self.subject, words),
            body=fill(self.body, words, blocks),
            closing=fill_words(self.closing or "", words),
        )

    @api.model
    def _legal_boxes(self, kind, records):
        """The boxes of a kind of letter about records, as e-mails show them.

        :returns: ``{record: Markup}``; records whose letter cannot be written have none
        """
        boxes = {}
        for company, members in records.grouped("company_id").items():
            try:
                letter = self._find(kind, company)
            except UserError:
                continue
            for record in members:
                words, _blocks = self._kinds()[kind].parts(record)
                boxes[record] = box_html(fill_words(letter.box or "", words))
        return boxes
