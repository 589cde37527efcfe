from odoo import models
from odoo.fields import Domain

from .simulation_part import CONTRACTS_IN_PART


class Simulation(models.Model):
    """Which contracts, and which batches of them."""

    _inherit = "cn285.simulation"

    def _contracts_domain(self):
        """Domain of the contracts that are looked at."""
        self.ensure_one()
        asked = [
            ("template_id", self.template_ids),
            ("item_ids.product_id", self.product_ids),
            ("partner_id", self.partner_ids),
            ("partner_id.category_id", self.partner_tag_ids),
            ("pricelist_id", self.pricelist_ids),
        ]
        return Domain("company_id", "=", self.company_id.id) & Domain.AND(
            [
                Domain(path, "child_of" if path == "partner_id" else "in", records.ids)
                for path, records in asked
                if records
            ]
        )

    def _cut(self):
        """Take it into state ``running``: a batch for each hundred contracts.

        What is rated together, the members of a pool and what triggers what, is in one batch.
        """
        self.ensure_one()
        contracts = self.env["cn285.contract"].search(self._contracts_domain(), order="id")
        chosen, parts = set(contracts.ids), []
        for group in contracts._rated_together(self.company_id):
            members = [one for one in group.ids if one in chosen]
            if members:
                parts.append(members)
                chosen.difference_update(members)
        rest = [one for one in contracts.ids if one in chosen]
        parts += [
            rest[one : one + CONTRACTS_IN_PART] for one in range(0, len(rest), CONTRACTS_IN_PART)
        ]
        # sudo: batches follow from what is asked, and users do not write them.
        self.env["cn285.simulation.part"].sudo().create(
            [
                {"simulation_id": self.id, "number": number, "contract_ids": ids}
                for number, ids in enumerate(parts, start=1)
            ]
        )
        self._write_inside({"state": "running", "contract_count": len(contracts)})
