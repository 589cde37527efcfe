from contextlib import closing, contextmanager

from odoo import fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.exception import RetryableJobError

CONTRACTS_IN_PART = 100
TOTALS = ("billed", "simulated", "difference", "unexplained")


class SimulationPart(models.Model):
    """Contracts of a simulation that are worked out, and committed, together."""

    _name = "cn285.simulation.part"
    _description = "Batch of a Price Simulation"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "simulation_id, number"
    _rec_name = "number"

    simulation_id = fields.Many2one(
        "cn285.simulation", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="simulation_id.company_id", store=True)
    number = fields.Integer(required=True, readonly=True)
    contract_ids = fields.Json(readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Done")],
        string="Status",
        default="pending",
        required=True,
        readonly=True,
    )

    def _run(self):
        """Work out this batch and keep what came out, in the current transaction."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if self.state == "done":
            return 0
        simulation = self.simulation_id
        # Who may see them was asked when the batches were cut.
        contracts = self.env["cn285.contract"].browse(self.contract_ids).exists()
        with reading_only(self.env):
            parts, failed = each_or_apart(contracts, simulation._try_contracts)
            vals = [one for part in parts for one in part]
            failures = [simulation._failure_vals(one, reason) for one, reason in failed.items()]
        # sudo: results follow from what is asked, and users do not write them.
        self.env["cn285.simulation.line"].sudo().create([*vals, *failures])
        self.sudo()._write_inside({"state": "done"})
        return len(vals)

    def _job_run(self):
        """Job: work out this batch. Safe to run again: one that is done is left alone."""
        self.ensure_one()
        self = in_users_language(self)
        if not self.exists() or self.state == "done":
            return self.env._("Nothing to do: the batch is done, or the simulation was taken back.")
        try:
            count = self._run()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process is at this batch; it waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        return self.env._("%s items and periods", count)


class Simulation(models.Model):
    """A simulation at work: its jobs, its end, its results gone again."""

    _inherit = "cn285.simulation"

    def _delay_parts(self):
        """Order a job for each batch that is not done, and one after them all that adds up."""
        self.ensure_one()
        closing = self.delayable(
            channel="root", priority=20, description=self.env._("%s: add up", self.name)
        )._job_finish()
        jobs = [
            part.delayable(
                channel="root.billing",
                description=self.env._(
                    "%(simulation)s: batch %(number)s", simulation=self.name, number=part.number
                ),
                identity_key=f"cn285.simulation.part-{part.id}",
            )._job_run()
            for part in self.part_ids
            if part.state == "pending"
        ]
        if jobs:
            group(*jobs).on_done(closing).delay()
        else:
            closing.delay()

    def _run_here(self):
        """Work out all that is left in the current transaction."""
        self.ensure_one()
        for part in self.part_ids:
            part._run()
        self._finish()

    def _job_finish(self):
        """Job: add up what came out, once all batches are done. Safe to run again."""
        self.ensure_one()
        self = in_users_language(self)
        if not self.exists() or self.state != "running":
            return self.env._("Nothing to do: the simulation is not running.")
        if any(part.state == "pending" for part in self.part_ids):
            return self.env._("Batches are left: “Go On” takes them up.")
        self._finish()
        return self.env._("%s customers", len(self.customer_ids))

    def _finish(self):
        """Sums of customers and of all, from the lines."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.env["cn285.simulation.customer"]._add_up(self)
        [sums] = self.env["cn285.simulation.line"]._read_group(
            [("simulation_id", "=", self.id)],
            [],
            [f"{name}_company:sum" for name in TOTALS],
        )
        counts = dict(
            self.env["cn285.simulation.customer"]._read_group(
                [("simulation_id", "=", self.id)], ["direction"], ["partner_id:count_distinct"]
            )
        )
        self._write_inside(
            {
                **{name: value or 0.0 for name, value in zip(TOTALS, sums, strict=True)},
                "more_count": counts.get("more", 0),
                "less_count": counts.get("less", 0),
                "state": "done",
            }
        )
        # By the largest rise, not as they were made.
        self.invalidate_recordset(["customer_ids", "line_ids"])

    def _forget_results(self):
        """Back to a draft without results."""
        self.ensure_one()
        for results in (self.customer_ids, self.line_ids, self.part_ids):
            # sudo: as above.
            results.sudo().unlink()
        names = (*TOTALS, "more_count", "less_count", "contract_count")
        self._write_inside({**dict.fromkeys(names, 0), "state": "draft"})


@contextmanager
def reading_only(env):
    """Have the database refuse whatever would change, or lock, a row meanwhile.

    What comes of it is taken back in any case; what was read is read again afterwards.
    """
    with closing(env.cr.savepoint()):
        env.cr.execute("SET LOCAL transaction_read_only = on")
        yield
