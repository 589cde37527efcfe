from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.chain import START, first_broken, link
from ..engine.codes import network

# What stands in an entry whose retention was over.
PURGED = {"purged": True}


class SignEvent(models.Model):
    """The log of a request: what happened, when (UTC), by whom. Each entry covers those before."""

    _name = "cn285.sign.event"
    _description = "Signature Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id"

    request_id = fields.Many2one(
        "cn285.sign.request", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True)
    signer_id = fields.Many2one("cn285.sign.signer", index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        [
            ("sent", "Sent"),
            ("asked", "Asked to Sign"),
            ("opened", "Document Opened"),
            ("code_sent", "Code Sent"),
            ("code_wrong", "Wrong Code"),
            ("signed", "Signed"),
            ("declined", "Declined"),
            ("completed", "All Have Signed"),
            ("sealed", "Proof Filed"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
            ("replaced", "Replaced"),
        ],
        string="What Happened",
        required=True,
    )
    at = fields.Datetime(string="When", required=True)
    data = fields.Json()
    previous_hash = fields.Char(required=True)
    hash = fields.Char(required=True)

    _network_idx = models.Index(
        "((COALESCE(data->>'network', data->>'address')), at)"
        " WHERE kind IN ('code_sent', 'code_wrong')"
    )

    @api.model
    def _count_from(self, address):
        """``(codes asked for, wrong codes)`` from an address of the network, within an hour.

        Of IPv6 from all addresses of its network: see :func:`network`.
        """
        if not address:
            return 0, 0
        self.flush_model()
        self.env.cr.execute(
            """SELECT count(*) FILTER (WHERE kind = 'code_sent'),
                      count(*) FILTER (WHERE kind = 'code_wrong')
                 FROM cn285_sign_event
                WHERE kind IN ('code_sent', 'code_wrong')
                  AND COALESCE(data->>'network', data->>'address') = %s AND at > %s""",
            [network(address), fields.Datetime.now() - timedelta(hours=1)],
        )
        return self.env.cr.fetchone()

    @api.model
    def _note_opened(self, request, signer, address):
        """Note that somebody read the file: once an hour, however often the link is opened."""
        # sudo: the log is the program's.
        known = self.sudo().search_count(
            [
                ("request_id", "=", request.id),
                ("signer_id", "=", signer.id),
                ("kind", "=", "opened"),
                ("at", ">", fields.Datetime.now() - timedelta(hours=1)),
            ],
            limit=1,
        )
        # Whoever writes the log at this moment keeps nobody from reading: the file is shown.
        if not known and request.sudo().try_lock_for_update(allow_referencing=True):
            self._note(request, "opened", signer, address=address)

    @api.model
    def _note(self, request, kind, signer=None, **data):
        """Add an entry; entries follow one another, whatever other processes note.

        Who comes second is told by the database to begin anew: what it has read of the log is old.
        """
        # sudo: the log is the program's, whoever does what it says.
        events = self.sudo()._inside()
        request.sudo().lock_for_update(allow_referencing=True)
        # A lock that is over by now says nothing of what was written under it.
        self._hold_log(request)
        last = events.search([("request_id", "=", request.id)], order="id desc", limit=1)
        values = {
            "request_id": request.id,
            "signer_id": signer.id if signer else False,
            "kind": kind,
            "at": fields.Datetime.now(),
            "data": data,
            "previous_hash": last.hash or START,
        }
        values["hash"] = link(values["previous_hash"], self._entry(values))
        self._hold_log(request, values["hash"])
        return events.create(values)

    @api.model
    def _hold_log(self, request, last=None):
        """Write the request's last hash: a lock alone lets through who read the log before.

        Not by the ORM: reading a document is no change of its request.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE cn285_sign_request SET log_hash = COALESCE(%s, log_hash) WHERE id = %s",
                last,
                request.id,
            )
        )
        request.invalidate_recordset(["log_hash"], flush=False)

    @api.model
    def _entry(self, values):
        """What an entry's hash covers, as JSON."""
        return {
            "request": values["request_id"],
            "signer": values["signer_id"] or None,
            "kind": values["kind"],
            "at": fields.Datetime.to_string(values["at"]),
            "data": values["data"] or {},
        }

    def _first_broken(self):
        """The first of these entries, in order, that does not fit; empty where all do."""
        entries = [
            (
                event.previous_hash,
                event.hash,
                # What was purged when its retention was over says nothing any more.
                None
                if event.data == PURGED
                else self._entry(
                    {
                        "request_id": event.request_id.id,
                        "signer_id": event.signer_id.id,
                        "kind": event.kind,
                        "at": event.at,
                        "data": event.data,
                    }
                ),
            )
            for event in self
        ]
        place = first_broken(entries)
        return self.browse() if place is None else self[place]
