from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, as_decimal
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

# In the context of the program alone: a wallet follows its holder to his company.
FOLLOWS = "cn285_follows_holder"


class Wallet(models.Model):
    """Credit that a customer holds with a company, in one currency.

    The balance is the sum of what is left of its lots. Whoever draws, gives back or tops up locks
    the wallet first, and changes its balance: of two at once the second one waits, and then begins
    anew with what the first one left.
    """

    _name = "cn285.wallet"
    _description = "Wallet"
    _inherit = ["cn285.guarded", "cn285.editable", "mail.thread"]
    _order = "partner_id, id"
    _check_company_auto = True

    type_id = fields.Many2one(
        "cn285.wallet.type", required=True, index=True, ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        help="The company that pays, or the person: all of its contacts share the wallet.",
    )
    company_id = fields.Many2one(
        related="type_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="type_id.currency_id", store=True, precompute=True)
    books = fields.Selection(related="type_id.books")
    active = fields.Boolean(default=True, help="An archived wallet is neither drawn nor topped up.")
    balance = fields.Monetary(
        default=0.0, readonly=True, copy=False, help="What is left of all lots, expired ones too."
    )
    available = fields.Monetary(
        compute="_compute_available", help="What is left of the lots that are valid today."
    )
    paid_balance = fields.Monetary(string="Paid", compute="_compute_available")
    granted_balance = fields.Monetary(string="Granted", compute="_compute_available")
    lot_ids = fields.One2many("cn285.wallet.lot", "wallet_id", string="Lots", readonly=True)
    draw_ids = fields.One2many("cn285.wallet.draw", "wallet_id", string="Draws", readonly=True)
    topup_ids = fields.One2many("cn285.wallet.topup", "wallet_id", string="Top-Ups", readonly=True)
    rule_ids = fields.One2many("cn285.wallet.topup.rule", "wallet_id", string="Top-Up Rules")

    _balance_not_negative = models.Constraint(
        "CHECK(balance >= 0)", "A wallet never goes below zero."
    )
    _of_payer_idx = models.Index("(partner_id, company_id, currency_id) WHERE active")

    # === COMPUTES === #

    @api.depends("type_id.name", "partner_id.display_name")
    def _compute_display_name(self):
        for wallet in self:
            names = (wallet.type_id.name, wallet.partner_id.display_name)
            wallet.display_name = " – ".join(name for name in names if name)

    @api.depends("balance", "lot_ids.rest", "lot_ids.expiry", "lot_ids.kind")
    def _compute_available(self):
        for wallet in self:
            today = wallet.company_id._cn285_today() if wallet.company_id else None
            # sudo: the sum of what customers and clerks see one by one.
            lots = wallet.sudo().lot_ids
            valid = lots.filtered(
                lambda lot, today=today: not lot.expiry or (today and lot.expiry >= today)
            )
            wallet.available = sum(valid.mapped("rest"))
            for kind in ("paid", "granted"):
                mine = valid.filtered(lambda lot, kind=kind: lot.kind == kind)
                wallet[f"{kind}_balance"] = sum(mine.mapped("rest"))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                partner = partners.browse(vals["partner_id"])
                vals["partner_id"] = partner.commercial_partner_id.id
        return super().create(vals_list)

    def write(self, vals):
        """The customer and the type of a wallet with lots stay.

        :raises UserError: naming the wallet
        """
        follows = self.env.context.get(FOLLOWS) is STATE_DOOR
        for wallet in self:
            moved = {
                name
                for name in ("partner_id", "type_id")
                if name in vals and vals[name] != wallet[name].id
            }
            # sudo: whether it was ever used, whoever asks.
            if moved and not follows and wallet.sudo().lot_ids:
                raise UserError(
                    self.env._("%s has lots: it stays with its customer.", wallet.display_name)
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        for wallet in self:
            # sudo: as above.
            if wallet.sudo().lot_ids:
                raise UserError(
                    self.env._("%s has a history: archive it instead.", wallet.display_name)
                )

    # === FOR THE PROGRAM === #

    @api.model
    def _of_payers(self, keys):
        """Wallets of payers: ``{(company id, commercial partner id, currency id): wallets}``."""
        keys = set(keys)
        if not keys:
            return {}
        # sudo: what a payer holds pays his invoices, whoever bills.
        found = self.sudo().search(
            [
                ("partner_id", "in", [partner for _company, partner, _currency in keys]),
                ("company_id", "in", [company for company, _partner, _currency in keys]),
            ],
            order="id",
        )
        result = defaultdict(self.sudo().browse)
        for wallet in found:
            key = wallet.company_id.id, wallet.partner_id.id, wallet.currency_id.id
            if key in keys:
                result[key] |= wallet
        return dict(result)

    @api.model
    def _held(self, partners, company):
        """What payers could draw today, by partner id, in the company's currency.

        :returns: ``{partner id: Decimal}``
        """
        today, held = company._cn285_today(), defaultdict(Decimal)
        # sudo: a sum of what payers hold, for who decides about their limits.
        lots = self.env["cn285.wallet.lot"].sudo()
        groups = lots._read_group(
            [
                ("wallet_id.partner_id", "in", partners.ids),
                ("company_id", "=", company.id),
                ("wallet_id.active", "=", True),
                ("rest", ">", 0),
                "|",
                ("expiry", "=", False),
                ("expiry", ">=", today),
            ],
            ["wallet_id"],
            ["rest:sum"],
        )
        for wallet, rest in groups:
            own = wallet.currency_id._convert(rest, company.currency_id, company, today)
            held[wallet.partner_id.id] += as_decimal(own)
        return dict(held)

    def _lock(self):
        """Lock the wallets until the transaction ends; waits for others that hold them.

        What they changed meanwhile makes this transaction begin anew, as Odoo and jobs do.
        """
        if not self:
            return
        self.flush_recordset()
        self.env["cn285.wallet.lot"].flush_model()
        self.env.execute_query(
            SQL("SELECT id FROM cn285_wallet WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids)
        )
        self.invalidate_recordset(["balance"], flush=False)
        self.lot_ids.invalidate_recordset(["rest"], flush=False)

    def _move_rests(self, changes):
        """Change what is left of lots, and the wallets' balances with them.

        The database itself adds and takes away, and refuses what would go below zero.

        :param changes: ``{lot: Decimal}``; below zero takes away
        """
        changes = {lot: amount for lot, amount in changes.items() if amount}
        if not changes:
            return
        ids = [lot.id for lot in changes]
        amounts = [str(amount) for amount in changes.values()]
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE cn285_wallet_lot lot
                      SET rest = round(coalesce(lot.rest, 0) + moved.amount, 6)
                     FROM unnest(%s, %s::numeric[]) AS moved (id, amount)
                    WHERE lot.id = moved.id RETURNING lot.id""",
                ids,
                amounts,
            )
        )
        self.env.execute_query(
            SQL(
                """UPDATE cn285_wallet wallet
                      SET balance = round(coalesce(wallet.balance, 0) + moved.amount, 6)
                     FROM (SELECT lot.wallet_id, sum(moved.amount) AS amount
                             FROM unnest(%s, %s::numeric[]) AS moved (id, amount)
                             JOIN cn285_wallet_lot lot ON lot.id = moved.id
                         GROUP BY lot.wallet_id) AS moved
                    WHERE wallet.id = moved.wallet_id RETURNING wallet.id""",
                ids,
                amounts,
            )
        )
        lots = self.env["cn285.wallet.lot"].browse(ids)
        lots.invalidate_recordset(["rest"], flush=False)
        lots.wallet_id.invalidate_recordset(["balance"], flush=False)
        lots.wallet_id.modified(["balance"])

    def _engine_lots(self):
        """Lots with something left, as the engine has them: ``{wallet: [Lot]}``."""
        lots = self.env["cn285.wallet.lot"].search(
            [("wallet_id", "in", self.ids), ("rest", ">", 0)], order="id"
        )
        return {
            wallet: [lot._engine_lot() for lot in own]
            for wallet, own in lots.grouped("wallet_id").items()
        }

    def _add_lot(self, kind, amount, **values):
        """A new lot; its wallet is locked, and its balance grows.

        :param Decimal amount: above zero
        """
        self.ensure_one()
        self._lock()
        # sudo: history, which the program alone makes; who may do so was asked before.
        lot = (
            self.env["cn285.wallet.lot"]
            .sudo()
            .create({"wallet_id": self.id, "kind": kind, "amount": float(amount), **values})
        )
        self.sudo()._move_rests({lot: amount})
        return lot

    def _tell_of_credit(self):
        """New credit may bring payers below their limit again."""
        # sudo: what follows from credit, whoever gave it.
        cases = self.env["cn285.dunning.case"].sudo()
        for wallet in self.sudo():
            payer, company = wallet.partner_id, wallet.company_id
            open_case = [("partner_id", "=", payer.id), ("company_id", "=", company.id)]
            if cases.search_count([*open_case, ("state", "!=", "closed")], limit=1):
                cases._topped_up(payer, company)

    # === BUTTONS === #

    def grant(self, amount, expiry=None, priority=25, reason=None):
        """Grant credit: it lowers invoices before their VAT, and is no money.

        :param amount: above zero, in the wallet's currency, excluding tax
        :param expiry: the last day on which invoices are served
        :returns: id of the lot
        :raises UserError: for figures that make no sense
        """
        self.ensure_one()
        self._check_manager()
        amount = self._amount_of(amount)
        expiry = fields.Date.to_date(expiry) if expiry else None
        if expiry and expiry < self.company_id._cn285_today():
            raise UserError(
                self.env._(
                    "It would be over since %s: give a day to come.", format_date(self.env, expiry)
                )
            )
        lot = self._add_lot(
            "granted", amount, expiry=expiry or False, priority=priority, name=reason or False
        )
        self._tell_of_credit()
        return lot.id

    def _check_manager(self):
        """:raises AccessError: where the user handles no money"""
        self.check_access("write")
        if not self.active:
            raise UserError(self.env._("%s is archived.", self.display_name))

    def _amount_of(self, amount):
        """An amount above zero in the wallet's currency, rounded as it is.

        :raises UserError: for what is none
        """
        number = isinstance(amount, int | float) and not isinstance(amount, bool)
        rounded = self.currency_id.round(amount) if number and abs(amount) < 10**12 else 0
        if not rounded > 0:
            raise UserError(self.env._("An amount above zero is needed, not %s.", amount))
        return as_decimal(rounded)

    def action_grant(self):
        """Open the dialog of granted credit."""
        return self._dialog("cn285.wallet.grant", self.env._("Grant Credit"))

    def action_topup(self):
        """Open the dialog of a top-up."""
        return self._dialog("cn285.wallet.pay", self.env._("Top Up"))

    def _dialog(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_wallet_id": self.id},
        }
