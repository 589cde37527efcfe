from odoo import models
from odoo.exceptions import UserError

from ..common import LIVE_STATES

# How a running contract names contacts, in the order in which one is told.
ROLES = ("partner_id", "reseller_id", "partner_invoice_id")


class ResPartner(models.Model):
    """Contacts whom running contracts need are not put out of sight."""

    _inherit = "res.partner"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._cn285_refuse_running(
                self.env._(
                    "“%(partner)s” cannot be archived: contract %(contract)s is running "
                    "(%(role)s)%(more)s. Terminate it, or give it another one, first."
                )
            )
        return super().write(vals)

    def _cn285_refuse_running(self, message):
        """Refuse what cannot be done to contacts while contracts run that need them.

        :param message: translated, with places for ``partner``, ``contract``, ``role``, ``more``
        :raises UserError: for the first of them, with the first of the contracts
        """
        running = self._cn285_running()
        if not running:
            return
        partner, contract, role = running[0]
        others = {found.id for whose, found, _role in running if whose == partner} - {contract.id}
        more = self.env._(", and %s more", len(others)) if others else ""
        names = {
            "partner": partner.display_name,
            "contract": self._cn285_told_contract(contract),
            "role": role,
            "more": more,
        }
        raise UserError(message % names)

    def _cn285_told_contract(self, contract):
        """The contract's number, with its company where it is not the user's."""
        if contract.company_id == self.env.company:
            return contract.name
        return f"{contract.name} ({contract.company_id.name})"

    def _cn285_running(self):
        """Running contracts that need these contacts, of all companies.

        Three queries, however many contacts.

        :returns: list of ``(contact, contract, role in words)``, both for the superuser
        """
        # sudo: that a contract runs is true for whoever archives its customer.
        contracts = self.env["cn285.contract"].sudo().with_context(active_test=False)
        found = []
        live = [("state", "in", LIVE_STATES)]
        for name in ROLES:
            role = contracts._fields[name]._description_string(self.env)
            named = contracts.search([*live, (name, "in", self.ids)], order="id")
            found += [(contract[name], contract, role) for contract in named]
        items = contracts.env["cn285.contract.item"]
        role = items._fields["beneficiary_id"]._description_string(self.env)
        used = items.search(
            [
                ("beneficiary_id", "in", self.ids),
                ("state", "in", ("draft", *LIVE_STATES)),
                ("contract_id.state", "in", LIVE_STATES),
            ],
            order="contract_id, id",
        )
        return found + [(item.beneficiary_id, item.contract_id, role) for item in used]
