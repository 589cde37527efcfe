from odoo import api, fields, models


class ContractPreview(models.TransientModel):
    """A dialog that shows a contract's next invoices; it is never saved."""

    _name = "cn285.contract.preview"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Next Invoices of a Contract"

    contract_id = fields.Many2one("cn285.contract", required=True, readonly=True)
    count = fields.Integer(string="Invoices", default=3)
    content = fields.Html(compute="_compute_content", sanitize=False)

    @api.depends("contract_id", "count")
    def _compute_content(self):
        for preview in self:
            count = min(max(preview.count, 1), 36)
            contract = preview.contract_id
            preview.content = self.env["ir.qweb"]._render(
                "cn285_contract.contract_preview_content",
                {
                    "contract": contract,
                    # sudo: what the customer is to the law, which tells how prices are read.
                    "with_tax": contract.sudo()._prices_with_tax(),
                    "invoices": contract.preview_invoices(count),
                    "format_date": lambda day: self.env["ir.qweb.field.date"].value_to_html(
                        fields.Date.to_date(day), {}
                    ),
                    "format_amount": contract.currency_id.format,
                },
            )
