from odoo import api, fields, models
from odoo.exceptions import UserError


class ContractChange(models.Model):
    """What a termination comes to, told before it is scheduled."""

    _inherit = "cn285.contract.change"

    quote_html = fields.Html(
        string="What It Comes To",
        compute="_compute_quote_html",
        sanitize=False,
        help="Dates, fee, refund and open usage as things stand, for the effective date given.",
    )

    @api.depends(
        "type",
        "state",
        "contract_id",
        "date_effective",
        "date_requested",
        "is_legitimate",
        "waive_fee",
    )
    @api.depends_context("lang")
    def _compute_quote_html(self):
        for change in self:
            asked = change.type == "terminate" and change.state in ("draft", "to_approve")
            asked = asked and change.contract_id and change.date_effective
            change.quote_html = change._quote_page() if asked else False

    def _quote_page(self):
        """The quote as a table; where there is none, the reason."""
        self.ensure_one()
        contract = self.contract_id._origin or self.contract_id
        return contract._termination_page(
            self.date_effective, self.date_requested, self.is_legitimate, self.waive_fee
        )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _termination_page(self, day, request=None, legitimate=False, waived=False):
        """What :meth:`termination_quote` tells, as a table; where it refuses, the reason."""
        self.ensure_one()
        self.check_access("read")
        try:
            # sudo: amounts of the contract that is terminated, for who may read it.
            quote = self.sudo().termination_quote(day, request, legitimate=legitimate)
        except UserError as error:
            quote = {"error": str(error)}
        return self.env["ir.qweb"]._render(
            "cn285_renewal.termination_quote_content",
            {
                "quote": quote,
                "waived": waived,
                "format_date": lambda day: self.env["ir.qweb.field.date"].value_to_html(
                    fields.Date.to_date(day), {}
                ),
                "format_amount": self.currency_id.format,
            },
        )
