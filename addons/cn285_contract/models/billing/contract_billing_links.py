from odoo import api, fields, models
from odoo.fields import Domain


class Contract(models.Model):
    """From a contract to its schedule and invoices: how many, when next, and the buttons."""

    _inherit = "cn285.contract"

    schedule_count = fields.Integer(compute="_compute_schedule_count")
    invoice_count = fields.Integer(compute="_compute_invoice_count")
    next_billing_date = fields.Date(
        compute="_compute_next_billing_date",
        search="_search_next_billing_date",
        help="Date of the next planned invoice.",
    )

    is_due = fields.Boolean(
        compute="_compute_is_due", help="Whether something is to be invoiced by today."
    )

    # === COMPUTES === #

    @api.depends("state", "schedule_ids.state", "schedule_ids.billing_date")
    def _compute_is_due(self):
        due = Domain.FALSE
        for company, contracts in self.grouped("company_id").items():
            due |= Domain("contract_id", "in", contracts.ids) & Domain(
                "billing_date", "<=", company._cn285_today()
            )
        groups = self.env["cn285.billing.schedule"]._read_group(
            due & Domain("state", "in", ("planned", "waiting")), ["contract_id"]
        )
        found = self.browse().union(*(contract for (contract,) in groups))
        for contract in self:
            contract.is_due = contract in found

    @api.depends("schedule_ids")
    def _compute_schedule_count(self):
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.schedule_count = counts.get(contract.id, 0)

    @api.depends("invoice_ids")
    def _compute_invoice_count(self):
        for contract in self:
            # sudo: a number only, for a user without access to invoices.
            contract.invoice_count = len(contract.sudo().invoice_ids)

    @api.depends("schedule_ids.state", "schedule_ids.billing_date")
    def _compute_next_billing_date(self):
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("contract_id", "in", self.ids), ("state", "in", ("planned", "waiting"))],
            ["contract_id"],
            ["billing_date:min"],
        )
        dates = {contract.id: day for contract, day in groups}
        for contract in self:
            contract.next_billing_date = dates.get(contract.id)

    @api.model
    def _search_next_billing_date(self, operator, value):
        """By the first open row: whether there is one, and none before, each by an index."""

        def has(*domain):
            rows = Domain("state", "in", ("planned", "waiting")) & Domain(list(domain))
            return Domain("schedule_ids", "any", rows)

        if operator in ("<", "<="):
            return has(("billing_date", operator, value))
        if operator in (">", ">="):
            sooner = "<=" if operator == ">" else "<"
            return has() & ~has(("billing_date", sooner, value))
        if operator == "in":
            days = [day for day in value if day]
            firsts = [
                has(("billing_date", "=", day)) & ~has(("billing_date", "<", day)) for day in days
            ]
            return Domain.OR([*firsts, *([~has()] if False in value else [])])
        return NotImplemented

    # === ACTIONS === #

    def action_view_schedule(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_billing_schedule"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"search_default_open": 0}
        return action

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.invoice_ids.ids)]
        action["context"] = {"default_move_type": "out_invoice", "create": False}
        if len(self.invoice_ids) == 1:
            action["views"] = [(self.env.ref("account.view_move_form").id, "form")]
            action["res_id"] = self.invoice_ids.id
        return action

    def action_bill_now(self):
        """Open a new billing run for what is due of these contracts, as of today."""
        company = self.company_id[:1] or self.env.company
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Billing Run"),
            "res_model": "cn285.billing.run",
            "view_mode": "form",
            "context": {
                "default_company_id": company.id,
                "default_date": company._cn285_today(),
                "default_contract_ids": [(6, 0, self.ids)],
            },
        }

    # === AT THE END === #

    def _open_usage(self, last_day):
        """Usage of the days until ``last_day`` that was not billed yet.

        Hook: its amount is not known here; a module that rates usage tells it.

        :returns: list of dicts: ``item_id``, ``name``, ``period_start`` and ``period_end`` as ISO
            text, ``amount`` or None where it is not known
        """
        rows = self.schedule_ids.filtered(
            lambda row: (
                row.kind == "usage"
                and row.state in ("planned", "waiting")
                and row.period_start <= last_day
            )
        )
        return [
            {
                "item_id": row.item_id.id,
                "name": row.item_id.name,
                "period_start": row.period_start.isoformat(),
                "period_end": min(row.period_end, last_day).isoformat(),
                "amount": row.amount if row.state == "planned" else None,
            }
            for row in rows.sorted(lambda row: (row.item_id.id, row.period_start))
        ]
