from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# States of changes that still need what their values name.
PENDING = ("draft", "to_approve", "scheduled")


class ContractChange(models.Model):
    """Records that changes name in their values: no foreign key looks after them."""

    _inherit = "cn285.contract.change"

    @api.model
    def _names_of(self, model):
        """Names of values that hold an id of a model, over all types of change."""
        return sorted(
            {
                name
                for kind in self._change_types().values()
                for name, spec in kind.values.items()
                if spec.model == model and spec.kind in ("record", "records")
            }
        )

    @api.model
    def _refuse_if_planned(self, records):
        """Refuse the deletion of what a change that has not taken effect will need.

        :raises UserError: naming the contract and the change
        """
        names = self._names_of(records._name)
        if not names or not records:
            return
        self.flush_model(["values", "state"])
        conditions = [
            SQL(
                """CASE jsonb_typeof(values->%(name)s)
                        WHEN 'array' THEN EXISTS (
                            SELECT 1 FROM jsonb_array_elements_text(values->%(name)s) AS one
                             WHERE one = ANY(%(ids)s))
                        ELSE values->>%(name)s = ANY(%(ids)s) END""",
                name=name,
                ids=ids,
            )
            for name in names
            for ids in [[str(record_id) for record_id in records.ids]]
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM cn285_contract_change WHERE state IN %s AND (%s) LIMIT 1",
                PENDING,
                SQL(" OR ").join(conditions),
            )
        )
        if rows:
            # sudo: that a record is needed is true for whoever deletes it.
            change = self.sudo().browse(rows[0])
            raise UserError(
                self.env._(
                    "It cannot be deleted: a planned change of contract %(contract)s needs it "
                    "(%(change)s). Cancel the change first.",
                    contract=change.contract_id.name,
                    change=change._type_label(),
                )
            )

    @api.model
    def _move_references(self, model, old_ids, new_id):
        """Let values of changes, and what they remember, name a record that others became."""
        names = self._names_of(model)
        self.flush_model(["values", "before", "after"])
        for column in ("values", "before", "after"):
            for name in names:
                self.env.cr.execute(
                    SQL(
                        """UPDATE cn285_contract_change
                              SET %(column)s = jsonb_set(%(column)s, ARRAY[%(name)s],
                                                         to_jsonb(%(new)s::int))
                            WHERE jsonb_typeof(%(column)s) = 'object'
                              AND jsonb_typeof(%(column)s->%(name)s) = 'number'
                              AND %(column)s->>%(name)s = ANY(%(old)s)""",
                        column=SQL.identifier(column),
                        name=name,
                        new=new_id,
                        old=[str(record_id) for record_id in old_ids],
                    )
                )
        self.invalidate_model(["values", "before", "after"], flush=False)
