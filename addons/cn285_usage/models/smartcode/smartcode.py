from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class SmartCode(models.Model):
    """A calculation in Python, in numbered versions of which one is in force."""

    _name = "cn285.smartcode"
    _description = "SmartCode"
    _inherit = ["cn285.guarded", "mail.thread"]
    _order = "code, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    version_ids = fields.One2many("cn285.smartcode.version", "smartcode_id", string="Versions")
    active_version_id = fields.Many2one(
        "cn285.smartcode.version",
        string="Version in Force",
        compute="_compute_active_version_id",
        store=True,
    )

    _code_uniq = models.Constraint(
        "unique(code, company_id)", "A SmartCode with this code already exists in the company."
    )

    @api.depends("version_ids.state")
    def _compute_active_version_id(self):
        for smartcode in self:
            active = smartcode.version_ids.filtered(lambda version: version.state == "active")
            smartcode.active_version_id = active[:1]

    def _version_on(self, day):
        """The version that rates periods that begin on a day; empty where none is in force."""
        self.ensure_one()
        active = self.active_version_id
        if not active or not active.date_from or active.date_from <= day:
            return active
        before = self.version_ids.filtered(
            lambda one: one.state == "retired" and (not one.date_from or one.date_from <= day)
        )
        return before.sorted("activated_on")[-1:] or active

    def write(self, vals):
        """A SmartCode that was in force stays with its company, as the amounts rated by it do."""
        for smartcode in self if "company_id" in vals else ():
            moved = smartcode.company_id.id != vals["company_id"]
            if moved and smartcode.version_ids.filtered(lambda version: version.state != "draft"):
                raise UserError(
                    self.env._(
                        "SmartCode “%s” was in force already: it stays with its company.",
                        smartcode.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        for smartcode in self:
            if smartcode.version_ids.filtered(lambda version: version.state != "draft"):
                raise UserError(
                    self.env._(
                        "SmartCode “%s” was in force: it is kept, because past amounts were rated "
                        "by it. Archive it instead.",
                        smartcode.name,
                    )
                )

    def copy_data(self, default=None):
        """A copy begins with the newest macro as its first draft, under a code of its own."""
        result = super().copy_data(default)
        for smartcode, vals in zip(self, result, strict=True):
            vals.setdefault("code", self.env._("%s (copy)", smartcode.code))
            newest = smartcode.version_ids.sorted("number")[-1:]
            if newest and "version_ids" not in vals:
                vals["version_ids"] = [Command.create(newest._draft_vals())]
        return result

    def action_new_draft(self):
        """Open a new draft that begins as a copy of the version in force, else of the newest.

        The first begins with an example.
        """
        self.ensure_one()
        newest = self.active_version_id or self.version_ids.sorted("number")[-1:]
        draft = self.env["cn285.smartcode.version"].create(
            {**(newest._draft_vals() if newest else {}), "smartcode_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": draft._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_uncalculated(self):
        # sudo: a calculator uses it, whoever may see its contract.
        calculators = self.env["cn285.usage.calculator"].sudo()
        found = calculators.search([("smartcode_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "SmartCode “%(smartcode)s” is used by calculator “%(calculator)s” (%(place)s) "
                    "and cannot be deleted. Archive it instead.",
                    smartcode=found.smartcode_id.name,
                    calculator=found.name,
                    place=found._place(),
                )
            )
