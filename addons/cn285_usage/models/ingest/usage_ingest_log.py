from odoo import fields, models

from .big_integer import BigInteger


class UsageIngestLog(models.Model):
    """What arrived together, a record for each chunk of an ingest.

    It is written in the transaction of its events: whoever sees the record sees all of its events,
    and late events are found by the records that were not looked at yet (``processed``), never by
    the highest number seen, which an ingest that is still running may lie below.
    """

    _name = "cn285.usage.ingest.log"
    _description = "Log of Usage Ingests"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    origin = fields.Selection(
        selection=[("ingest", "Received"), ("match", "Parked Events Matched")],
        required=True,
        readonly=True,
    )
    accepted = fields.Integer(readonly=True)
    duplicates = fields.Integer(readonly=True)
    parked = fields.Integer(readonly=True)
    refused = fields.Integer(readonly=True)
    first_seq = BigInteger(string="First Number", readonly=True, aggregator=False)
    last_seq = BigInteger(string="Last Number", readonly=True, aggregator=False)
    occurred_from = fields.Datetime(readonly=True, help="The earliest event.")
    occurred_to = fields.Datetime(readonly=True, help="The latest event.")
    processed = fields.Boolean(
        readonly=True, help="Rating has looked whether events of invoiced periods are among them."
    )

    _pending_idx = models.Index("(company_id, id) WHERE processed IS NOT TRUE")
