from odoo import models


class StockMove(models.Model):
    """What moves of serial numbers mean for devices."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: devices follow their serial numbers, whoever validates the transfer
        lines = done.sudo().move_line_ids
        lines.filtered(lambda line: line.lot_id and line.state == "done")._cn285_tell_devices()
        return done

    def _action_cancel(self):
        # sudo: as above
        orders = self.sudo().picking_id.cn285_fleet_order_id
        result = super()._action_cancel()
        orders._give_up_undelivered()
        return result
