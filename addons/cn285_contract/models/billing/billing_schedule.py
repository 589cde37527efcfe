import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..bulk import copy_rows, next_ids
from ..common import BILLED_STATES, OPEN_STATES
from ..selected_link import SelectedMany2one


class BillingSchedule(models.Model):
    """One item for one period: what will be billed, was billed, and why.

    A row is planned, then (usage) rated, then invoiced. Once invoiced it never changes.
    """

    _name = "cn285.billing.schedule"
    _description = "Billing Schedule"
    _inherit = ["cn285.guarded", "cn285.summed.table"]
    _is_history = True
    # As an index has it; what goes onto an invoice has an order of its own.
    _order = "billing_date, id"
    _ordered_by_number = frozenset({"contract_id", "item_id"})

    item_id = fields.Many2one("cn285.contract.item", required=True, ondelete="restrict", index=True)
    contract_id = SelectedMany2one("cn285.contract", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        related="contract_id.partner_id",
        string="Customer",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        related="item_id.product_id", store=True, precompute=True, ondelete="restrict"
    )
    beneficiary_id = fields.Many2one(related="item_id.beneficiary_id")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("one_shot", "One-Time Fee"),
            ("fixed", "Subscription"),
            ("usage", "Usage"),
            ("credit", "Credit"),
        ],
        required=True,
        readonly=True,
    )
    revision = fields.Integer(
        default=0,
        required=True,
        readonly=True,
        aggregator=None,
        help="0 for the first row of a period; one more each time an invoice of it was cancelled.",
    )
    period_start = fields.Date(required=True, readonly=True)
    period_end = fields.Date(required=True, readonly=True, help="Last day of the period.")
    billing_date = fields.Date(string="Invoice Date", required=True, readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    price_unit = fields.Float("Unit Price", digits=(16, 6), readonly=True, aggregator=None)
    discount = fields.Float(string="Discount (%)", digits=(16, 4), readonly=True, aggregator=None)
    proration = fields.Float(
        digits=(16, 10),
        default=1.0,
        readonly=True,
        aggregator=None,
        help="Share of a full period that is billed.",
    )
    net = fields.Monetary(
        string="Net Price",
        readonly=True,
        help="Amount in terms of the price: with the taxes that are included in the price.",
    )
    amount = fields.Monetary(string="Amount Excl. Tax", readonly=True)
    steps = fields.Json(readonly=True, help="How the amount came about, as data.")
    explanation = fields.Text(
        compute="_compute_explanation", help="How the amount came about, in words."
    )
    state = fields.Selection(
        string="Status",
        selection=[
            ("planned", "Planned"),
            ("waiting", "Waiting for Usage"),
            ("invoiced", "Invoiced"),
            ("taken_over", "Billed Elsewhere"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        readonly=True,
        index=True,
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The change that caused this row.",
    )
    run_id = fields.Many2one(
        "cn285.billing.run",
        string="Billing Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _once = models.Constraint(
        "unique(item_id, period_start, kind, revision)",
        "This period of the item is in the schedule already.",
    )
    _period_ordered = models.Constraint(
        "CHECK(period_end >= period_start)", "A period cannot end before it starts."
    )
    _invoiced_has_line = models.Constraint(
        "CHECK(state != 'invoiced' OR (move_line_id IS NOT NULL AND move_id IS NOT NULL))",
        "An invoiced row has an invoice line behind it.",
    )
    _due_idx = models.Index("(company_id, billing_date) WHERE state = 'planned'")
    # Lists, by date: all rows, and those that are open; and what is open of a contract.
    _date_idx = models.Index("(billing_date, id)")
    _open_idx = models.Index("(billing_date, id) WHERE state IN ('planned', 'waiting')")
    _open_of_contract_idx = models.Index(
        "(contract_id, billing_date) WHERE state IN ('planned', 'waiting')"
    )
    _waiting_idx = models.Index("(company_id, billing_date) WHERE state = 'waiting'")

    # === COMPUTES === #

    @api.depends("steps")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for row in self:
            steps = row.sudo().steps  # sudo: customers read it in words only
            row.explanation = row._explain(steps, row.currency_id) if steps else False

    @api.depends("item_id.name", "period_start", "period_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            first, last = (format_date(self.env, day) for day in (row.period_start, row.period_end))
            row.display_name = f"{row.item_id.name} ({first} – {last})"

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_history()
        items = self.env["cn285.contract.item"]
        return super().create([{**items.browse(v["item_id"])._row_owner(), **v} for v in vals_list])

    def _guarded_fields(self):
        """Fields of an invoiced row that nobody rewrites: its history."""
        return {
            "item_id",
            "kind",
            "revision",
            "period_start",
            "period_end",
            "billing_date",
            "quantity",
            "price_unit",
            "discount",
            "proration",
            "net",
            "steps",
            "credited_id",
            "frees",
            "full_start",
            "full_end",
        }

    def write(self, vals):
        if self._guarded_fields() & vals.keys():
            for row in self:
                if row._is_billed():
                    raise UserError(
                        self.env._(
                            "%(row)s of contract %(contract)s was invoiced and does not change any "
                            "more; a correction goes into a later row.",
                            row=row.display_name,
                            contract=row.contract_id.name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        for row in self:
            if row.state not in OPEN_STATES or row.revision:
                raise UserError(
                    self.env._("%s has a history and cannot be deleted.", row.display_name)
                )

    # === BUSINESS METHODS === #

    @api.model
    def _insert_planned(self, vals_list):
        """Create planned rows in bulk; a schedule is long, and the ORM takes a millisecond a row.

        Stands in for :meth:`create` where planning makes the rows: same defaults, same stored
        computed fields, but overrides of ``create`` are not called. A module that adds values to a
        row extends :meth:`cn285.contract.item._prepare_row_vals`.

        :param vals_list: values as for :meth:`create`, with money rounded already
        :returns: the new rows
        """
        if not vals_list:
            return self
        self.env.flush_all()
        now = self.env.cr.now()
        stored = [name for name, field in self._fields.items() if field.store and field.column_type]
        given = vals_list[0].keys()
        missing = [name for name in stored if name not in given and name != "id"]
        constants = {
            name: self._fields[name].convert_to_column_insert(value, self)
            for name, value in self.default_get(missing).items()
            if name in missing
        }
        uid = self.env.uid
        constants.update(create_uid=uid, write_uid=uid, create_date=now, write_date=now)
        ids = next_ids(self.env, self._table, len(vals_list))
        rows = [
            {**constants, **self._as_columns(vals), "id": row_id}
            for row_id, vals in zip(ids, vals_list, strict=True)
        ]
        copy_rows(self.env.cr, self._table, rows)
        created = self.browse(ids)
        for name in missing:
            if self._fields[name].compute:
                self.env.add_to_compute(self._fields[name], created)
        self.env["cn285.contract"].invalidate_model(["schedule_ids"], flush=False)
        self.env["cn285.contract.item"].invalidate_model(["schedule_ids"], flush=False)
        created.modified([name for name in stored if name != "id"])
        for name in given:
            self.env.remove_to_compute(self._fields[name], created)
        return created

    @api.model
    def _as_columns(self, vals):
        """Values as the database stores them: False is NULL, data is JSON."""
        return {
            name: json.dumps(value)
            if value and isinstance(value, dict | list)
            else (None if value is False or isinstance(value, dict | list) else value)
            for name, value in vals.items()
        }

    def _differs(self, name, value):
        current = self[name]
        if isinstance(current, models.BaseModel):
            return current.id != value
        if isinstance(value, float):
            return round(current - value, 10) != 0
        return current != value

    def _drop_planned(self):
        """Remove open rows that the plan does not want any more."""
        with_history = self.filtered("revision")
        with_history._write_inside({"state": "cancelled"})
        (self - with_history)._inside().unlink()

    def _rate_waiting(self):
        """Hook: give rows that wait for usage their ``net``, ``amount``, ``steps`` and state.

        Called by each batch of a billing run with the waiting rows of its contracts that are due,
        before it collects what it will invoice; before the batches with those that depend on other
        contracts. Rows that are still incomplete stay ``waiting`` and are not billed by this run.

        :returns: ``{contract: reason in a clerk's words}`` for rows that could not be rated; the
            run sets these contracts aside
        """
        if self._usage_is_rated():
            return {}
        reason = self.env._("It bills usage, and the app that does that is not installed.")
        return dict.fromkeys(self.contract_id, reason)

    @api.model
    def _usage_is_rated(self):
        """Hook: whether an addon is there that rates usage; without, it is not billed unseen."""
        return False

    def _is_billed(self):
        """Whether the row is history: what changes later goes into another one."""
        self.ensure_one()
        return self.state in BILLED_STATES

    def _set_invoiced(self, lines, run):
        """Close rows behind their invoice lines, in one statement.

        :param lines: ``{row id: account.move.line}``
        :param run: the billing run that made them
        :raises UserError: when a row is not ``planned`` any more; nothing may be committed then
        """
        self.flush_recordset()
        changed = self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row
                      SET state = 'invoiced', move_line_id = made.line_id, move_id = made.move_id,
                          run_id = %s, write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                     FROM unnest(%s, %s, %s) AS made (id, line_id, move_id)
                    WHERE row.id = made.id AND row.state = 'planned'
                RETURNING row.id""",
                run.id or None,
                self.env.uid,
                list(lines),
                [line.id for line in lines.values()],
                [line.move_id.id for line in lines.values()],
            )
        )
        if len(changed) != len(self):
            raise UserError(self.env._("Some of these rows were invoiced already."))
        written = ["state", "move_line_id", "move_id", "run_id", "write_uid", "write_date"]
        self.invalidate_recordset(written, flush=False)
        self.modified(written)

    def _release(self):
        """Undo the invoicing of rows whose draft invoice is deleted: they are planned again.

        What was changed on their items in the meantime counts.
        """
        self._take_back_credits()
        self._write_inside(
            {"state": "planned", "move_line_id": False, "move_id": False, "run_id": False}
        )
        self.item_id._replan()
        self.item_id._price_may_differ()

    def _cancel_invoiced(self, credited=False):
        """Close rows whose invoice was cancelled, and plan their periods anew (next revision).

        A credit that is cancelled is made anew, if it is due still.

        :param bool credited: the invoice stays, and credit notes have taken back all of it
        """
        self._take_back_credits(credited)
        items = self.item_id
        self._write_inside({"state": "cancelled"})
        items._replan()
        items._price_may_differ()
        self._credit_anew()

    def action_view_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    @api.model
    def _ensure_planned(self, company, until, among=Domain.TRUE):
        """Make sure that every row of the company due on ``until`` or before exists.

        :param among: domain of the contracts concerned
        :returns: ``{contract: reason}`` of those that could not be planned
        """
        items = self.env["cn285.contract.item"].with_company(company)
        return items._extend_planning(company, until + timedelta(days=1), among)
