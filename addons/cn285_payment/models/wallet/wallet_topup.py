from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

ZERO = Decimal(0)


class WalletTopup(models.Model):
    """Money that fills up a wallet: it counts once it is paid, and no more if it is returned."""

    _name = "cn285.wallet.topup"
    _description = "Wallet Top-Up"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _portal_fields = frozenset(
        {"name", "wallet_id", "amount", "state", "date", "currency_id", "move_id"}
    )

    name = fields.Char(required=True, readonly=True)
    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="wallet_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="wallet_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="wallet_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(
        string="Credit", readonly=True, help="Excluding VAT where that is due at the top-up."
    )
    date = fields.Date(required=True, readonly=True)
    expiry = fields.Date(string="Last Day", readonly=True)
    origin = fields.Selection(
        [
            ("clerk", "By Hand"),
            ("rule", "By Rule"),
            ("portal", "By the Customer"),
            ("opening", "Taken Over"),
        ],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "cn285.wallet.topup.rule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    state = fields.Selection(
        [
            ("pending", "Awaits Payment"),
            ("done", "Paid"),
            ("failed", "Not Paid"),
            ("returned", "Returned"),
        ],
        required=True,
        readonly=True,
        default="pending",
        index=True,
    )
    message = fields.Char(string="Answer", readonly=True)
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    transaction_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Where VAT is due at the top-up.",
    )
    lot_ids = fields.One2many("cn285.wallet.lot", "topup_id", string="Lot", readonly=True)

    _name_once = models.Constraint("unique(name)", "This number is taken.")
    _one_by_rule = models.UniqueIndex(
        "(wallet_id) WHERE state = 'pending' AND origin = 'rule'",
        "One top-up by rule waits at a time.",
    )

    @api.model
    def _bounds(self):
        return {}

    # === A NEW ONE === #

    @api.model
    def _start(self, wallet, amount, origin, expiry=None, rule=None, day=None):
        """A top-up that awaits its payment; where VAT is due by it, with its invoice.

        :param Decimal amount: above zero
        """
        company = wallet.company_id
        today = day or company._cn285_today()
        months = wallet.type_id.valid_months
        if not expiry and months:
            expiry = today + relativedelta(months=months, days=-1)
        # sudo: the program's own record, of what a checked user or rule asks for.
        topup = self.sudo().create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code("cn285.wallet.topup"),
                "wallet_id": wallet.id,
                "amount": float(amount),
                "date": today,
                "expiry": expiry or False,
                "origin": origin,
                "rule_id": rule.id if rule else False,
            }
        )
        if wallet.type_id.books == "topup":
            topup.move_id = topup._make_invoice()
        return topup

    def _make_invoice(self):
        """The invoice of credit whose VAT is due now: on the account of advances."""
        self.ensure_one()
        wallet, kind = self.wallet_id, self.wallet_id.type_id
        company = self.company_id
        partner = wallet.partner_id
        env = self.with_company(company).with_context(lang=partner.lang or self.env.lang).env
        position = env["account.fiscal.position"]._get_fiscal_position(partner)
        taxes = position.map_tax(kind.tax_ids)
        included = taxes.compute_all(
            self.amount, currency=self.currency_id, handle_price_include=False, partner=partner
        )
        inside = sum(
            one["amount"] for one in included["taxes"] if taxes.browse(one["id"]).price_include
        )
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": position.id or False,
                "invoice_date": self.date,
                "invoice_date_due": self.date,
                "invoice_payment_term_id": False,
                "invoice_origin": self.name,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": env._("%s: credit paid in advance", kind.name),
                            "account_id": kind.advance_account_id.id,
                            "quantity": 1.0,
                            "price_unit": self.amount + inside,
                            "tax_ids": [Command.set(taxes.ids)],
                            "analytic_distribution": False,
                        }
                    )
                ],
            }
        )
        move._post(soft=False)
        return move.with_env(self.env)

    # === PAID === #

    def _pay_by_hand(self, journal, day=None, memo=None):
        """Register the payment that a clerk has received, and open the lot."""
        self.ensure_one()
        total = self.move_id.amount_total if self.move_id else self.amount
        payment = (
            self.env["account.payment"]
            .with_company(self.company_id)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.wallet_id.partner_id.id,
                    "amount": total,
                    "currency_id": self.currency_id.id,
                    "journal_id": journal.id,
                    "date": day or self.date,
                    "memo": memo or self.name,
                }
            )
        )
        payment.action_post()
        self._settle(payment)

    def _settle(self, payment):
        """Open the lot of a top-up that this payment pays; once."""
        self.ensure_one()
        self.wallet_id._lock()
        if self.state != "pending" or self.lot_ids:
            return
        self._inside().write({"payment_id": payment.id})
        if self.move_id:
            lines = (payment.move_id.line_ids | self.move_id.line_ids).filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable" and not line.reconciled
                )
            )
            if len(lines.move_id) == 2:
                lines.reconcile()
            if self.state == "pending" and not payment.move_id:
                self._open_invoiced_lot()
            return
        self._open_advance_lot(payment)

    def _open_advance_lot(self, payment):
        """VAT when it is used: D 411 / C 4191, reconciled with the payment; then the lot counts."""
        # sudo: what the payment is for, whoever registers it.
        topup = self.sudo()
        paid = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        day = payment.date
        locks = topup.company_id._get_violated_lock_dates(
            day, False, topup.wallet_id.type_id.journal_id
        )
        if locks:
            day = max(day, topup.company_id._cn285_today())
        entry = self.env["account.move"].sudo().create(topup._advance_entry(payment, day))
        entry._post(soft=False)
        if paid:
            own = entry.line_ids.filtered(lambda line: line.account_id == paid.account_id)
            (own | paid).filtered(lambda line: not line.reconciled).reconcile()
        topup._open_lot(as_decimal(payment.amount), entry)

    def _advance_entry(self, payment, day):
        kind, company = self.wallet_id.type_id, self.company_id
        receivable = (
            payment.destination_account_id
            or self.wallet_id.with_company(company).partner_id.property_account_receivable_id
        )
        own = self.currency_id._convert(payment.amount, company.currency_id, company, day)
        partner = self.wallet_id.partner_id
        label = self.with_context(lang=partner.lang or self.env.lang).env._("Top-up %s", self.name)
        shared = {
            "name": label,
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
        }
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": kind.journal_id.id,
            "date": day,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        **shared,
                        "account_id": receivable.id,
                        "amount_currency": payment.amount,
                        "balance": own,
                    }
                ),
                Command.create(
                    {
                        **shared,
                        "account_id": kind.advance_account_id.id,
                        "amount_currency": -payment.amount,
                        "balance": -own,
                    }
                ),
            ],
        }

    def _open_invoiced_lot(self):
        """VAT at the top-up: its invoice is paid, the lot counts."""
        # sudo: what the invoice is for, whoever books its payment.
        topup = self.sudo()
        line = topup.move_id.invoice_line_ids.filtered(
            lambda one: one.account_id == topup.wallet_id.type_id.advance_account_id
        )
        topup._open_lot(as_decimal(line.price_subtotal), topup.move_id, line.tax_ids)

    def _open_lot(self, amount, source, taxes=None):
        self.ensure_one()
        lot = self.wallet_id._add_lot(
            "paid",
            amount,
            expiry=self.expiry,
            name=self.name,
            topup_id=self.id,
            source_move_id=source.id,
            tax_ids=[Command.set(taxes.ids)] if taxes else False,
        )
        lines = source.line_ids.filtered(
            lambda line: line.account_id == self.wallet_id.type_id.advance_account_id
        )
        lines.sudo().write({"cn285_wallet_lot_id": lot.id})
        self._inside().write({"state": "done", "message": False})
        if self.wallet_id.type_id.draws_open:
            self.wallet_id._draw_what_is_open()

    @api.model
    def _invoices_paid(self, moves):
        """Open the lots of top-ups whose invoices are paid now."""
        waiting = self.search(
            [("move_id", "in", moves.ids), ("state", "in", ("pending", "failed"))]
        )
        for topup in waiting:
            if topup.move_id.payment_state in ("paid", "in_payment"):
                topup.wallet_id._lock()
                if not topup.lot_ids:
                    topup._open_invoiced_lot()

    # === RETURNED === #

    def action_returned(self):
        """A clerk says that the bank took the money back."""
        for topup in self:
            if not self.env.su and not self.env.user.has_group(
                "cn285_contract.group_billing_manager"
            ):
                raise UserError(self.env._("Only a billing manager books a returned top-up."))
            topup._returned()

    def _returned(self, day=None):
        """The money was taken back: what is unspent of the lot goes, what was spent is owed again.

        Books the return of the payment too (D 411 / C of the outstanding account), unless that was
        done already.

        :raises UserError: where the top-up is not paid
        """
        self.ensure_one()
        # sudo: the books follow from what the bank says; who may say so was asked before.
        topup = self.sudo()
        topup.wallet_id._lock()
        if topup.state != "done":
            raise UserError(self.env._("%s is not paid: nothing can be returned.", topup.name))
        day = day or topup.company_id._cn285_today()
        lot = topup.lot_ids
        unspent = as_decimal(lot.rest)
        topup._book_return(day)
        if unspent:
            if topup.move_id:
                topup._credit_unspent(lot, unspent, day)
            else:
                topup._take_back_unspent(lot, unspent, day)
            lot._inside().write({"taken_back": float(unspent)})
            self.env["cn285.wallet"]._move_rests({lot: -unspent})
        topup._inside().write({"state": "returned"})
        topup.wallet_id.message_post(
            body=self.env._(
                "Top-up %(topup)s was returned on %(day)s: %(unspent)s taken back, %(spent)s of it "
                "had been spent and is owed again.",
                topup=topup.name,
                day=format_date(self.env, day),
                unspent=topup.currency_id.format(float(unspent)),
                spent=topup.currency_id.format(float(as_decimal(lot.amount) - unspent)),
            )
        )

    def _book_return(self, day):
        """D 411 / C of the account on which the payment arrived; the payment stays as history."""
        payment = self.payment_id
        entry = payment.move_id
        if not entry:
            return
        receivable = entry.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        counter = entry.line_ids - receivable
        own = receivable.filtered("matched_debit_ids") or receivable
        own.remove_move_reconcile()
        vals = {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": payment.journal_id.id,
            "date": day,
            "ref": self.env._("Return of %s", self.name),
            "line_ids": [
                Command.create(
                    {
                        "name": self.env._("Return of %s", self.name),
                        "account_id": line.account_id.id,
                        "partner_id": line.partner_id.id,
                        "currency_id": line.currency_id.id,
                        "amount_currency": -line.amount_currency,
                        "balance": -line.balance,
                    }
                )
                for line in (receivable | counter)
            ],
        }
        back = self.env["account.move"].create(vals)
        back._post(soft=False)
        theirs = back.line_ids.filtered(lambda line: line.account_id == receivable.account_id)
        (receivable | theirs).reconcile()

    def _take_back_unspent(self, lot, unspent, day):
        """D 4191 / C 411 of what is left, against the entry of the advance, which is open again."""
        source = lot.source_move_id
        advance = source.line_ids.filtered("cn285_wallet_lot_id")
        receivable = source.line_ids - advance
        own = self.currency_id._convert(
            float(unspent), self.company_id.currency_id, self.company_id, source.date
        )
        label = self.env._("Unspent credit of %s taken back", self.name)
        lines = [
            Command.create(
                {
                    "name": label,
                    "account_id": account.id,
                    "partner_id": self.wallet_id.partner_id.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": sign * float(unspent),
                    "balance": sign * own,
                    "cn285_wallet_lot_id": lot.id if sign > 0 else False,
                }
            )
            for account, sign in ((advance.account_id, 1), (receivable.account_id, -1))
        ]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": self.wallet_id.type_id.journal_id.id,
                "date": day,
                "ref": label,
                "line_ids": lines,
            }
        )
        entry._post(soft=False)
        for line in entry.line_ids:
            theirs = (
                lot._advance_lines()
                if line.cn285_wallet_lot_id
                else receivable.filtered(lambda one: not one.reconciled)
            )
            if theirs:
                (theirs | line).reconcile()

    def _credit_unspent(self, lot, unspent, day):
        """A credit note of what is left of the credit, with its VAT, settled with the invoice."""
        origin = self.move_id.invoice_line_ids.filtered("cn285_wallet_lot_id")
        share = float(unspent) / origin.price_subtotal
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": self.company_id.id,
                "reversed_entry_id": self.move_id.id,
                "partner_id": self.move_id.partner_id.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self.move_id.fiscal_position_id.id,
                "invoice_date": day,
                "invoice_payment_term_id": False,
                "ref": self.env._("Unspent credit of %s taken back", self.name),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": origin.name,
                            "account_id": origin.account_id.id,
                            "quantity": 1.0,
                            "price_unit": self.currency_id.round(origin.price_unit * share),
                            "tax_ids": [Command.set(origin.tax_ids.ids)],
                            "analytic_distribution": False,
                        }
                    )
                ],
            }
        )
        refund._post(soft=False)
        pairs = defaultdict(self.env["account.move.line"].browse)
        for line in (refund | self.move_id).line_ids:
            if line.account_id.account_type == "asset_receivable" and not line.reconciled:
                pairs[line.account_id] |= line
        for lines in pairs.values():
            if len(lines.move_id) > 1:
                lines.reconcile()
        taken = refund.invoice_line_ids
        advances = lot._advance_lines()
        if taken.account_id.reconcile and advances:
            (advances | taken).reconcile()


