import hashlib
import json

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

# What is kept of a month, and compared with what is known of it by now.
TOTALS = (
    "opening",
    "new_business",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "transfer",
    "pause",
    "currency",
    "closing",
)
COUNTS = ("logos_opening", "logos_new", "logos_lost", "logos_closing")


class MrrClose(models.Model):
    """A month as it was told: its figures never move, whatever is entered later.

    What is known since of the same month stands beside it, with the entries that make the
    difference.
    """

    _name = "cn285.mrr.close"
    _description = "Closed Month of Recurring Revenue"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _creatable = frozenset({"company_id"})
    _order = "month desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    month = fields.Date(required=True, help="Any day of the month that is closed.")
    known_on = fields.Date("Closed On", readonly=True, help="By the company's clock.")
    closed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    last_entry = fields.Integer(
        readonly=True, aggregator=None, help="The ledger's last entry that counts into it."
    )
    checksum = fields.Char(readonly=True, help="Of the customers' figures of the month (SHA-256).")

    opening = fields.Monetary(
        "Opening MRR", currency_field="company_currency_id", readonly=True, aggregator=None
    )
    new_business = fields.Monetary("New", currency_field="company_currency_id", readonly=True)
    reactivation = fields.Monetary(currency_field="company_currency_id", readonly=True)
    expansion = fields.Monetary(currency_field="company_currency_id", readonly=True)
    contraction = fields.Monetary(currency_field="company_currency_id", readonly=True)
    churn = fields.Monetary(currency_field="company_currency_id", readonly=True)
    transfer = fields.Monetary(currency_field="company_currency_id", readonly=True)
    pause = fields.Monetary(currency_field="company_currency_id", readonly=True)
    currency = fields.Monetary(currency_field="company_currency_id", readonly=True)
    closing = fields.Monetary(
        "MRR", currency_field="company_currency_id", readonly=True, aggregator=None
    )
    logos_opening = fields.Integer("Customers at the Opening", readonly=True, aggregator=None)
    logos_new = fields.Integer("New Customers", readonly=True)
    logos_lost = fields.Integer("Customers Lost", readonly=True)
    logos_closing = fields.Integer("Customers", readonly=True, aggregator=None)

    closing_now = fields.Monetary(
        "MRR as Known Now", currency_field="company_currency_id", compute="_compute_variance"
    )
    variance = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_variance",
        help="What is known of the month's end by now, less what was told.",
    )
    late_count = fields.Integer("Later Entries", compute="_compute_variance")

    _once = models.Constraint("unique(company_id, month)", "This month is closed already.")

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_name(self):
        for close in self:
            close.name = format_date(self.env, close.month, date_format="MMMM y")

    def _compute_variance(self):
        known = self.filtered("id")
        (self - known).update({"closing_now": 0.0, "variance": 0.0, "late_count": 0})
        for close in known:
            now = close._figures_now()
            close.closing_now = now["closing"]
            close.variance = now["closing"] - close.closing
            close.late_count = self.env["cn285.mrr.entry"].search_count(close._late_domain())

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "month": DAY}

    @api.model_create_multi
    def create(self, vals_list):
        """Close months: their figures are worked out and kept, in one go.

        :raises UserError: if a month is not over, or another process is at it
        """
        closes = super().create(
            [
                {**vals, "month": self._first_of(vals["month"])} if vals.get("month") else vals
                for vals in vals_list
            ]
        )
        for close in closes:
            close._check_over()
            # What is pending counts in: the ledger is written first.
            self.env["cn285.mrr.ledger"]._update(close.company_id)
            # sudo: nobody may write a closed month, not even who closes it.
            close.sudo().write(
                {
                    **close._figures_now(),
                    "known_on": close.company_id._cn285_today(),
                    "closed_by_id": self.env.uid,
                    "last_entry": close._last_entry(),
                    "checksum": close._checksum_now(),
                }
            )
        return closes

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A month that was closed stays closed."))

    def write(self, vals):
        if "month" in vals and not self._is_inside():
            raise UserError(self.env._("A month that was closed stays as it was told."))
        return super().write(vals)

    @api.model
    def _first_of(self, value):
        day = fields.Date.to_date(self._within_bounds({"month": value})["month"])
        return day and day.replace(day=1)

    def _check_over(self):
        self.ensure_one()
        if self._month_end() > self.company_id._cn285_today():
            raise UserError(
                self.env._("%s is not over yet: a month is closed after its last day.", self.name)
            )

    def _month_end(self):
        """The day after the month's last one."""
        return fields.Date.add(self.month, months=1)

    def _months(self):
        # sudo: of a month that the user may read all customers count, whoever may read them.
        months = self.env["cn285.mrr.month"].sudo().with_company(self.company_id)
        return months, [("company_id", "=", self.company_id.id), ("month", "=", self.month)]

    def _figures_now(self):
        """What is known of the month by now."""
        self.ensure_one()
        months, domain = self._months()
        names = (*TOTALS, *COUNTS)
        [found] = months._read_group(domain, [], [f"{name}:sum" for name in names])
        return {name: value or 0 for name, value in zip(names, found, strict=True)}

    def _checksum_now(self):
        """A checksum of the figures by customer, as they are now."""
        self.ensure_one()
        months, domain = self._months()
        rows = months.search_read(
            domain, ["customer_id", *TOTALS, *COUNTS], order="customer_id", load=None
        )
        for row in rows:
            del row["id"]
        told = json.dumps(rows, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def _last_entry(self):
        # sudo: a number up to which entries count.
        entries = self.env["cn285.mrr.entry"].sudo()
        return entries.search(
            [("company_id", "=", self.company_id.id)], order="id desc", limit=1
        ).id

    def _late_domain(self):
        """Entries that concern the month, and were not known when it was closed."""
        self.ensure_one()
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("id", ">", self.last_entry),
                ("date", "<", self._month_end()),
            ]
        )

    def action_view_late(self):
        """Open the entries that make the difference."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_analytics.action_mrr_entry")
        action["domain"] = list(self._late_domain())
        action["context"] = {}
        return action
