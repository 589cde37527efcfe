from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import format_date

from ...engine.wallet import FIRST_PRIORITY, LAST_PRIORITY, Lot, Scope


class WalletLot(models.Model):
    """Credit of one origin: what was topped up at once, or granted, and what is left of it."""

    _name = "cn285.wallet.lot"
    _description = "Wallet Lot"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "wallet_id, priority, expiry, id"

    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="wallet_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="wallet_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="wallet_id.currency_id", store=True, precompute=True)
    name = fields.Char(string="Reason", readonly=True)
    kind = fields.Selection(
        [("paid", "Paid"), ("granted", "Granted")], required=True, readonly=True
    )
    amount = fields.Monetary(readonly=True, help="What it began with.")
    rest = fields.Monetary(default=0.0, readonly=True, copy=False, help="What is left of it.")
    taken_back = fields.Monetary(
        default=0.0,
        readonly=True,
        copy=False,
        help="What was taken back, as the top-up was returned, or paid out.",
    )
    expiry = fields.Date(string="Last Day", readonly=True)
    is_over = fields.Boolean(string="Expired", compute="_compute_is_over")
    priority = fields.Integer(
        default=25, required=True, readonly=True, help="1 is drawn first, 50 last."
    )
    tax_ids = fields.Many2many(
        "account.tax", string="VAT Paid at the Top-Up", readonly=True, help="The lines it serves."
    )
    topup_id = fields.Many2one(
        "cn285.wallet.topup", string="Top-Up", readonly=True, index="btree_not_null"
    )
    source_move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What booked it: the entry of the advance, or the invoice of the top-up.",
    )
    draw_ids = fields.One2many("cn285.wallet.draw", "lot_id", string="Draws", readonly=True)

    _rest_not_negative = models.Constraint("CHECK(rest >= 0)", "A lot never goes below zero.")
    _rest_within = models.Constraint(
        "CHECK(rest <= amount)", "A lot never holds more than it began with."
    )
    _priority_within = models.Constraint(
        f"CHECK(priority BETWEEN {FIRST_PRIORITY} AND {LAST_PRIORITY})",
        f"Priorities are {FIRST_PRIORITY} to {LAST_PRIORITY}.",
    )
    _once_per_topup = models.UniqueIndex("(topup_id) WHERE topup_id IS NOT NULL")
    _left_idx = models.Index("(wallet_id) WHERE rest > 0")

    @api.depends("kind", "amount", "expiry")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for lot in self:
            text = f"{kinds.get(lot.kind, '')} {lot.currency_id.format(lot.amount)}"
            if lot.expiry:
                text = self.env._(
                    "%(lot)s until %(day)s", lot=text, day=format_date(self.env, lot.expiry)
                )
            lot.display_name = text

    @api.depends("expiry")
    def _compute_is_over(self):
        for lot in self:
            lot.is_over = bool(lot.expiry) and lot.expiry < lot.company_id._cn285_today()

    @api.model
    def _bounds(self):
        return {}

    def _before_tax(self):
        """Whether invoices are lowered by it before their tax."""
        return self.kind == "granted" or self.wallet_id.type_id.books == "topup"

    def _engine_lot(self):
        self.ensure_one()
        kind = self.wallet_id.type_id
        return Lot(
            key=self.id,
            kind=self.kind,
            rest=as_decimal(self.rest),
            expiry=self.expiry or None,
            priority=self.priority,
            order=self.id,
            scope=Scope(
                usage=kind.scope == "usage",
                categories=frozenset(kind.category_ids.ids) if kind.scope == "categories" else None,
                taxes=frozenset(self.tax_ids.ids)
                if self.kind == "paid" and kind.books == "topup"
                else None,
            ),
            before_tax=self._before_tax(),
        )

    def _advance_lines(self):
        """Open lines of the account of advances that these lots were booked on."""
        # sudo: the books behind a lot, for the program that draws it.
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("cn285_wallet_lot_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("balance", "<", 0),
                    ("account_id.reconcile", "=", True),
                    ("account_id.account_type", "=", "liability_current"),
                ]
            )
        )


class WalletDraw(models.Model):
    """What a lot paid of an invoice, or got back by a credit note: above or below zero."""

    _name = "cn285.wallet.draw"
    _description = "Wallet Draw"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

    wallet_id = fields.Many2one(related="lot_id.wallet_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="lot_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="lot_id.currency_id", store=True, precompute=True)
    lot_id = fields.Many2one("cn285.wallet.lot", required=True, ondelete="restrict", index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The line that lowers the invoice before tax.",
    )
    entry_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Below zero: given back.")
    parts = fields.Json(readonly=True, help="What was paid of which line of the invoice.")
    reverses_id = fields.Many2one(
        "cn285.wallet.draw",
        string="Gives Back",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    given_back = fields.Monetary(default=0.0, readonly=True, help="By credit notes.")
    undone = fields.Boolean(
        readonly=True, help="The document was cancelled or is a draft again: it counts no more."
    )

    _given_back_within = models.Constraint(
        "CHECK(amount < 0 OR given_back BETWEEN 0 AND amount)",
        "No more is given back than was drawn.",
    )
    _back_once = models.UniqueIndex(
        "(reverses_id, move_id, coalesce(line_id, 0)) WHERE reverses_id IS NOT NULL AND NOT undone"
    )

    @api.model
    def _bounds(self):
        return {}

    @api.depends("lot_id.display_name", "amount")
    def _compute_display_name(self):
        for draw in self:
            draw.display_name = (
                f"{draw.lot_id.display_name}: {draw.currency_id.format(draw.amount)}"
            )
