from datetime import date

from ..trigger.usage_trigger_case import TriggerCase


class CascadeCase(TriggerCase):
    """Items that others trigger, in their contract or in that of an author."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.env["res.partner"].create({"name": "Atelier Dupont"})

    def _target(self, source, calculator, contract=None, **item):
        """An item that another one triggers, in its contract or in another one."""
        vals = {"source_item_id": source.id, **calculator}
        return self.env["cn285.contract.item"].create(
            {
                "contract_id": (contract or source.contract_id).id,
                "date_start": date(2026, 1, 1),
                "name": "Triggered",
                "product_id": self.subscription.id,
                "billing_type": "usage",
                "timing": "arrears",
                "calculator_ids": [(0, 0, vals)],
                **item,
            }
        )

    def _of_author(self):
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.author.id, "date_start": date(2026, 1, 1)}
        )
        contract.item_ids = [(0, 0, self._item_vals(billing_type="none"))]
        contract.action_confirm()
        return contract

    def _amounts(self, item):
        rows = item.schedule_ids.filtered(lambda row: row.state == "invoiced").sorted("id")
        return [(row.kind, self._cents(row.amount)) for row in rows]

    PACKAGE = {"charge_model": "package", "package_size": 1000, "price_unit": 5}
    ROYALTY = {
        "charge_model": "percentage",
        "percent": 10,
        "source_measure": "amount",
        "is_payout": True,
    }
