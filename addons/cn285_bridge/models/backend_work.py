from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch

from .kind import operator

CHANNEL = "root.bridge"
# A job that took rows and of which nothing was heard for so long is believed dead.
QUEUED_MINUTES = 30


class BridgeBackend(models.Model):
    """Who does what when: jobs in channel root.bridge, a pulse that heals, and a round in this
    process for scripts."""

    _inherit = "cn285.bridge.backend"

    def _may_call(self):
        """Whether the other system may be called: not while the days that pass are imagined."""
        self.ensure_one()
        return self.state == "running" and not self.env["res.company"]._cn285_is_imagined()

    def _dispatch_later(self, eta=None):
        """Order that what waits is cut into jobs, once."""
        for backend in self:
            suffix = f"-{eta:%Y%m%d%H%M}" if eta else ""
            backend.with_delay(
                channel=CHANNEL,
                priority=5,
                eta=eta,
                identity_key=f"cn285.bridge.dispatch-{backend.id}{suffix}",
                description=self.env._("%s: send what waits", backend.name),
            )._job_dispatch()

    def _job_dispatch(self):
        """Job: cut what waits into jobs of one call each, in the order of kinds."""
        self.ensure_one()
        if not self._may_call():
            return self.env._("The bridge is stopped.")
        outbox = self.env["cn285.bridge.outbox"]
        rows = outbox._due(self)
        until = fields.Datetime.add(fields.Datetime.now(), minutes=QUEUED_MINUTES)
        rows.write({"queued_until": until})
        count = 0
        for kind, piece in rows._pieces():
            count += 1
            piece.with_delay(
                channel=CHANNEL,
                priority=10 + kind.sequence,
                description=self.env._(
                    "%(kind)s: send %(count)s", kind=kind.display_name, count=len(piece)
                ),
            )._job_send()
        return self.env._("%s jobs", count)

    @api.model
    def _cron_pulse(self):
        """Read what is due, take in what came, send what was left over."""
        now = fields.Datetime.now()
        for backend in self.search([("state", "=", "running")]):
            if not backend._may_call():
                continue
            for kind in backend.kind_ids:
                if kind._reads() and (not kind.next_read_at or kind.next_read_at <= now):
                    kind._read_later()
                kind._apply_what_came()
            if self.env["cn285.bridge.outbox"]._due(backend, limit=1):
                backend._dispatch_later()

    def action_synchronise(self):
        """Read and send at the next opportunity."""
        for backend in operator(self):
            for kind in backend.kind_ids:
                if kind._reads():
                    kind._read_later()
            backend._dispatch_later()
        return True

    # ------------------------------------------------------------------ in this process

    def _work(self, read=True):
        """Do all that is due in this process, committing after each step (not inside a test).

        What jobs do, without jobs: for scripts, and for whoever has no job runner.
        """
        self.ensure_one()
        for kind in self.kind_ids:
            if read and kind._reads() and self.state == "running":
                kind._job_read()
                commit_batch(self.env)
            while self.env["cn285.bridge.inbox"]._apply(kind):
                commit_batch(self.env)
            commit_batch(self.env)
        while self.state == "running":
            rows = self.env["cn285.bridge.outbox"]._due(self)
            if not rows:
                break
            for _kind, piece in rows._pieces():
                piece._job_send()
                commit_batch(self.env)
                if self.state != "running":
                    break


class BridgeKind(models.Model):
    _inherit = "cn285.bridge.kind"

    def _read_later(self):
        self.ensure_one()
        self.with_delay(
            channel=CHANNEL,
            priority=8,
            identity_key=f"cn285.bridge.read-{self.id}",
            description=self.env._("%s: read what changed", self.display_name),
        )._job_read()

    def _apply_what_came(self):
        """Order that what is new in the inbox is taken in; nothing when nothing is."""
        self.ensure_one()
        new = [("kind_id", "=", self.id), ("state", "=", "new")]
        if self.env["cn285.bridge.inbox"].search_count(new, limit=1):
            self._apply_later()

    def _apply_later(self):
        self.ensure_one()
        self.with_delay(
            channel=CHANNEL,
            priority=7,
            identity_key=f"cn285.bridge.apply-{self.id}",
            description=self.env._("%s: take in what came", self.display_name),
        )._job_apply()
