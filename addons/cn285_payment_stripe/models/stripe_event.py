from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.payment_stripe import const
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import SQL

# An event whose job was lost, with the server that ran it or by hand, is ordered again.
LOST_AFTER = timedelta(hours=1)
# Where orders end: whoever looks at the list decides what becomes of the rest.
GIVEN_UP_AFTER = timedelta(days=7)
KEPT = timedelta(days=366)
GC_BATCH = 10_000


class StripeEvent(models.Model):
    """An event that Stripe told of, kept once, and worked in a job.

    Stripe promises no order and tells again what it is not sure to have told. So an event only says
    that something is new about an object; the job asks for the object as it is now. A payload is
    not kept: it holds what we do not need of customers.
    """

    _name = "cn285.stripe.event"
    _description = "Stripe Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "event_id"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True, precompute=True
    )
    event_id = fields.Char(required=True, readonly=True)
    event_type = fields.Char(string="Type", required=True, readonly=True)
    object_id = fields.Char(readonly=True)
    made_at = fields.Datetime(readonly=True, help="When it happened at Stripe.")
    received_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("received", "Received"),
            ("done", "Worked"),
            ("ignored", "Nothing To Do"),
            ("failed", "To Look At"),
        ],
        string="Status",
        required=True,
        readonly=True,
        index=True,
    )
    message = fields.Char(readonly=True, help="What was done, or why not.")

    _once = models.Constraint("unique(provider_id, event_id)", "An event is kept once.")

    # === KINDS === #

    def _kinds(self):
        """What is done about which event: ``{type: method}``.

        A method returns what it did in a few words, or None where there was nothing to do.
        """
        return {
            "payment_intent.processing": self._work_intent,
            "payment_intent.amount_capturable_updated": self._work_intent,
            "payment_intent.succeeded": self._work_intent,
            "payment_intent.payment_failed": self._work_intent,
            "payment_intent.canceled": self._work_intent,
            "payment_intent.requires_action": self._work_intent,
            "charge.failed": self._work_charge,
            "charge.refunded": self._work_refunds,
            "charge.refund.updated": self._work_refund,
            "charge.dispute.created": self._work_dispute,
            "charge.dispute.updated": self._work_dispute,
            "charge.dispute.funds_withdrawn": self._work_dispute,
            "charge.dispute.funds_reinstated": self._work_dispute,
            "charge.dispute.closed": self._work_dispute,
            "setup_intent.succeeded": self._work_setup,
            "setup_intent.setup_failed": self._work_setup,
            "payment_method.automatically_updated": self._work_method,
            "payment_method.updated": self._work_method,
            "payment_method.detached": self._work_method,
            "customer.deleted": self._work_customer,
            "mandate.updated": self._work_mandate,
        }

    @api.model
    def _told(self):
        """The events that a webhook is told of: Odoo's own and ours."""
        return sorted({*const.HANDLED_WEBHOOK_EVENTS, *self._kinds()})

    # === RECEIVING === #

    @api.model
    def _receive(self, providers, event_id, event_type, object_id, created):
        """Keep an event once for each provider whose secret signed it, and order its work.

        Two deliveries at the same time are one: the second waits for the first, and does nothing.

        :param int created: seconds since 1970 (UTC)
        """
        made_at = datetime.fromtimestamp(int(created), timezone.utc).replace(tzinfo=None)
        state = "received" if event_type in self._kinds() else "ignored"
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cn285_stripe_event
                    (provider_id, company_id, event_id, event_type, object_id, made_at,
                     received_at, state, create_uid, create_date, write_uid, write_date)
                SELECT id, company_id, %(event_id)s, %(event_type)s, %(object_id)s, %(made_at)s,
                     %(now)s, %(state)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM payment_provider
                 WHERE id = ANY(%(providers)s)
                ON CONFLICT (provider_id, event_id) DO NOTHING
                RETURNING id
                """,
                event_id=str(event_id)[:255],
                event_type=str(event_type)[:255],
                object_id=str(object_id or "")[:255] or None,
                made_at=made_at,
                now=now,
                state=state,
                uid=self.env.uid,
                providers=providers.ids,
            )
        )
        events = self.browse([row[0] for row in self.env.cr.fetchall()])
        if state == "received":
            events._order_work()
        return events

    def _order_work(self):
        for event in self:
            event.with_delay(
                identity_key=f"cn285_stripe_event_{event.id}",
                description=self.env._("Stripe: %(type)s", type=event.event_type),
            )._job_work()

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
        """Events that were worked long ago go: Stripe tells of none after three days."""
        before = fields.Datetime.now() - KEPT
        worked = [("state", "in", ("done", "ignored")), ("received_at", "<", before)]
        events = self.search(worked, limit=GC_BATCH)
        events._inside().unlink()
        return len(events), len(events) == GC_BATCH

    def action_work_again(self):
        """Button: work what is to be looked at once more, as the object is now."""
        self.check_access("read")
        # sudo: history, of which only whether it was worked changes.
        waiting = self.sudo().filtered(lambda event: event.state in ("received", "failed"))
        waiting.write({"state": "received", "message": False})
        waiting._order_work()

    # === WORKING === #

    def _job_work(self):
        """Do what one event asks for; done twice it is done once.

        :raises RetryableJobError: something is under way that has to end first
        """
        if not self.exists():
            return  # its provider was deleted
        if not self.try_lock_for_update():
            raise RetryableJobError("The event is being worked.", seconds=30, ignore_retry=True)
        if self.state != "received":
            return
        event = self.with_company(self.company_id)
        work = event._kinds().get(event.event_type)
        said = work() if work else None
        if event.state == "received":
            event.write({"state": "done" if said else "ignored", "message": said})

    def _look_at(self, message):
        """Somebody has to look at this: what it says is not what is known here."""
        self.write({"state": "failed", "message": message})
        return message
