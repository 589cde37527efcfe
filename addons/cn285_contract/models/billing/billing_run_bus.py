import re

from odoo import models

# Whoever looks at a run subscribes to this channel, by its id.
CHANNEL = re.compile(r"cn285\.billing\.run_(\d{1,9})", re.ASCII)
PROGRESS = "cn285.billing.run/progress"


class BillingRun(models.Model):
    """Screens that show a run are told when a batch is done, rather than asking time and again."""

    _name = "cn285.billing.run"
    _inherit = ["cn285.billing.run", "bus.listener.mixin"]

    def _tell_progress(self):
        """Tell the screens of these runs, once the transaction is committed, to read them again."""
        for run in self:
            run._bus_send(PROGRESS, {"id": run.id})


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Also the runs that a user asks for and may read."""
        asked = {one: CHANNEL.fullmatch(one) for one in channels if isinstance(one, str)}
        ids = sorted({int(match[1]) for match in asked.values() if match})
        others = [one for one in channels if not (isinstance(one, str) and asked[one])]
        runs = self.env["cn285.billing.run"].browse(ids)
        readable = runs.exists()._filtered_access("read") if runs.has_access("read") else ()
        return super()._build_bus_channel_list([*others, *readable])
