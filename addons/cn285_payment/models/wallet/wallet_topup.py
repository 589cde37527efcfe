from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.fields import Command


class WalletTopup(models.Model):
    """Money that fills up a wallet: it counts once it is paid, and no more if it is returned."""

    _name = "cn285.wallet.topup"
    _description = "Wallet Top-Up"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

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
    lot_ids = fields.One2many("cn285.wallet.lot", "topup_id", readonly=True)
    is_unknown = fields.Boolean(
        compute="_compute_is_unknown",
        compute_sudo=True,
        help="The provider was called, and nobody knows what became of it.",
    )

    form_key = fields.Char(
        readonly=True, copy=False, help="Of the page that asked for it: one page asks once."
    )

    _name_once = models.Constraint("unique(name)", "This number is taken.")
    _one_by_form = models.UniqueIndex(
        "(wallet_id, form_key) WHERE form_key IS NOT NULL", "This page was sent before."
    )
    _one_by_rule = models.UniqueIndex(
        "(wallet_id) WHERE state = 'pending' AND origin = 'rule'",
        "One top-up by rule waits at a time.",
    )

    @api.model
    def _bounds(self):
        return {}

    @api.depends("state", "transaction_id.state")
    def _compute_is_unknown(self):
        for topup in self:
            waits = topup.state == "pending" and topup.transaction_id
            topup.is_unknown = bool(waits) and topup._is_unknown()

    # === A NEW ONE === #

    @api.model
    def _start(self, wallet, amount, origin, expiry=None, rule=None, day=None, key=None):
        """A top-up that awaits its payment; where VAT is due by it, with its invoice: a draft, that
        :meth:`_issue` posts, or the payment. What a customer begins on his pages is invoiced, so
        that he finds it there.

        :param Decimal amount: above zero
        :param key: of the page that asks for it, which asks once
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
                "form_key": key or False,
            }
        )
        if wallet.type_id.books == "topup":
            topup.move_id = topup._make_invoice()
        if origin == "portal":
            topup._issue(today)
        return topup

    @api.model
    def _unpaid_by_portal(self, wallet):
        """Top-ups that a customer began on his pages, and has not paid; nothing is under way."""
        begun = self.search(
            [
                ("wallet_id", "=", wallet.id),
                ("origin", "=", "portal"),
                "|",
                ("state", "=", "failed"),
                "&",
                ("state", "=", "pending"),
                ("transaction_id", "=", False),
            ],
            order="id desc",
        )
        return begun.filtered(
            lambda one: (
                one.move_id.state == "posted"
                and one.move_id.payment_state == "not_paid"
                and not one.move_id._cn285_being_paid()
                if one.move_id
                else one.state == "pending"
            )
        )

    def _make_invoice(self):
        """The invoice of credit whose VAT is due by it, on the account of advances: a draft.

        VAT on what is paid in advance is due when it is paid (CGI, article 269-2): where means are
        charged, the invoice is posted by the payment, and goes where they refuse.
        """
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
        return move.with_env(self.env)

    def _issue(self, day=None):
        """Post the invoice: it is paid, or to be paid by the customer.

        :param day: its date; None: today
        """
        # sudo: the program's own invoice, of what a checked user or customer asks for.
        for topup in self.sudo():
            move = topup.move_id
            if not move and topup.wallet_id.type_id.books == "topup":
                move = topup._make_invoice()  # it had gone when the means refused
                topup._inside().write({"move_id": move.id})
            if move.state == "draft":
                date = day or topup.company_id._cn285_today()
                move.write({"invoice_date": date, "invoice_date_due": date})
                move._post(soft=False)

    def _fail(self, reason):
        """It is not paid: what stands in the way is kept, and the invoice that was not issued
        goes."""
        self.ensure_one()
        draft = self.move_id.filtered(lambda move: move.state == "draft")
        values = {"state": "failed", "message": reason or False}
        self._inside().write({**values, "move_id": False} if draft else values)
        # sudo: the program's own draft.
        draft.sudo().unlink()

    # === PAID === #

    def _pay_by_hand(self, journal, day=None, memo=None):
        """Register the payment that a clerk has received, and open the lot."""
        self.ensure_one()
        self._issue(day or self.date)
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
        self._issue(payment.date)
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
            self.wallet_id._draw_what_is_open(promised=self.origin != "rule")
        self.wallet_id._tell_of_credit()

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
