from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SepaFileGiven(models.TransientModel):
    """Asks on which day a file was given to the bank, where that is not today."""

    _name = "cn285.sepa.file.given"
    _description = "Day on Which a File Was Given to the Bank"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]

    file_id = fields.Many2one("cn285.sepa.file", required=True, ondelete="cascade")
    day = fields.Date(
        string="Given On",
        required=True,
        default=lambda self: self.env.company._cn285_today(),
        help="Given after the bank's cut-off, its debits are taken for paid on the next day that "
        "the bank can keep.",
    )

    def action_given(self):
        """It was given on that day.

        :raises UserError: for a day to come
        """
        self.ensure_one()
        file = self.file_id
        file.check_access("write")
        if self.day > file.company_id._cn285_today():
            raise UserError(
                self.env._(
                    "%(file)s was not given to the bank on a day to come (%(day)s).",
                    file=file.name,
                    day=format_date(self.env, self.day),
                )
            )
        if file.state == "made":
            file._given(self.day)
        return {"type": "ir.actions.act_window_close"}
