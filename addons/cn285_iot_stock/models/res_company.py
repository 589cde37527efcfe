from odoo import fields, models


class Company(models.Model):
    _inherit = "res.company"

    cn285_rented_location_id = fields.Many2one(
        "stock.location",
        string="Rented Devices Are at",
        readonly=True,
        copy=False,
        help="Where the company's own devices are while customers rent them: they stay its stock.",
    )

    def _cn285_rented_location(self):
        """The location of what is rented out; made when it is asked for first."""
        self.ensure_one()
        # sudo: a setting that the program makes for whoever lets a device go out
        company = self.sudo()
        if not company.cn285_rented_location_id:
            company.cn285_rented_location_id = company.env["stock.location"].create(
                {
                    "name": self.env._("At Customers"),
                    "usage": "internal",
                    "company_id": company.id,
                }
            )
        return company.cn285_rented_location_id
