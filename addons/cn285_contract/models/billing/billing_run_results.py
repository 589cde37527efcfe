from odoo import api, fields, models
from odoo.tools import SQL

CLOSED = ("done", "partial")
COUNTS = ("row_count", "contract_count", "invoice_count", "amount_untaxed", "amount_total")


class BillingRun(models.Model):
    """What a run has billed: counted while it is at work, kept once it is over.

    A list of runs would otherwise add up all their invoices. Kept is what cannot change unseen: a
    run with drafts is counted each time, and what happens to an invoice lets go of what was kept.
    """

    _inherit = "cn285.billing.run"

    results = fields.Json(
        readonly=True, copy=False, help="What it comes to, once it is over and posted."
    )
    row_count = fields.Integer(string="Rows", compute="_compute_results")
    invoice_count = fields.Integer(compute="_compute_results")
    contract_count = fields.Integer(compute="_compute_results")
    amount_untaxed = fields.Monetary(string="Total Excl. Tax", compute="_compute_results")
    amount_tax = fields.Monetary(string="Tax", compute="_compute_results")
    amount_total = fields.Monetary(string="Total", compute="_compute_results")

    @api.depends("schedule_ids", "invoice_ids", "results", "state")
    def _compute_results(self):
        # sudo: whoever may see the run may see what was kept of it.
        kept = self.filtered(lambda run: run.state in CLOSED and run.sudo().results)
        counted = (self - kept)._counted_results()
        for run in self:
            figures = run.sudo().results if run in kept else counted[run]
            for name in COUNTS:
                run[name] = figures[name]
            run.amount_tax = run.amount_total - run.amount_untaxed

    def _counted_results(self):
        """What these runs have billed: ``{run: {name: figure}}``; ``drafts`` says whether any."""
        rows = self.env["cn285.billing.schedule"]._read_group(
            [("run_id", "in", self.ids)], ["run_id"], ["__count", "contract_id:count_distinct"]
        )
        # Signed amounts are in the company's currency, whatever the invoices' own is.
        # sudo: whoever may see the run may see what it comes to, without seeing its invoices.
        moves = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [("cn285_run_id", "in", self.ids), ("state", "!=", "cancel")],
                ["cn285_run_id", "state"],
                ["__count", "amount_untaxed_signed:sum", "amount_total_signed:sum"],
            )
        )
        result = {run: {**dict.fromkeys(COUNTS, 0), "drafts": False} for run in self}
        for run, *counts in rows:
            result[run].update(zip(COUNTS[:2], counts, strict=True))
        for run, state, *sums in moves:
            for name, figure in zip(COUNTS[2:], sums, strict=True):
                result[run][name] += figure
            result[run]["drafts"] |= state == "draft"
        return result

    def _keep_results(self):
        """Keep what these runs have billed, where they are over and nothing is a draft any more."""
        # sudo: kept is what there is, whoever closes the run may see it all or not.
        closed = self.sudo().filtered(lambda run: run.state in CLOSED)
        for run, figures in closed._counted_results().items():
            if not figures.pop("drafts"):
                run._write_inside({"results": figures})

    def _forget_results(self):
        """Something happens to invoices of these runs: they are counted again."""
        self.filtered("results")._write_inside({"results": False})

    @api.model
    def _keep_missing_results(self):
        """Keep the results of runs that are over and were let go, or are from before."""
        self.flush_model(["results", "state"])
        ids = self.env.execute_query(
            SQL("SELECT id FROM cn285_billing_run WHERE results IS NULL AND state IN %s", CLOSED)
        )
        self.browse([run_id for (run_id,) in ids])._keep_results()
