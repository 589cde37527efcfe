from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .sign_request import MOST_TRIES

# An event whose job was lost, with the server that ran it or by hand, is ordered again.
LOST_AFTER = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=7)
# Yousign sends again for four days; how long we remember what came.
KEPT = timedelta(days=366)
GC_BATCH = 10_000


class YousignEvent(models.Model):
    """An event that Yousign told of, kept once, and worked in a job.

    Yousign promises no order, and tells again what it is not sure to have told. So an event says
    only that something is new about a request: the job asks for the request as it is now. Its
    content is not kept: it holds names and addresses that we have already.
    """

    _name = "cn285.yousign.event"
    _description = "Yousign Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "event_id"

    provider_id = fields.Many2one(
        "cn285.sign.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True, precompute=True
    )
    event_id = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Type", required=True, readonly=True)
    request_id = fields.Many2one(
        "cn285.sign.request", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    made_at = fields.Datetime(readonly=True, help="When it happened at Yousign.")
    received_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("received", "Received"), ("done", "Worked"), ("ignored", "Nothing To Do")],
        string="Status",
        required=True,
        readonly=True,
        index=True,
    )
    message = fields.Char(readonly=True, help="Why there was nothing to do.")

    _once = models.Constraint("unique(provider_id, event_id)", "An event is kept once.")

    # === RECEIVING === #

    @api.model
    def _receive(self, provider, event):
        """Keep an event of a provider once, and order its work; the same again is the same.

        Two deliveries at once are one: the second waits for the first, and does nothing.

        :param event: :class:`Event` of the engine, verified
        """
        request = self._request_of(provider, event)
        message = self._no_use(provider, event, request)
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cn285_yousign_event
                    (provider_id, company_id, event_id, name, request_id, made_at, received_at,
                     state, message, create_uid, create_date, write_uid, write_date)
                VALUES (%(provider)s, %(company)s, %(event)s, %(name)s, %(request)s, %(made)s,
                     %(now)s, %(state)s, %(message)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (provider_id, event_id) DO NOTHING
                RETURNING id
                """,
                provider=provider.id,
                company=provider.company_id.id,
                event=event.event_id,
                name=event.name,
                request=request.id or None,
                made=event.at,
                now=now,
                state="ignored" if message else "received",
                message=message,
                uid=self.env.uid,
            )
        )
        kept = self.browse([row[0] for row in self.env.cr.fetchall()])
        if not message:
            kept._order_work()
        return kept

    @api.model
    def _request_of(self, provider, event):
        """The request that an event is about: by our key, else by Yousign's id."""
        requests = self.env["cn285.sign.request"]
        own = [("provider_id", "=", provider.id)]
        for name, value in (("yousign_key", event.external_id), ("yousign_id", event.request)):
            found = value and requests.search([*own, (name, "=", value)], limit=1)
            if found:
                return found
        return requests

    @api.model
    def _no_use(self, provider, event, request):
        """Why nothing is done about an event; None where there is."""
        if event.sandbox != (provider.yousign_environment == "sandbox"):
            return self.env._("Of the other environment.")
        return None if request else self.env._("About no request of ours.")

    def _order_work(self):
        for event in self:
            event.with_delay(
                identity_key=f"cn285_yousign_event_{event.id}",
                max_retries=MOST_TRIES,
                description=self.env._("Yousign: %(type)s", type=event.name),
            )._job_work()

    # === WORKING === #

    def _job_work(self):
        """Job: ask how the request stands now; done twice it is done once.

        :raises RetryableJobError: where Yousign has to be asked again later
        """
        for event in self.exists():
            if event.state == "received":
                event.request_id.with_company(event.company_id)._job_yousign_sync()
                event._write_inside({"state": "done"})

    @api.model
    def _cron_lost(self):
        """Order the work of events again whose job is gone."""
        now = fields.Datetime.now()
        self.search(
            [
                ("state", "=", "received"),
                ("received_at", "<", now - LOST_AFTER),
                ("received_at", ">", now - GIVEN_UP_AFTER),
            ],
            order="id",
        )._order_work()

    @api.autovacuum
    def _gc_worked(self):
        """Events of long ago go: Yousign tells of none after four days."""
        before = fields.Datetime.now() - KEPT
        events = self.search([("received_at", "<", before)], limit=GC_BATCH)
        events._inside().unlink()
        return len(events), len(events) == GC_BATCH
