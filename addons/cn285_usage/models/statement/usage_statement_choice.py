from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

FORMATS = ("pdf", "xlsx", "csv")


class StatementChoice(models.AbstractModel):
    """Which statement a customer gets, and which of its files go along with mails.

    Shared by contracts and contract templates.
    """

    _name = "cn285.statement.choice"
    _description = "Statement Choice"

    statement_layout_id = fields.Many2one(
        "cn285.statement.layout",
        check_company=True,
        help="Invoices with usage get a statement of what was consumed, in this layout. "
        "Left empty: none.",
    )
    statement_mail_pdf = fields.Boolean(string="Mail PDF", default=True)
    statement_mail_xlsx = fields.Boolean(string="Mail Excel")
    statement_mail_csv = fields.Boolean(string="Mail CSV")

    @api.model
    def _statement_fields(self):
        return ["statement_layout_id", *(f"statement_mail_{name}" for name in FORMATS)]

    def _mailed_formats(self):
        """The files that mails take along, of all these records: of ``pdf``, ``xlsx``, ``csv``."""
        wanting = self.filtered("statement_layout_id")
        return [name for name in FORMATS if any(wanting.mapped(f"statement_mail_{name}"))]

    def _statement_formats(self):
        """The files that are made: those of the layouts, and those that mails take along."""
        mailed = self._mailed_formats()
        made = {name for layout in self.statement_layout_id for name in layout._formats()}
        return [name for name in FORMATS if name in made or name in mailed]


class Contract(models.Model):
    _name = "cn285.contract"
    _inherit = ["cn285.contract", "cn285.statement.choice"]


class ContractTemplate(models.Model):
    _name = "cn285.contract.template"
    _inherit = ["cn285.contract.template", "cn285.statement.choice"]

    def _contract_fields(self):
        return [*super()._contract_fields(), *self._statement_fields()]


class StatementLayout(models.Model):
    _inherit = "cn285.statement.layout"

    @api.constrains("company_id")
    def _check_company_of_contracts(self):
        """A layout that moves to a company leaves no other company's contract without."""
        for layout in self.filtered("company_id"):
            for model in ("cn285.contract", "cn285.contract.template"):
                # sudo: whoever uses it, seen or not.
                foreign = (
                    self.env[model]
                    .sudo()
                    .search(
                        [
                            ("statement_layout_id", "=", layout.id),
                            ("company_id", "!=", layout.company_id.id),
                        ],
                        limit=1,
                    )
                )
                if foreign:
                    raise ValidationError(
                        self.env._(
                            "Layout “%(layout)s” is used by %(user)s, of another company.",
                            layout=layout.name,
                            user=foreign.display_name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unchosen(self):
        """Without its layout, a contract would have no statements, and nobody would know."""
        for model in ("cn285.contract", "cn285.contract.template"):
            # sudo: a contract names it, whoever may see the contract.
            owners = self.env[model].sudo().with_context(active_test=False)
            found = owners.search([("statement_layout_id", "in", self.ids)], limit=1)
            if found:
                raise UserError(
                    self.env._(
                        "Layout “%(layout)s” makes the statements of %(owner)s and cannot be "
                        "deleted. Choose another one there, or archive it.",
                        layout=found.statement_layout_id.name,
                        owner=found.display_name,
                    )
                )
