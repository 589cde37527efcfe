from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a simulation asks: it does not change any more once it was worked out.
ASKED = frozenset(
    {
        "company_id",
        "date_from",
        "date_to",
        "template_ids",
        "product_ids",
        "partner_tag_ids",
        "pricelist_ids",
        "partner_ids",
        "trial_ids",
    }
)


class Simulation(models.Model):
    """Other prices, tried on what was billed of past months: what would it have come to?

    Read only: what is worked out is kept here, beside what was billed, and touches none of it.
    """

    _name = "cn285.simulation"
    _description = "Price Simulation"
    _inherit = ["cn285.guarded"]
    _order = "id desc"
    _check_company_auto = True
    _fixed_after_draft = ASKED

    name = fields.Char(required=True, help="What is tried, in your words.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="Periods From",
        required=True,
        default=lambda self: self.env.company._cn285_today() - relativedelta(months=3, day=1),
        help="First day on which a period may begin that is looked at.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: (
            self.env.company._cn285_today() - relativedelta(day=1) - relativedelta(days=1)
        ),
        help="Last day on which a period may begin that is looked at.",
    )
    template_ids = fields.Many2many(
        "cn285.contract.template",
        "cn285_simulation_template_rel",
        string="Contracts of Templates",
        help="Left empty: whatever the template.",
    )
    product_ids = fields.Many2many(
        "product.product",
        "cn285_simulation_product_rel",
        string="Contracts with Products",
        help="Contracts of which any item has one of these products. Left empty: all.",
    )
    partner_tag_ids = fields.Many2many(
        "res.partner.category",
        "cn285_simulation_partner_tag_rel",
        string="Customers with Tags",
        help="Left empty: all customers.",
    )
    partner_ids = fields.Many2many(
        "res.partner", "cn285_simulation_partner_rel", string="Customers", help="Left empty: all."
    )
    pricelist_ids = fields.Many2many(
        "product.pricelist",
        "cn285_simulation_pricelist_rel",
        string="Contracts with Pricelists",
        help="Left empty: whatever the pricelist.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("done", "Done")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    trial_ids = fields.One2many(
        "cn285.simulation.trial", "simulation_id", string="What Is Tried", copy=True
    )
    part_ids = fields.One2many(
        "cn285.simulation.part", "simulation_id", string="Batches", readonly=True, copy=False
    )
    line_ids = fields.One2many(
        "cn285.simulation.line",
        "simulation_id",
        string="Items and Periods",
        readonly=True,
        copy=False,
    )
    customer_ids = fields.One2many(
        "cn285.simulation.customer",
        "simulation_id",
        string="By Customer",
        readonly=True,
        copy=False,
    )
    contract_count = fields.Integer(string="Contracts", readonly=True, copy=False)
    progress = fields.Float(string="Progress (%)", compute="_compute_progress")
    billed = fields.Monetary(readonly=True, copy=False, help="What was billed, less credits of it.")
    simulated = fields.Monetary(string="By the Prices Tried", readonly=True, copy=False)
    difference = fields.Monetary(readonly=True, copy=False)
    unexplained = fields.Monetary(
        string="Not by Prices",
        readonly=True,
        copy=False,
        help="What the engines give today at the prices that were billed, less what was billed: "
        "late usage that no run has billed yet, say. It is part of the difference.",
    )
    more_count = fields.Integer(string="Customers That Pay More", readonly=True, copy=False)
    less_count = fields.Integer(string="Customers That Pay Less", readonly=True, copy=False)
    problem_count = fields.Integer(string="Set Aside", compute="_compute_problem_count")

    # === COMPUTES AND CONSTRAINTS === #

    @api.depends("part_ids.state", "state")
    def _compute_progress(self):
        counts = {
            (simulation.id, state): count
            for simulation, state, count in self.env["cn285.simulation.part"]._read_group(
                [("simulation_id", "in", self.ids)], ["simulation_id", "state"], ["__count"]
            )
        }
        for simulation in self:
            done = counts.get((simulation.id, "done"), 0)
            total = done + counts.get((simulation.id, "pending"), 0)
            finished = 100.0 if simulation.state == "done" else 0.0
            simulation.progress = 100.0 * done / total if total else finished

    @api.depends("line_ids.problem")
    def _compute_problem_count(self):
        groups = self.env["cn285.simulation.line"]._read_group(
            [("simulation_id", "in", self.ids), ("problem", "!=", False)],
            ["simulation_id"],
            ["__count"],
        )
        counts = {simulation.id: count for simulation, count in groups}
        for simulation in self:
            simulation.problem_count = counts.get(simulation.id, 0)

    @api.constrains("date_from", "date_to", "company_id")
    def _check_dates(self):
        for simulation in self:
            if simulation.date_to < simulation.date_from:
                raise ValidationError(self.env._("The last day lies before the first."))
            if simulation.date_from > simulation.company_id._cn285_today():
                raise ValidationError(
                    self.env._("Prices are tried on what was billed: choose months that are past.")
                )

    @api.constrains("company_id", "template_ids", "pricelist_ids")
    def _check_companies(self):
        for simulation in self:
            asked = [*simulation.template_ids, *simulation.pricelist_ids]
            for record in asked:
                if record.company_id and record.company_id != simulation.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(record)s belongs to another company than the simulation.",
                            record=record.display_name,
                        )
                    )

    # === BUTTONS === #

    def action_start(self):
        """Cut the contracts into batches and order a job for each."""
        for simulation in self:
            simulation.check_access("write")
            if simulation.state != "draft":
                raise UserError(self.env._("%s was started already.", simulation.display_name))
            simulation._cut()
            simulation._delay_parts()
        return True

    def action_resume(self):
        """Order the jobs of what is left of simulations that were stopped; nothing goes twice."""
        for simulation in self:
            simulation.check_access("write")
            if simulation.state != "running":
                raise UserError(self.env._("%s is not running.", simulation.display_name))
            simulation._delay_parts()
        return True

    def action_draft(self):
        """Forget what came out, so that something else can be asked."""
        for simulation in self:
            simulation.check_access("write")
            simulation._forget_results()
        return True

    def action_view_lines(self):
        self.ensure_one()
        return self._results_action("cn285.simulation.line", self.env._("Items and Periods"))

    def action_view_customers(self):
        self.ensure_one()
        return self._results_action("cn285.simulation.customer", self.env._("By Customer"))

    def action_view_problems(self):
        self.ensure_one()
        action = self.action_view_lines()
        action["domain"] = [*action["domain"], ("problem", "!=", False)]
        return action

    def _results_action(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,graph,pivot",
            "views": [(False, "list"), (False, "graph"), (False, "pivot")],
            "domain": [("simulation_id", "=", self.id)],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_not_running(self):
        for simulation in self:
            if simulation.state == "running" and simulation.progress < 100:
                raise UserError(
                    self.env._(
                        "%s is running: take it back to draft first.", simulation.display_name
                    )
                )
