from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import told_inside

from .kind import operator

NOTED = "cn285.bridge.noted"


class BridgeOutbox(models.Model):
    """What has to go: a note that a record changed, written in the transaction that changed it.

    Rows are only added by business transactions and only closed by the sender, so the two never
    wait for each other. What goes is the record as it is when it is sent: several notes of one
    record are closed by one call, and an older state can never overtake a newer one, because a
    record is sent by one job at a time.
    """

    _name = "cn285.bridge.outbox"
    _description = "Bridge Outbox"
    _inherit = ["cn285.guarded", "cn285.bridge.record"]
    _is_history = True
    _order = "id"

    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("parked", "Parked"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    force = fields.Boolean(
        readonly=True, help="Goes even when nothing changed since it was last sent."
    )
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    queued_until = fields.Datetime(
        readonly=True, help="A job has it; if nothing came of that by then, another one takes it."
    )
    code = fields.Char(string="Error Code", readonly=True)
    reason = fields.Text(readonly=True)
    done_at = fields.Datetime(readonly=True)

    _waiting_index = models.Index("(backend_id, kind_id, res_id) WHERE state = 'waiting'")

    # ------------------------------------------------------------------ noting

    @api.model
    def _note(self, code, records):
        """Note that records changed; rows are written when the transaction is about to commit.

        Costs nothing in a database without a bridge that sends this kind. What the bridge itself
        writes here (context `cn285_bridge_incoming`) is not sent back.
        """
        if (
            not records
            or told_inside(self.env, "cn285_bridge_incoming")
            or not self.env["cn285.bridge.kind"]._sending_ids(code)
        ):
            return
        precommit = self.env.cr.precommit
        noted = precommit.data.setdefault(NOTED, {})
        if not noted:
            # sudo: whoever changes a record leaves a note, whatever they may see of bridges.
            precommit.add(self.sudo()._write_noted)
        noted.setdefault((code, records._name), set()).update(records.ids)

    @api.model
    def _write_noted(self):
        """Write a row for each record that was noted in this transaction and that goes."""
        noted = self.env.cr.precommit.data.pop(NOTED, {})
        for (code, model), ids in noted.items():
            kinds = self.env["cn285.bridge.kind"].browse(
                self.env["cn285.bridge.kind"]._sending_ids(code)
            )
            for kind in kinds:
                records = self.env[model].browse(sorted(ids)).exists()
                adapter = kind._adapter()
                concerned = adapter._concerned(kind, records.with_env(adapter.env))
                if concerned:
                    self._put(kind, concerned.ids)
                    kind.backend_id._dispatch_later()
        self.env.flush_all()

    @api.model
    def _put(self, kind, res_ids, force=False):
        """Write the rows of records that have to go."""
        model = kind._adapter()._bridge_model
        return self.create(
            [
                {"kind_id": kind.id, "res_model": model, "res_id": res_id, "force": force}
                for res_id in res_ids
            ]
        )

    # ------------------------------------------------------------------ buttons

    def action_try_again(self):
        """Send parked or waiting rows at the next opportunity, with all attempts before them."""
        rows = operator(self).filtered(lambda row: row.state in ("parked", "waiting"))
        rows.write(
            {
                "state": "waiting",
                "attempts": 0,
                "next_try": False,
                "queued_until": False,
                "force": True,
            }
        )
        for backend in rows.backend_id:
            backend._dispatch_later()
        return True

    def action_cancel(self):
        """Do not send these; a later change of the record is sent as ever."""
        rows = operator(self).filtered(lambda row: row.state in ("parked", "waiting"))
        rows.write({"state": "cancelled", "done_at": fields.Datetime.now()})
        return True
