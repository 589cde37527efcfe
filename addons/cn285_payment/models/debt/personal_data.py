from odoo import api, models


class PersonalData(models.AbstractModel):
    """Messages about debtors are messages about a person; the places: ``debt_places.py``."""

    _inherit = "cn285.personal.data"

    @api.model
    def _documents(self, person):
        cases = person.env["cn285.dunning.case"].search([("partner_id", "in", person.partners.ids)])
        return {**super()._documents(person), "cn285.dunning.case": cases.ids}
