import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

LINE_KINDS = [
    ("return", "Return of a Debit"),
    ("rejection", "Rejected Order"),
    ("transfer", "Transfer of a Customer"),
    ("lot", "Credit of a Lot"),
    ("debit", "Credit of a Debit"),
    ("reversal", "Return Taken Back"),
    ("payout", "Transfer of Ours"),
    ("acceptance", "Accepted Order"),
    ("unreadable", "Cannot Be Read"),
    ("other", "Other"),
]


class SepaBankFile(models.Model):
    """A statement or status report of the bank, and what was done with each of its lines."""

    _name = "cn285.sepa.bank.file"
    _description = "File of the Bank"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _order = "id desc"
    _check_company_auto = True
    _fixed_after_draft = frozenset({"content", "company_id", "name"})

    name = fields.Char(string="File Name", required=True)
    content = fields.Binary(string="File", required=True, attachment=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    read_at = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("cn285.sepa.bank.line", "file_id", string="Lines", readonly=True)
    open_count = fields.Integer(string="Open Lines", compute="_compute_open_count")
    state = fields.Selection(
        [("draft", "To Be Read"), ("done", "Read")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    def _compute_open_count(self):
        groups = self.env["cn285.sepa.bank.line"]._read_group(
            [("file_id", "in", self.ids), ("state", "=", "open")], ["file_id"], ["__count"]
        )
        counts = dict(groups)
        for file in self:
            file.open_count = counts.get(file, 0)

    def action_read(self):
        """Read it and do what it says: returns, rejections, transfers that pay an invoice."""
        for file in self:
            file.check_access("write")
            file.lock_for_update(allow_referencing=True)
            if file.state != "draft":
                raise UserError(self.env._("%s was read already.", file.name))
            # sudo: what banks say is done by the program; who may hand their files over was asked.
            file.sudo()._read_content(base64.b64decode(file.content))
            file._write_inside({"state": "done", "read_at": fields.Datetime.now()})

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unread(self):
        for file in self:
            if file.state != "draft":
                raise UserError(self.env._("%s was read: what it said stays on record.", file.name))


class SepaBankLine(models.Model):
    """One thing that the bank says, and what was done about it."""

    _name = "cn285.sepa.bank.line"
    _description = "Line of the Bank"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _rec_name = "reference"
    _order = "id"

    file_id = fields.Many2one(
        "cn285.sepa.bank.file", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="file_id.company_id", store=True, index=True)
    key = fields.Char(required=True, readonly=True, help="The same for the same entry in any file.")
    kind = fields.Selection(LINE_KINDS, required=True, readonly=True)
    day = fields.Date(readonly=True)
    amount = fields.Float(digits=(16, 2), readonly=True)
    currency = fields.Char(readonly=True)
    fee = fields.Float(digits=(16, 2), string="Charges", readonly=True)
    reference = fields.Char(readonly=True)
    party = fields.Char(string="Name", readonly=True)
    text = fields.Char(readonly=True)
    code = fields.Char(string="Reason Code", readonly=True)
    message = fields.Char(string="What Was Done", readonly=True)
    debit_id = fields.Many2one("cn285.sepa.debit", readonly=True, ondelete="restrict")
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("done", "Done"), ("open", "For a Clerk"), ("known", "Known Already")],
        string="Status",
        required=True,
        readonly=True,
        index=True,
    )

    _key_uniq = models.UniqueIndex(
        "(company_id, key) WHERE state != 'known'", "This entry was read before."
    )

    def action_settled_by_hand(self):
        """A clerk has seen to it."""
        self.check_access("read")
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise UserError(self.env._("Lines of the bank are for billing managers."))
        self.filtered(lambda line: line.state == "open")._write_inside({"state": "done"})
