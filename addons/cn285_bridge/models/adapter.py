from odoo import models

from ..engine.steps import Sent, Skipped


class BridgeAdapter(models.AbstractModel):
    """One kind of record in one system: the model `cn285.<system>.<kind>` inherits this.

    The bridge decides what goes when, and what follows failures; an adapter translates and calls.
    Methods that call the other system raise `CallFailed`. Records are those of `_bridge_model`.
    """

    _name = "cn285.bridge.adapter"
    _description = "Bridge Adapter"

    _bridge_model = None
    _bridge_sequence = 10  # kinds are sent in this order: what others refer to first
    _bridge_directions = ("out",)  # possible ones, the suggested one first
    _bridge_reads_back = False  # whether a kind that goes out reads something back (payments)
    _bridge_size = 100  # records of one job, which makes one call of them where it can

    # ------------------------------------------------------------------ out

    def _concerned(self, kind, records):
        """Those of the changed ``records`` that this kind sends, as records of its model."""
        return records

    def _all_here(self, kind):
        """All records here that belong at the other end."""
        return self.env[self._bridge_model]

    def _prepare(self, kind, records, bindings):
        """What to send for each record.

        :param dict bindings: {record id: binding}
        :return: a list of Prepared, Refused, Later or Skipped, one for each record
        """
        return [Skipped(record.id, self.env._("This kind does not go.")) for record in records]

    def _push(self, kind, prepared, bindings):
        """Send; returns a Sent for each Prepared, in order. The same again must change nothing."""
        return [Sent(False, message=self.env._("This kind does not go.")) for _step in prepared]

    def _fetch(self, kind, bindings):
        """Records there as they are now, before ours go: {external id: Incoming}.

        Asked for kinds that go both ways only.
        """
        return {}

    # ------------------------------------------------------------------ in

    def _read(self, kind, since):
        """Yield lists of Incoming that were changed there at or after ``since`` (None: all)."""
        return iter(())

    def _start_again(self, kind):
        """Values of the kind that make the next reading start anew."""
        return {"read_until": False}

    def _read_gone(self, kind, since):
        """List of Gone: what was deleted there since then."""
        return []

    def _receive(self, kind, incoming, binding):
        """Take in one record.

        :return: (binding or None, note): the note says why nothing was done, when nothing was
        :raise UserError: when it cannot be taken in; it says what to do
        """
        return binding, self.env._("This kind does not come.")

    def _receive_gone(self, kind, gone, binding):
        """A bound record is gone there; the binding is marked by the bridge. Returns a reason."""
        return self.env._("Deleted in the other system.")

    # ------------------------------------------------------------------ both ways

    def _met(self, binding, incoming):
        """A bound record was seen there: remember of it what sending needs."""

    def _values_here(self, kind, records):
        """{record id: values}: what records here say, in the words that both sides share."""
        return {}

    def _values_there(self, kind, incoming):
        """What a record there says, in the words that both sides share."""
        return {}

    def _write_here(self, kind, record, values, incoming):
        """Write shared values to a record here (or make it, when ``record`` is empty)."""
        return record

    def _label(self, name):
        """A shared value's name for people."""
        return name
