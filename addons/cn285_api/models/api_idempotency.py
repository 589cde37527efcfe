from odoo import api, fields, models

# Days for which an answer is given again.
KEPT_DAYS = 7


class ApiIdempotency(models.Model):
    """Answers that were given to a POST, by the key under which it was sent.

    Written by ``core/idempotency.py`` in the transaction of the request; nobody else does.
    """

    _name = "cn285.api.idempotency"
    _description = "Answer to an API Request"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _log_access = False

    key_id = fields.Many2one("cn285.api.key", required=True, ondelete="cascade", readonly=True)
    name = fields.Char(required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    status = fields.Integer(readonly=True)
    headers = fields.Text(readonly=True)
    body = fields.Text(readonly=True)
    create_date = fields.Datetime(readonly=True, index=True)

    _once = models.UniqueIndex("(key_id, name)")

    @api.autovacuum
    def _gc_answers(self):
        """Forget answers that nobody asks for again."""
        self.env.cr.execute(
            """
            DELETE FROM cn285_api_idempotency
             WHERE create_date < now() AT TIME ZONE 'UTC' - make_interval(days => %s)
            """,
            (KEPT_DAYS,),
        )
