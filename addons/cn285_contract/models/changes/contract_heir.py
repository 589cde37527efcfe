from odoo import fields, models


class Contract(models.Model):
    """A contract that takes the place of another holder's."""

    _inherit = "cn285.contract"

    predecessor_id = fields.Many2one(
        "cn285.contract",
        string="Takes the Place of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _create_heir(self, change):
        """The contract by which a new holder goes on, without items, running from the day on."""
        self.ensure_one()
        values = change._parsed()
        partner = values["partner_id"]
        [vals] = self.copy_data({"item_ids": [], "partner_id": partner.id})
        # What Odoo finds for the new payer, not what was chosen for the old one.
        for name in ("partner_invoice_id", "fiscal_position_id", "payment_term_id"):
            vals.pop(name, None)
        vals.update(self._heir_values())
        vals.update(
            predecessor_id=self.id,
            date_start=change._first_day(),
            date_end=self.date_end,
            client_ref=values.get("client_ref") or False,
        )
        heir = self.create({**vals, "template_id": False})
        heir.template_id = self.template_id
        heir._update_state(("draft",), "active")
        return heir

    def _heir_values(self):
        """Hook: values of a new holder's contract that a copy does not have. Default: none."""
        self.ensure_one()
        return {}
