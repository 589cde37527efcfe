from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import in_test


class BridgeExchange(models.Model):
    """A call to the other system, for whoever wants to know what was said. Secrets are masked."""

    _name = "cn285.bridge.exchange"
    _description = "Bridge Exchange"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "operation"

    backend_id = fields.Many2one(
        "cn285.bridge.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True, precompute=True)
    create_date = fields.Datetime(string="Time", readonly=True, index=True)
    operation = fields.Char(required=True, readonly=True)
    record_count = fields.Integer(string="Records", readonly=True, aggregator="sum")
    milliseconds = fields.Integer(readonly=True, aggregator="avg")
    outcome = fields.Selection(
        [("ok", "Done"), ("partial", "Partly done"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    code = fields.Char(readonly=True)
    message = fields.Text(readonly=True)
    request = fields.Text(readonly=True)
    answer = fields.Text(readonly=True)

    @api.model
    def _write_down(self, backend, vals):
        """Log a call, in a transaction of its own: what was said stays said, whatever follows."""
        vals = {**vals, "backend_id": backend.id}
        if not in_test():
            with self.env.registry.cursor() as cr:
                other = self.with_env(self.env(cr=cr))
                if other.env[backend._name].browse(backend.id).exists():
                    other.create(vals)
                    return
        # A test's transaction, or one that makes the backend itself: others do not see it yet.
        self.create(vals)

    @api.autovacuum
    def _gc_exchanges(self):
        """Delete what is older than each backend wants."""
        now = fields.Datetime.now()
        for backend in (
            self.env["cn285.bridge.backend"]
            .with_context(active_test=False)
            .search([("log_days", ">", 0)])
        ):
            limit = now - timedelta(days=backend.log_days)
            old = [("backend_id", "=", backend.id), ("create_date", "<", limit)]
            self.search(old, limit=10_000).unlink()
            done = [*old, ("state", "=", "done")]
            self.env["cn285.bridge.outbox"].search(done, limit=10_000).unlink()
            closed = [*old, ("state", "in", ("applied", "ignored"))]
            self.env["cn285.bridge.inbox"].search(closed, limit=10_000).unlink()
