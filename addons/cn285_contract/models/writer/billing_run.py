from odoo import api, fields, models

from .invoice_writer_reasons import Reason


class BillingRun(models.Model):
    """How the invoices of a run were made."""

    _inherit = "cn285.billing.run"

    writing_summary = fields.Text(
        string="Invoices Written",
        compute="_compute_writing_summary",
        help="How many invoices were written quickly, and how many Odoo made in its ordinary way, "
        "which takes about ten times as long, and why.",
    )

    @api.depends("invoice_ids.cn285_ordinary_reason")
    @api.depends_context("lang")
    def _compute_writing_summary(self):
        # sudo: whoever may see the run may see how its invoices came about, without seeing them.
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [("cn285_run_id", "in", self.ids)],
                ["cn285_run_id", "cn285_ordinary_reason"],
                ["__count"],
            )
        )
        counts = {}
        for run, dumped, count in groups:
            counts.setdefault(run.id, []).append((dumped, count))
        for run in self:
            # the quick ones first, then the most frequent reason
            parts = sorted(counts.get(run.id, ()), key=lambda part: (bool(part[0]), -part[1]))
            run.writing_summary = "\n".join(self._writing_line(*part) for part in parts)

    @api.model
    def _writing_line(self, dumped, count):
        if not dumped:
            return self.env._("%s quick", count)
        reason = Reason.load(dumped).text(self.env)
        return self.env._("%(count)s ordinary, because of %(reason)s", count=count, reason=reason)
