from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_royalty_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Royalties",
        domain="[('type', '=', 'purchase'), ('company_id', '=', id)]",
        help="Purchase journal of the invoices that we make out for third parties. Empty: the "
        "first one for self-billing, else the first purchase journal.",
    )

    def _cn285_royalty_journal(self):
        """The journal of self-billing invoices; empty where the company has no such journal."""
        self.ensure_one()
        # sudo: which journal takes the invoices is not up to whoever bills.
        company = self.sudo()
        journals = company.env["account.journal"]
        return company.cn285_royalty_journal_id or journals.search(
            [*journals._check_company_domain(company), ("type", "=", "purchase")],
            order="is_self_billing desc, sequence, id",
            limit=1,
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_royalty_journal_id = fields.Many2one(
        related="company_id.cn285_royalty_journal_id",
        readonly=False,
        domain="[('type', '=', 'purchase'), ('company_id', '=', company_id)]",
    )
