from odoo import api, fields, models

LONGEST_TEXT = 500


class WebhookDelivery(models.Model):
    """An event on its way to an endpoint: what became of each try."""

    _name = "cn285.webhook.delivery"
    _description = "Webhook Delivery"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _log_access = False
    _order = "id desc"
    _rec_name = "event_id"

    event_id = fields.Many2one(
        "cn285.webhook.event", required=True, readonly=True, ondelete="cascade", index=True
    )
    endpoint_id = fields.Many2one(
        "cn285.webhook.endpoint", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    type = fields.Char(related="event_id.type")
    occurred_at = fields.Datetime(related="event_id.occurred_at")
    res_model = fields.Char(string="Object's Model", readonly=True)
    res_id = fields.Integer(string="Object", readonly=True)
    state = fields.Selection(
        [("pending", "Waiting"), ("sent", "Taken"), ("failed", "Given Up")],
        string="Status",
        required=True,
        readonly=True,
    )
    failures = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    status = fields.Integer(string="Answer", readonly=True, help="The HTTP status; 0: none.")
    answer = fields.Char(string="What It Said", readonly=True)
    sent_at = fields.Datetime(string="Taken At", readonly=True)

    _waiting_idx = models.Index("(endpoint_id, id) WHERE state = 'pending'")

    @api.model
    def _next_of(self, endpoint):
        """The next message of an endpoint that is due: none overtakes another of its object."""
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT d.id FROM cn285_webhook_delivery d
             WHERE d.endpoint_id = %(endpoint)s AND d.state = 'pending'
               AND d.next_try <= %(now)s
               AND NOT EXISTS (
                   SELECT FROM cn285_webhook_delivery e
                    WHERE e.endpoint_id = %(endpoint)s AND e.state = 'pending' AND e.id < d.id
                      AND (e.res_model, e.res_id) = (d.res_model, d.res_id))
             ORDER BY d.id LIMIT 1
            """,
            {"endpoint": endpoint.id, "now": fields.Datetime.now()},
        )
        row = self.env.cr.fetchone()
        return self.browse((row and row[0]) or [])

    def _note(self, text, **values):
        """Note what came of a try."""
        self._write_inside({"answer": (text or "")[:LONGEST_TEXT], **values})

    def action_replay(self):
        """Send these once more: the same messages with the same ids."""
        self.endpoint_id.check_access("write")
        self._replay()
        return True

    def _replay(self):
        # sudo: whoever may write the endpoint has its messages sent; what they say stays.
        self.sudo()._write_inside(
            {"state": "pending", "failures": 0, "next_try": fields.Datetime.now()}
        )
        self.endpoint_id.filtered(lambda one: one.state == "enabled")._order_sending()