class Wallet(models.Model):
    _inherit = "cn285.wallet"

    def topup(self, amount, journal_id=None, token_id=None, expiry=None, date=None, memo=None):
        """Top up: by a payment that was received in a journal, or by charging a token.

        With neither, the top-up awaits its payment; where VAT is due, its invoice can be paid.

        :param amount: the credit; excluding VAT where that is due at the top-up
        :returns: id of the top-up
        :raises UserError: for amounts out of the wallet type's bounds
        """
        self.ensure_one()
        self._check_manager()
        amount = self._amount_of(amount)
        self._check_topup(amount)
        if journal_id and token_id:
            raise UserError(self.env._("A journal or a means of payment: one of them."))
        expiry = fields.Date.to_date(expiry) if expiry else None
        day = fields.Date.to_date(date) if date else None
        topup = self.env["cn285.wallet.topup"]._start(self, amount, "clerk", expiry, day=day)
        if journal_id:
            journal = self.env["account.journal"].browse(journal_id)
            journal.check_access("read")
            if journal.company_id != self.company_id or journal.type not in (
                "bank",
                "cash",
                "credit",
            ):
                raise UserError(
                    self.env._("Name a bank or cash journal of %s.", self.company_id.name)
                )
            # sudo: whoever handles a wallet's money books it, as the dialog says.
            topup.sudo()._pay_by_hand(journal.sudo(), day, memo)
        elif token_id:
            topup._charge(self._own_token(token_id))
        return topup.id

    def _check_topup(self, amount):
        """:raises UserError: where the amount is not between the type's least and most"""
        # sudo: the bounds, told to customers too.
        kind = self.sudo().type_id
        if amount < as_decimal(kind.least) or (kind.most and amount > as_decimal(kind.most)):
            raise UserError(
                self.env._(
                    "Top up at least %(least)s%(most)s.",
                    least=self.currency_id.format(kind.least),
                    most=self.env._(", at most %s", self.currency_id.format(kind.most))
                    if kind.most
                    else "",
                )
            )

    def _draw_what_is_open(self):
        """Pay open invoices of contracts from the wallet, those that are due first."""
        for wallet in self:
            # sudo: credit of a payer pays his invoices, whoever tops up.
            moves = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", wallet.company_id.id),
                        ("commercial_partner_id", "=", wallet.partner_id.id),
                        ("currency_id", "=", wallet.currency_id.id),
                        ("move_type", "=", "out_invoice"),
                        ("state", "=", "posted"),
                        ("payment_state", "in", ("not_paid", "partial")),
                        ("cn285_contract_ids", "!=", False),
                    ],
                    order="invoice_date_due, id",
                )
            )
            moves = moves._cn285_drawable()
            moves._cn285_draw_open(wallet.company_id._cn285_today())


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_drawable(self):
        """Those that nothing else pays right now."""
        if hasattr(self, "_cn285_collectable"):
            return self._cn285_collectable()
        return self
