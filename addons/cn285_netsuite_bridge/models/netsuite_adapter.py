from datetime import timezone

from odoo import models
from odoo.addons.cn285_bridge.engine.errors import Meaning
from odoo.addons.cn285_bridge.engine.steps import Gone, Incoming, Sent

from ..engine.faults import record_meaning
from ..engine.raw import from_json, to_json
from ..engine.records import Record, Ref


class NetsuiteAdapter(models.AbstractModel):
    """What is the same for all kinds of records of NetSuite."""

    _name = "cn285.netsuite.adapter"
    _description = "NetSuite Adapter"
    _inherit = ["cn285.bridge.adapter"]

    _netsuite_search = None  # what the transport's search calls the kind
    _netsuite_types = ()  # NetSuite's record types of the kind; the first is the one we make

    def _book(self, kind):
        """The backend's mappings."""
        return self.env["cn285.bridge.map"]._book(kind.backend_id)

    def _records(self, incoming):
        """NetSuite's record behind what came."""
        return from_json(incoming.raw)

    # ------------------------------------------------------------------ out

    def _push(self, kind, prepared, bindings):
        transport = kind.backend_id._netsuite_transport()
        going = [step for step in prepared if not step.delete]
        leaving = [step for step in prepared if step.delete]
        sent = {}
        records = [
            Record(self._netsuite_types[0], step.payload, *self._written_by(bindings[step.res_id]))
            for step in going
        ]
        for step, outcome in zip(going, transport.upsert(records) if going else (), strict=True):
            sent[step.res_id] = self._sent(outcome)
        refs = [self._ref(bindings[step.res_id]) for step in leaving]
        for step, outcome in zip(leaving, transport.delete(refs) if refs else (), strict=True):
            gone = outcome.code == "RCRD_DSNT_EXIST"
            sent[step.res_id] = Sent(True) if gone else self._sent(outcome)
        return [sent[step.res_id] for step in prepared]

    def _written_by(self, binding):
        """(internal id, external id) by which a record is written.

        Ours go by our external id, which makes the same call again harmless; those that were made
        there go by theirs, and keep whatever external id they have.
        """
        if binding.external_id and self._made_there(binding):
            return binding.external_id, ""
        return "", binding.own_id

    def _made_there(self, binding):
        """Whether a record was made in NetSuite: it does not know our external id."""
        return False

    def _ref(self, binding):
        """A reference to a bound record; by our own external id while theirs is not known."""
        if binding.external_id:
            return Ref(binding.external_id, type=self._netsuite_types[0])
        return Ref(external_id=binding.own_id, type=self._netsuite_types[0])

    @staticmethod
    def _sent(outcome):
        return Sent(
            ok=outcome.ok,
            external_id=outcome.internal_id,
            code=outcome.code,
            message=outcome.message,
            retry=not outcome.ok and record_meaning(outcome.code) is Meaning.RETRY,
        )

    def _fetch(self, kind, bindings):
        refs = [self._ref(binding) for binding in bindings]
        found = kind.backend_id._netsuite_transport().get(refs)
        return {
            record.internal_id: self._incoming(record) for record in found if record is not None
        }

    # ------------------------------------------------------------------ in

    def _read(self, kind, since):
        transport = kind.backend_id._netsuite_transport()
        subsidiary = self._book(kind).knows_there("company", kind.company_id) or ""
        for page in transport.search_modified(self._netsuite_search, _aware(since), subsidiary):
            yield [
                self._incoming(record) for record in page.records if self._is_of_kind(kind, record)
            ]

    def _is_of_kind(self, kind, record):
        return record.type in self._netsuite_types

    @staticmethod
    def _incoming(record):
        return Incoming(record.internal_id, to_json(record), record.modified)

    def _read_gone(self, kind, since):
        lost = kind.backend_id._netsuite_transport().get_deleted(
            self._netsuite_types, _aware(since)
        )
        return [
            Gone(
                item.internal_id,
                item.external_id,
                item.deleted,
                {"externalId": item.external_id, "type": item.type},
            )
            for item in lost
        ]


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc) if moment else None
