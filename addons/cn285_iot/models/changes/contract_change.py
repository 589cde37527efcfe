from odoo import api, models
from odoo.addons.cn285_contract.models.changes.types.base import by_name
from odoo.tools import SQL

from .add_items import AddItems
from .end_items import EndItems
from .interruptions import ResumeItems, SuspendItems

BULK_TYPES = by_name(AddItems(), EndItems(), SuspendItems(), ResumeItems())
# Types whose value ``items`` names what they are about.
NAMING = ("end_items", "suspend_items", "resume_items")


class ContractChange(models.Model):
    """Changes that are about many items of a contract, and name them."""

    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        return super()._change_types() | BULK_TYPES

    def _named_items(self):
        """The items that a change of a bulk type names; those that are gone are left out."""
        self.ensure_one()
        ids = (self.values or {}).get("items")
        items = self.env["cn285.contract.item"]
        if not isinstance(ids, list) or not all(isinstance(one, int) for one in ids):
            return items
        return items.browse(ids).exists()

    def _concerned(self, states):
        """Of a bulk type, those that it names."""
        if self.type not in NAMING:
            return super()._concerned(states)
        return self._named_items().filtered(lambda item: item.state in states)

    def _value_text(self, name, value):
        """Long lists are told by their number: the records are found by the change."""
        if name in ("items", "devices") and isinstance(value, list):
            return str(len(value))
        return super()._value_text(name, value)

    def _value_label(self, name):
        if name == "devices":
            return self.env._("Devices")
        if name == "items":
            return self.env._("Items")
        return super()._value_label(name)

    @api.model
    def _planned_for(self, devices, plan, but=None):
        """Which of some devices are to get a service by a change that is planned already.

        :param plan: the template item of the service
        :param but: the change that asks
        :returns: ids of devices
        """
        self.flush_model(["values", "state", "type", "company_id"])
        # sudo: what is planned counts, whoever sees it
        rows = self.sudo().env.execute_query(
            SQL(
                """SELECT DISTINCT named.id::int
                     FROM cn285_contract_change change,
                          jsonb_array_elements_text(change.values->'devices') named (id)
                    WHERE change.type = 'add_items' AND change.state IN ('to_approve', 'scheduled')
                      AND change.company_id = ANY(%s) AND change.id != %s
                      AND change.values->>'template_item_id' = %s
                      AND named.id::int = ANY(%s)""",
                devices.company_id.ids,
                but.id if but and isinstance(but.id, int) else 0,
                str(plan.id),
                devices.ids,
            )
        )
        return {device_id for (device_id,) in rows}
