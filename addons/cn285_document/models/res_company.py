from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_files_documents = fields.Boolean(
        string="File Contracts and Amendments",
        default=True,
        help="A contract is filed as it was confirmed, and an amendment for each change that "
        "alters it, by themselves. Off: by the button only.",
    )

    cn285_sends_documents = fields.Selection(
        [("none", "To Nobody"), ("consumers", "To Consumers"), ("all", "To All Customers")],
        string="Send Contracts and Amendments",
        required=True,
        default="consumers",
        help="By e-mail, with the terms and conditions, once they are filed. Consumers have to get "
        "them on a durable medium (Code de la consommation, L. 221-13). What is signed on line is "
        "sent to who signed in any case.",
    )
    cn285_mediator = fields.Text(
        string="Mediator for Consumers",
        help="Name, postal address and website of the mediator to whom consumers may turn: "
        "contracts with consumers tell it. Empty: they do not.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["cn285.document.numbering"]._ensure(companies)
        return companies

    def _cn285_terms_in_force(self, lang=None):
        """The terms and conditions that are in force today: the language's own, else any.

        :param lang: code of the language in which they are read
        :returns: a final document of the kind ``terms``; empty where there is none
        """
        self.ensure_one()
        # sudo: terms are for whoever concludes a contract.
        found = (
            self.env["cn285.document"]
            .sudo()
            .search(
                [
                    ("kind", "=", "terms"),
                    ("contract_id", "=", False),
                    ("company_id", "=", self.id),
                    ("state", "!=", "draft"),
                    ("date", "<=", self._cn285_today()),
                ],
                order="date desc, version desc, id desc",
            )
        )
        own = found.filtered(lambda one: one.lang == lang)
        return (own or found.filtered(lambda one: not one.lang) or found)[:1]
