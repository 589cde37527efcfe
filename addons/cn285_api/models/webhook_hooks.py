"""What happens that programs are told of: each by the one method through which it goes."""

from odoo import api, models


class Contract(models.Model):
    _inherit = "cn285.contract"

    _changed_idx = models.Index("(write_date, id)")

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        self.env["cn285.webhook.event"]._tell("contract.created", contracts)
        return contracts

    def _update_state(self, allowed, target, **values):
        moved = self.filtered(lambda contract: contract.state != target)
        result = super()._update_state(allowed, target, **values)
        self.env["cn285.webhook.event"]._tell(f"contract.{target}", moved)
        return result


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    _changed_idx = models.Index("(write_date, id)")

    def _update_state(self, allowed, target, **values):
        result = super()._update_state(allowed, target, **values)
        self.env["cn285.webhook.event"]._tell(f"contract_change.{target}", self)
        return result


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _send_invoices(self, moves):
        """Invoices that the quick writer has posted pass here, and no other method of theirs."""
        moves.filtered(lambda move: move.state == "posted")._cn285_tell_posted()
        return super()._send_invoices(moves)

    def _finish(self):
        """A run that is over is told of, each time that it comes to its end."""
        running = self.filtered(lambda run: run.state == "running")
        result = super()._finish()
        over = running.filtered(lambda run: run.state in ("done", "partial"))
        # sudo: whoever's job closes a run need not see the events.
        self.env["cn285.webhook.event"].sudo()._tell("billing_run.finished", over)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    _cn285_changed_idx = models.Index(
        "(write_date, id) WHERE move_type IN ('out_invoice', 'out_refund')"
    )

    # Invoices of runs are told by the run, once: the quick writer need not step aside.
    _quick_harmless = ("_post", "_invoice_paid_hook")

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._cn285_tell_posted()
        return posted

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._cn285_tell("invoice.paid", lambda move: None)
        return result

    def _cn285_tell_posted(self):
        """An invoice that is posted is told of once, by its number."""
        self._cn285_tell("invoice.posted", lambda move: move.name)

    def _cn285_tell(self, event_type, facts):
        # sudo: whoever posts or pays an invoice need not see the events.
        moves = self.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))
        self.env["cn285.webhook.event"]._tell(event_type, moves, facts)


class ContractItem(models.Model):
    """Lists by ``updated_since`` of what grows large are read in the order of an index."""

    _inherit = "cn285.contract.item"

    _changed_idx = models.Index("(write_date, id)")


class Partner(models.Model):
    _inherit = "res.partner"

    _changed_idx = models.Index("(write_date, id)")
