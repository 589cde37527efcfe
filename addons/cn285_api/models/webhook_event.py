import json
import logging
from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..core.snapshots import SHOWN, snapshots

_logger = logging.getLogger(__name__)
KEPT_DAYS = 60
# A fact that was told already is not told again, whatever is done again.
TELL = """
    INSERT INTO cn285_webhook_event
           (uuid, type, company_id, res_model, res_id, fact, sequence, occurred_at)
    SELECT 'evt_' || replace(gen_random_uuid()::text, '-', ''), %(type)s, w.company_id, %(model)s,
           w.res_id, w.fact,
           1 + COALESCE((SELECT max(e.sequence) FROM cn285_webhook_event e
                          WHERE e.res_model = %(model)s AND e.res_id = w.res_id), 0),
           clock_timestamp() AT TIME ZONE 'UTC'
      FROM unnest(%(ids)s::int[], %(companies)s::int[], %(facts)s::text[])
           AS w (res_id, company_id, fact)
    ON CONFLICT (type, res_id, fact) WHERE fact IS NOT NULL DO NOTHING
"""
# For each receiver of a company that wants events of this type. For one that was switched off
# because it failed they are kept, too.
DELIVER = """
    INSERT INTO cn285_webhook_delivery
           (event_id, endpoint_id, company_id, res_model, res_id, state, failures, next_try)
    SELECT e.id, p.id, e.company_id, e.res_model, e.res_id, 'pending', 0, %s
      FROM cn285_webhook_event e
      JOIN cn285_webhook_endpoint p ON p.company_id = e.company_id
       AND (p.state = 'enabled' OR p.failing_since IS NOT NULL)
     WHERE e.id = ANY(%s)
       AND (NOT EXISTS (SELECT FROM cn285_webhook_endpoint_type_rel r WHERE r.endpoint_id = p.id)
            OR EXISTS (SELECT FROM cn285_webhook_endpoint_type_rel r
                         JOIN cn285_webhook_type t ON t.id = r.type_id
                        WHERE r.endpoint_id = p.id AND t.code = e.type))
     ORDER BY e.id
 RETURNING endpoint_id
"""


class WebhookType(models.Model):
    """A kind of event that programs are told of."""

    _name = "cn285.webhook.type"
    _description = "Webhook Event Type"
    _inherit = ["cn285.guarded"]
    _order = "sequence, code"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Happens When", required=True, readonly=True, translate=True)
    sequence = fields.Integer(default=10, readonly=True)

    _code_uniq = models.Constraint("unique(code)", "This type of event exists already.")


class WebhookEvent(models.Model):
    """Something that happened, with the object as it was after: told to whoever wants to know.

    It is written in the transaction in which it happened: what is rolled back was never told, and
    what is committed will be.
    """

    _name = "cn285.webhook.event"
    _description = "Webhook Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _log_access = False
    _order = "id desc"
    _rec_name = "uuid"

    uuid = fields.Char(string="Event", required=True, readonly=True)
    type = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    res_model = fields.Char(string="Object's Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Object", model_field="res_model", required=True, readonly=True
    )
    fact = fields.Char(readonly=True, help="What makes it the same when it is told again.")
    sequence = fields.Integer(readonly=True, help="Counts the events of an object.")
    occurred_at = fields.Datetime(readonly=True, index=True)
    payload = fields.Json(readonly=True)
    delivery_ids = fields.One2many("cn285.webhook.delivery", "event_id", readonly=True)

    _uuid_uniq = models.Constraint("unique(uuid)", "This event exists already.")
    _fact_uniq = models.UniqueIndex("(type, res_id, fact) WHERE fact IS NOT NULL")
    _object_idx = models.Index("(res_model, res_id, sequence)")
    _untold_idx = models.Index("(id) WHERE payload IS NULL")

    @api.model
    def _tell(self, event_type, records, facts=None):
        """Note that something happened to records; what they are then is added at the commit.

        :param event_type: code of a ``cn285.webhook.type``
        :param facts: function from a record to a text, where the same may be noted again
        """
        told = self.env["cn285.webhook.endpoint"]._companies_told()
        records = records.filtered(lambda record: record.company_id.id in told) if told else None
        if not records:
            return
        self.flush_model()
        self.env.cr.execute(
            TELL,
            {
                "type": event_type,
                "model": records._name,
                "ids": records.ids,
                "companies": [record.company_id.id for record in records],
                "facts": [facts(record) if facts else None for record in records],
            },
        )
        precommit = self.env.cr.precommit
        if not precommit.data.get("cn285_api.events"):
            precommit.data["cn285_api.events"] = True
            precommit.add(self._complete)

    def _complete(self):
        """Add to the events of this transaction what their objects are by now, and deliver them.

        Those of a savepoint that was rolled back are not there any more.
        """
        env = self.env(user=SUPERUSER_ID, context={"lang": "en_US"})
        env.flush_all()
        events = env["cn285.webhook.event"].search([("payload", "=", False)], order="id")
        if not events:
            return
        payloads = self._payloads(events)
        for event in events:
            event._write_inside({"payload": payloads[event]})
        env.flush_all()
        env.cr.execute(DELIVER, (fields.Datetime.now(), events.ids))
        endpoints = {row[0] for row in env.cr.fetchall()}
        env["cn285.webhook.delivery"].invalidate_model()
        receivers = env["cn285.webhook.endpoint"].browse(sorted(endpoints))
        receivers.filtered(lambda one: one.state == "enabled")._order_sending()
        env.flush_all()

    @api.model
    def _shown(self):
        """How objects are shown in events, by model: a function from records to schemas.

        Another addon adds its own to ``super()._shown()``.
        """
        return SHOWN

    def _payloads(self, events):
        """``{event: payload}``; an object that cannot be shown is its number."""
        shown = defaultdict(dict)
        for model, some in events.grouped("res_model").items():
            records = events.env[model].browse(some.mapped("res_id")).exists()
            for company, ours in records.grouped("company_id").items():
                ours = ours.with_company(company).with_context(
                    allowed_company_ids=company.ids, lang="en_US"
                )
                try:
                    with events.env.cr.savepoint():
                        shown[model].update(snapshots(ours))
                except Exception:
                    # Whatever it is: a business transaction must not fail for what is told of it.
                    _logger.exception("Objects of %s cannot be shown in events", model)
        return {event: event._payload(shown[event.res_model].get(event.res_id)) for event in events}

    def _payload(self, shown):
        return {
            "id": self.uuid,
            "type": self.type,
            "timestamp": f"{self.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
            "sequence": self.sequence,
            "company_id": self.company_id.id,
            "data": {"object": shown or {"id": self.res_id}},
        }

    def _body(self):
        """What is sent: always the same bytes."""
        self.ensure_one()
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":")).encode()

    @api.autovacuum
    def _gc_events(self):
        """Forget old events, with what was sent of them; those that still wait stay, but for
        endpoints that are switched off."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM cn285_webhook_event e
                 WHERE e.occurred_at < now() AT TIME ZONE 'UTC' - make_interval(days => %s)
                   AND NOT EXISTS (SELECT FROM cn285_webhook_delivery d
                                     JOIN cn285_webhook_endpoint p ON p.id = d.endpoint_id
                                    WHERE d.event_id = e.id AND d.state = 'pending'
                                      AND p.state = 'enabled')
                """,
                KEPT_DAYS,
            )
        )
