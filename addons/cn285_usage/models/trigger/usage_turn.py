from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.tools import SQL


class UsageTurn(models.Model):
    """Whose turn it is to plan what usage triggers in a company: one at a time.

    Each planning updates its company's record. Another one that wants it at the same time is told
    so, and one whose view of the data is older than the last planning fails to serialize: both are
    tried again by their job or run, so nothing is planned twice.
    """

    _name = "cn285.usage.turn"
    _description = "Turn of Usage Triggers"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True, readonly=True
    )
    number = fields.Integer(readonly=True, help="How often it was somebody's turn.")

    _company_uniq = models.Constraint(
        "unique(company_id)", "There is one turn of usage triggers in a company."
    )

    @api.model
    def _take(self, company):
        """Take the turn until the end of the transaction.

        :raises LockError: when another process has it
        :raises psycopg2.errors.SerializationFailure: when it was taken since this transaction
            began to read
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO cn285_usage_turn (company_id, number) VALUES (%s, 0)
                   ON CONFLICT (company_id) DO NOTHING""",
                company.id,
            )
        )
        taken = self.env.execute_query(
            SQL(
                """UPDATE cn285_usage_turn SET number = number + 1
                    WHERE id = (SELECT id FROM cn285_usage_turn WHERE company_id = %s
                                   FOR UPDATE SKIP LOCKED)
                RETURNING id""",
                company.id,
            )
        )
        if not taken:
            raise LockError(
                self.env._("Usage of %s is being looked through already.", company.name)
            )
