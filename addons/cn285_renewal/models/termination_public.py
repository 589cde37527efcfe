from odoo import api, models

from ..engine.contract_names import number_key, same_name

# Of contracts of several companies that have the same number, so many are looked at.
MOST_ALIKE = 50


class Contract(models.Model):
    """Termination without an account: by name and number (Code de la consommation, L215-1-1)."""

    _inherit = "cn285.contract"

    @api.model
    def _find_to_terminate(self, name, number, noted):
        """The contract that a visitor names, with sudo, if it can be terminated, or just was.

        Called by the public page, which tells the visitor the same of a wrong number, a wrong name
        and a contract that cannot be terminated. What is looked at is the same too, whatever is
        found, so that the time of the answer tells nothing either.

        :param noted: all that is declared: who knows it made the first click of this one
        """
        found = self._find_by_name_and_number(name, number)
        looked_at = found or self._stand_in()
        may, done = looked_at._portal_may_terminate(), looked_at._portal_end().declaration
        return found if may or (done and done == noted) else found.browse()

    @api.model
    def _find_by_name_and_number(self, name, number):
        """The contract of a number whose customer has that name, with sudo; or empty."""
        number = " ".join((number or "").split())
        numbers = list({number, number.upper(), number_key(number)})
        # sudo: a visitor has no rights; what is told of it is up to the page.
        contracts = self.sudo().search(
            [("name", "in", numbers), ("state", "!=", "draft")], limit=MOST_ALIKE
        )
        alike = (contracts or self._stand_in()).filtered(
            lambda one: same_name(name, one._names_of_customer())
        )
        return (alike & contracts)[:1]

    @api.model
    def _stand_in(self):
        """A contract that is looked at where there is none of that number."""
        # sudo: nothing of it is told.
        return self.sudo().search([("state", "!=", "draft")], limit=1, order="id")

    def _names_of_customer(self):
        """By which names the customer may call himself."""
        self.ensure_one()
        partner, holder = self.partner_id, self.partner_id.commercial_partner_id
        return [partner.name or "", holder.name or "", partner.commercial_company_name or ""]
