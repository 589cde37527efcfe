from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..engine.fingerprint import fingerprint, is_same
from .kinds import KINDS

# What of a final document may still change: that a later version has taken its place, who sees it,
# when it was sent.
STILL_WRITTEN = frozenset({"state", "is_for_customer", "sent_on"})
# From which state to which others; none leads back to a draft. What was to be signed and was not is
# without effect, until it is signed after all.
GOES_TO = {
    "draft": {"final"},
    "final": {"superseded", "void"},
    "superseded": set(),
    "void": {"final"},
}


class Document(models.Model):
    """A document of a contract, or terms and conditions of a company: written once.

    A draft is uploaded, looked at and made final; from then on neither it nor its file is changed
    or deleted, by nobody. A new version takes the place of the one before, which stays readable.
    """

    _name = "cn285.document"
    _description = "Contract Document"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _creatable = frozenset({"company_id"})

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index=True)
    title = fields.Char(required=True)
    kind = fields.Selection(selection="_kind_selection", required=True, default="other", index=True)
    contract_id = fields.Many2one(
        "cn285.contract", index="btree_not_null", ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    version = fields.Integer(readonly=True, copy=False, default=1)
    previous_id = fields.Many2one(
        "cn285.document",
        string="Takes the Place Of",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("final", "Final"),
            ("superseded", "Replaced"),
            ("void", "Without Effect"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._cn285_today(),
        help="The day from which it holds, or on which it was made.",
    )
    lang = fields.Selection(selection="_languages", string="Language")
    file = fields.Binary(compute="_compute_file", inverse="_inverse_file")
    file_name = fields.Char()
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, ondelete="restrict", index="btree_not_null"
    )
    mimetype = fields.Char(related="attachment_id.mimetype", related_sudo=True)
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="By this the file is known again, wherever a copy of it turns up.",
    )
    size = fields.Integer(string="Size (bytes)", readonly=True, copy=False)
    is_for_customer = fields.Boolean(
        string="Shown to the Customer",
        compute="_compute_is_for_customer",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer finds it in the portal, once it is final.",
    )
    source = fields.Char(readonly=True, copy=False, help="What it was made from, once.")

    _source_uniq = models.UniqueIndex(
        "(source) WHERE source IS NOT NULL", "This document has been filed already."
    )
    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'", "Another document has this number already."
    )
    _contract_idx = models.Index("(contract_id, kind, version)")

    # === KINDS === #

    @api.model
    def _kinds(self):
        """All kinds of documents, by name. Another addon adds its own to ``super()._kinds()``."""
        return KINDS

    @api.model
    def _kind_selection(self):
        return [(name, self.env._(kind.label)) for name, kind in self._kinds().items()]

    @api.model
    def _languages(self):
        return self.env["res.lang"].get_installed()

    # === COMPUTES === #

    @api.depends("contract_id")
    def _compute_company_id(self):
        for document in self:
            document.company_id = (
                document.contract_id.company_id or document.company_id or self.env.company
            )

    @api.depends("kind")
    def _compute_is_for_customer(self):
        kinds = self._kinds()
        for document in self:
            kind = kinds.get(document.kind)
            document.is_for_customer = bool(kind and kind.is_for_customer)

    @api.depends("name", "title", "version")
    def _compute_display_name(self):
        for document in self:
            number = document.name if document.name != "/" else ""
            document.display_name = " · ".join(filter(None, (number, document.title)))

    @api.depends("attachment_id")
    @api.depends_context("bin_size")
    def _compute_file(self):
        for document in self:
            # sudo: the file of a document that its reader may read.
            document.file = document.sudo().attachment_id.datas

    def _inverse_file(self):
        for document in self:
            document._refuse_written()
            attachment = document.sudo().attachment_id  # sudo: as above
            values = document._file_values()
            if attachment:
                attachment.write(values)
            elif document.file:
                attachment = attachment.create(values)
                document._write_inside({"attachment_id": attachment.id})

    def _file_values(self):
        self.ensure_one()
        return {
            "name": self.file_name or self.title,
            "datas": self.file,
            "res_model": self._name,
            "res_id": self.id,
        }

    # === WRITTEN ONCE === #

    def _refuse_written(self):
        """Refuse to change what is written once; nobody gets past, the superuser neither.

        :raises AccessError: naming the first final document
        """
        for document in self:
            if document.state != "draft":
                raise AccessError(
                    self.env._(
                        "%s is final: it is neither changed nor deleted. File a new version.",
                        document.display_name,
                    )
                )

    def _refuse_back(self, state):
        """Refuse to make what is final a draft again; nobody gets past, the superuser neither.

        :raises AccessError: naming the first final document
        """
        self.filtered(
            lambda one: one.state != state and state not in GOES_TO[one.state]
        )._refuse_written()

    @api.model_create_multi
    def create(self, vals_list):
        # A slip in a date is told before what is missing elsewhere.
        vals_list = [self._within_bounds(vals) for vals in vals_list]
        given = self.default_get(["kind", "contract_id"])
        for vals in vals_list:
            # Told before rights are: without a contract it would be nobody's to file.
            wanted = {**given, **vals}
            if wanted.get("kind") != "terms" and not wanted.get("contract_id"):
                self._within_bounds(vals)
                raise self._contract_missing(vals.get("title") or self.env._("A document"))
        documents = super().create(vals_list)
        documents._check_by_hand()
        return documents

    def write(self, vals):
        if not STILL_WRITTEN.issuperset(vals):
            self._refuse_written()
        if "state" in vals:
            self._refuse_back(vals["state"])
        result = super().write(vals)
        if {"kind", "contract_id"} & vals.keys():
            self._check_by_hand()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._refuse_written()

    def _check_by_hand(self):
        """What only the program makes is filed by nobody; contracts' documents have a contract."""
        for document in self:
            kind = self._kinds()[document.kind]
            if not kind.by_hand and not document._is_inside():
                raise ValidationError(
                    self.env._("“%s” is filed when it leaves, not by hand.", self.env._(kind.label))
                )
            if document.kind != "terms" and not document.contract_id:
                raise self._contract_missing(document.title)

    def _contract_missing(self, title):
        return ValidationError(self.env._("%s: say to which contract it belongs.", title))

    # === MAKING IT FINAL === #

    def action_make_final(self):
        """Make drafts final: they get number, version and fingerprint, and stay as they are."""
        self.check_access("write")
        for document in self:
            document._make_final()
        return True

    def _make_final(self, numbers=None):
        """Make a draft final; ``numbers`` has the one that it had elsewhere, if any."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s is final already.", self.display_name))
        content = self._content()
        if not content:
            raise UserError(self.env._("%s has no file: attach one first.", self.title))
        self._file_all([content], numbers)

    def _content(self):
        """The file's bytes, as they are stored; empty where there are none."""
        self.ensure_one()
        return self.sudo().attachment_id.raw or b""  # sudo: see _compute_file

    @api.model
    def _by_content(self, content):
        """The final document of which this is the file; empty where it is none of ours."""
        known = fingerprint(content)
        return self.search(
            [
                ("sha256", "=", known.sha256),
                ("size", "=", known.size),
                ("state", "!=", "draft"),
            ],
            limit=1,
        )

    def _is_intact(self):
        """Whether the stored file is still the one that was filed."""
        self.ensure_one()
        return is_same(self._content(), self.sha256 or "", self.size)

    def action_check(self):
        """Tell whether the files are still those that were filed."""
        self.check_access("read")
        broken = self.filtered(lambda one: one.state != "draft" and not one._is_intact())
        text = self.env._("The file is the one that was filed: its fingerprint is the same.")
        if broken:
            text = self.env._(
                "Not the file that was filed: %s. Look for it in a backup.",
                ", ".join(broken.mapped("display_name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "danger" if broken else "success",
                "sticky": bool(broken),
            },
        }

    def action_open(self):
        """Open the file."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file?filename_field=file_name",
            "target": "new",
        }
