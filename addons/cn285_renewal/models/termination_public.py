from odoo import api, models

from ..engine.contract_names import number_key, same_name

# Of contracts of several companies that have the same number, so many are looked at.
MOST_ALIKE = 50


class Contract(models.Model):
    """Termination without an account: by name and number (Code de la consommation, L215-1-1)."""

    _inherit = "cn285.contract"

    @api.model
    def _find_by_name_and_number(self, name, number):
        """The contract of a number whose customer has that name, with sudo; or empty.

        Called by the public page, which tells the visitor the same of a wrong number, a wrong name
        and a contract that cannot be terminated.
        """
        number = " ".join((number or "").split())
        # sudo: a visitor has no rights; what is told of it is up to the page.
        numbers = list({number, number.upper(), number_key(number)})
        contracts = self.sudo().search(
            [("name", "in", numbers), ("state", "!=", "draft")], limit=MOST_ALIKE
        )
        found = contracts.filtered(lambda one: same_name(name, one._names_of_customer()))
        return found[:1]

    def _names_of_customer(self):
        """By which names the customer may call himself."""
        self.ensure_one()
        partner, holder = self.partner_id, self.partner_id.commercial_partner_id
        return [partner.name or "", holder.name or "", partner.commercial_company_name or ""]
