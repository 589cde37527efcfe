from odoo import api, fields, models
from odoo.tools import format_datetime

from ..engine import watching
from .bi_replica import DATABASE

#: Days that beats are kept.
KEPT = 1


class BiReplica(models.Model):
    """How well the replica follows: a beat a minute, what the slot keeps, and a warning in time."""

    _inherit = "cn285.bi.replica"

    state = fields.Selection(
        [
            ("none", "No Replica"),
            ("following", "Up to Date"),
            ("behind", "Behind"),
            ("away", "Not Connected"),
            ("lost", "To Be Made Anew"),
        ],
        string="Status",
        compute="_compute_watched",
    )
    visible_at = fields.Datetime(
        "Last Change Visible in BI",
        compute="_compute_watched",
        help="All that was saved before is in the replica. Told once a minute.",
    )
    behind_seconds = fields.Integer(
        "Seconds Behind",
        compute="_compute_watched",
        help="Since when the replica lacks something; 0: it has all.",
    )
    kept_mb = fields.Float(
        "Kept for the Replica (MB)",
        digits=(16, 1),
        compute="_compute_watched",
        help="Changes that the database keeps on its disk until the replica has confirmed them.",
    )
    warning = fields.Text("What Is to Be Done", compute="_compute_watched")

    # === COMPUTES === #

    def _compute_watched(self):
        told = self._watched()
        for replica in self:
            replica.update(told)

    @api.model
    def _watched(self):
        """How the replica does, as values of the fields; of a database without one, too."""
        slot, unseen, visible, now = self._slot()
        ours = self.env["ir.config_parameter"].sudo().get_param(DATABASE)  # sudo: one name is read
        behind = watching.behind(unseen, now)
        state = watching.state(slot, behind, ours == self.env.cr.dbname)
        differing = self._differences() if slot else []
        return {
            "state": state,
            "visible_at": visible,
            "behind_seconds": behind,
            "kept_mb": slot.kept / 2**20 if slot else 0.0,
            "warning": self._told(state, slot, differing) or False,
        }

    @api.model
    def _slot(self):
        """The slot, the first beat that the replica lacks, the last that it has, and the time."""
        self.env.cr.execute(
            """SELECT active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn),
                      wal_status = 'lost', confirmed_flush_lsn
                 FROM pg_replication_slots
                WHERE slot_name = %s AND database = current_database()""",
            [watching.slot_name(self.env.cr.dbname)],
        )
        active, kept, lost, confirmed = self.env.cr.fetchone() or (None,) * 4
        self.env.cr.execute(
            """SELECT MIN(beaten_at) FILTER (WHERE lsn > %(lsn)s::pg_lsn),
                      MAX(beaten_at) FILTER (WHERE lsn <= %(lsn)s::pg_lsn),
                      (clock_timestamp() AT TIME ZONE 'UTC')
                 FROM cn285_replica_beat""",
            {"lsn": confirmed},
        )
        unseen, visible, now = self.env.cr.fetchone()
        slot = watching.Slot(active, int(kept or 0), bool(lost)) if active is not None else None
        return slot, unseen, visible and visible.replace(microsecond=0), now

    @api.model
    def _told(self, state, slot, differing):
        """What somebody has to do, in words; nothing where all is well."""
        if state == "lost":
            return self.env._(
                "The replica has lost its place: what BI shows stands still. Make it anew "
                "(make replica ARGS=drop, then make replica)."
            )
        if state == "away":
            return self.env._(
                "The replica is not connected. Meanwhile the database keeps all changes for it "
                "(%s MB so far): start it again, or remove it (make replica ARGS=drop).",
                round(slot.kept / 2**20),
            )
        if state == "behind":
            return self.env._(
                "The replica is behind. Look at the load of its server and at its log: an error "
                "there stops it. make replica-refresh repairs what an update changed."
            )
        if differing:
            return self.env._(
                "After an update, these tables are not in step with the views: %s. Run make "
                "replica-refresh.",
                ", ".join(differing),
            )
        return ""

    # === EACH MINUTE === #

    @api.model
    def _cron_beat(self):
        """A beat for the replica, and a warning for an administrator where it does not follow."""
        self._beat()
        replica = self.search([], limit=1)
        if replica:
            replica._warn()

    @api.model
    def _beat(self):
        self.env.cr.execute("INSERT INTO cn285_replica_beat DEFAULT VALUES")
        self.env.cr.execute(
            """DELETE FROM cn285_replica_beat WHERE beaten_at
                < clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 day'""",
            [KEPT],
        )

    def _warn(self):
        """One activity while something is to be done; none when all is well again."""
        self.ensure_one()
        warning = self.warning
        open_ones = self.activity_ids
        if not warning:
            open_ones.unlink()
        elif not open_ones:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("The replica for BI does not follow"),
                note=warning,
                user_id=self._administrator().id,
            )

    @api.model
    def _administrator(self):
        """Who is told: an administrator, the first of those who are active."""
        group = self.env.ref("base.group_system")
        return group.all_user_ids.filtered("active").sorted("id")[:1] or self.env.user

    @api.model
    def _summary(self):
        """How the replica does in a line, for the settings."""
        told = self._watched()
        names = dict(self._fields["state"]._description_selection(self.env))
        if told["state"] == "none":
            return self.env._("There is no replica of this database.")
        if not told["visible_at"]:
            return names[told["state"]]
        return self.env._(
            "%(state)s. Last change visible in BI: %(when)s. Kept for the replica: %(size)s MB.",
            state=names[told["state"]],
            when=format_datetime(self.env, told["visible_at"]),
            size=round(told["kept_mb"], 1),
        )
