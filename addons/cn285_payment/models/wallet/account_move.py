"""What wallets do to documents: draws before and after tax, and what is given back."""

from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.addons.cn285_contract.engine.credit import credit_lines, percent_of_total
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError

from ...engine.wallet import running_share
from .billing_run import LATER

ZERO, ALL = Decimal(0), Decimal(100)


class AccountMove(models.Model):
    _inherit = "account.move"
    # Invoices of the quick writer draw wallets where the run has made them.
    _quick_harmless = ("_post", "_invoice_paid_hook")

    cn285_draw_ids = fields.One2many(
        "cn285.wallet.draw", "move_id", string="Wallet Draws", readonly=True
    )

    # === WHEN === #

    def _post(self, soft=True):
        if not self.env.su:
            # What takes credit out of a wallet credits its invoice as the superuser.
            credited = self.filtered(lambda move: move.move_type == "out_refund")
            credited.reversed_entry_id._cn285_refuse_while_credited()
        posted = super()._post(soft)
        if not self.env.context.get(LATER):
            # sudo: credit of a payer pays his invoices, whoever posts them.
            ours = posted.sudo().filtered(
                lambda move: (
                    move.move_type in ("out_invoice", "out_refund") and move.cn285_contract_ids
                )
            )
            if ours:
                wallets = ours._cn285_own_wallets()
                wallets._lock()
                ours._cn285_settle_wallets(wallets)
            posted._cn285_tell_of_money()
        return posted

    def button_draft(self):
        """What was drawn for a document, or given back by it, is undone; lines stay reserved."""
        self._cn285_refuse_while_credited()
        # sudo: draws follow their document, whoever may reset it.
        draws = self.sudo().cn285_draw_ids.filtered(lambda draw: not draw.undone)
        paying = draws.filtered(lambda draw: not draw.line_id or draw.amount < 0)
        paying.lot_id.wallet_id._lock()
        paying._check_undoable()
        result = super().button_draft()
        paying._undo()
        return result

    def button_cancel(self):
        self._cn285_refuse_while_credited()
        result = super().button_cancel()
        # sudo: as above.
        cancelled = self.sudo().filtered(lambda move: move.state == "cancel")
        draws = cancelled.cn285_draw_ids.filtered(lambda draw: not draw.undone)
        draws.lot_id.wallet_id._lock()
        draws._undo()
        return result

    def _cn285_refuse_while_credited(self):
        """Refuse to undo or credit what booked credit that the customer holds in a wallet.

        :raises UserError: naming the document and the top-up
        """
        # sudo: whether credit hangs on them, whoever asks.
        lots = self.env["cn285.wallet.lot"].sudo().search([("source_move_id", "in", self.ids)])
        for lot in lots.filtered(lambda one: one.topup_id.state == "done"):
            raise UserError(
                self.env._(
                    "%(document)s booked credit that is in the wallet of %(customer)s: say on "
                    "top-up %(topup)s that it was returned, and what is unspent is taken out.",
                    document=lot.source_move_id.display_name,
                    customer=lot.wallet_id.partner_id.display_name,
                    topup=lot.topup_id.name,
                )
            )

    def unlink(self):
        # sudo: what a draft had reserved is free again; nothing was booked of it.
        draws = self.sudo().cn285_draw_ids
        draws.lot_id.wallet_id._lock()
        draws.filtered(lambda draw: not draw.undone)._undo()
        draws.unlink()
        return super().unlink()

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        # sudo: credit that was invoiced is the customer's once it is paid, whoever books that.
        self.env["cn285.wallet.topup"].sudo()._invoices_paid(self)
        return result

    # === WHAT === #

    def _cn285_own_wallets(self):
        """Wallets of those who pay these documents."""
        keys = {move: move._cn285_wallet_key() for move in self}
        found = self.env["cn285.wallet"]._of_payers(keys.values())
        # What was drawn comes back to its wallet, be it archived or another's by now.
        drawn = (self | self.cn285_origin_ids | self.reversed_entry_id).sudo().cn285_draw_ids
        return self.env["cn285.wallet"].sudo().union(*found.values()) | drawn.wallet_id

    def _cn285_wallet_key(self):
        self.ensure_one()
        return self.company_id.id, self.commercial_partner_id.id, self.currency_id.id

    def _cn285_settle_wallets(self, wallets):
        """Draw, or give back, what these new documents say; all of it once.

        :param wallets: those of the payers, locked
        """
        # sudo: follows from the documents, whoever makes them.
        moves = self.sudo()
        lines = moves.invoice_line_ids.filtered("cn285_wallet_lot_id")
        if not wallets and not lines and not moves.cn285_origin_ids.cn285_draw_ids:
            return
        moves._cn285_draw_lines()
        posted = moves.filtered(lambda move: move.state == "posted")
        posted._cn285_give_back_lines()
        posted.filtered(lambda move: move.move_type == "out_refund")._cn285_give_back_paid()
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        # What was paid for them before pays them first; wallets pay what is left.
        (invoices - invoices._cn285_held_by_prepayment(invoices))._cn285_draw_paid(wallets)

    def _cn285_draw_lines(self):
        """Take from lots what lines of invoices were lowered by; drafts reserve it.

        :raises UserError: where somebody edited a draft so that more would be drawn than is left
        """
        changes, creates = defaultdict(Decimal), []
        for move in self.filtered(lambda move: move.move_type == "out_invoice"):
            lines = move.invoice_line_ids.filtered(
                lambda line: line.cn285_wallet_lot_id and line.cn285_lowered_line_id
            )
            for line in lines:
                lot = line.cn285_wallet_lot_id
                drawn = line.cn285_wallet_draw_ids.filtered(
                    lambda draw: not draw.undone and draw.amount > 0
                )
                before = sum((as_decimal(draw.amount) for draw in drawn), ZERO)
                amount = -as_decimal(move.currency_id.round(line.price_subtotal))
                if amount == before:
                    continue
                if drawn:
                    changes[lot] += before
                    drawn._inside().write({"undone": True})
                if amount > as_decimal(lot.rest) + changes[lot]:
                    raise UserError(
                        self.env._(
                            "%(invoice)s draws %(amount)s of “%(lot)s”, which has %(rest)s left.",
                            invoice=move.display_name,
                            amount=move.currency_id.format(float(amount)),
                            lot=lot.display_name,
                            rest=move.currency_id.format(lot.rest),
                        )
                    )
                if amount <= 0:
                    continue
                changes[lot] -= amount
                creates.append(
                    {
                        "lot_id": lot.id,
                        "move_id": move.id,
                        "line_id": line.id,
                        "entry_id": move.id,
                        "date": move.invoice_date or move.date,
                        "amount": float(amount),
                        "parts": {str(line.cn285_lowered_line_id.id): str(amount)},
                    }
                )
        self.env["cn285.wallet"]._move_rests(changes)
        self.env["cn285.wallet.draw"].sudo().create(creates)
        self.filtered(lambda move: move.state == "posted")._cn285_match_advances()

    def _cn285_match_advances(self):
        """Reconcile what invoices take from advances with the top-ups that they take it from."""
        lines = self.invoice_line_ids.filtered(
            lambda line: (
                line.cn285_wallet_lot_id.kind == "paid"
                and line.cn285_lowered_line_id
                and not line.reconciled
                and line.account_id.reconcile
            )
        )
        lines._cn285_match_lots()

    def _cn285_give_back_lines(self):
        """What documents credit of lines that were lowered goes back to its lot, once."""
        changes, creates = defaultdict(Decimal), []
        for move in self:
            sign = 1 if move.move_type == "out_refund" else -1
            for line in move.invoice_line_ids:
                origin = line.cn285_credited_line_id
                lot = origin.cn285_wallet_lot_id
                if not lot or not origin.cn285_lowered_line_id:
                    continue
                done = line.cn285_wallet_draw_ids.filtered(lambda draw: not draw.undone)
                amount = -sign * as_decimal(move.currency_id.round(line.price_subtotal))
                draw = origin.cn285_wallet_draw_ids.filtered(
                    lambda draw: not draw.undone and draw.amount > 0
                )[:1]
                if done or not draw or amount <= 0:
                    continue
                amount = min(amount, as_decimal(draw.amount) - as_decimal(draw.given_back))
                changes[lot] += amount
                draw._inside().write({"given_back": float(as_decimal(draw.given_back) + amount)})
                creates.append(
                    {
                        "lot_id": lot.id,
                        "move_id": move.id,
                        "line_id": line.id,
                        "entry_id": move.id,
                        "date": move.invoice_date or move.date,
                        "amount": float(-amount),
                        "reverses_id": draw.id,
                    }
                )
                if lot.kind == "paid":
                    line.sudo().cn285_wallet_lot_id = lot
        self.env["cn285.wallet"]._move_rests(changes)
        self.env["cn285.wallet.draw"].sudo().create(creates)
        for lot in changes:
            lot._take_out_unpaid(lot.company_id._cn285_today())

    # === CREDIT NOTES OF USERS === #

    def _cn285_plan_credit(self, percent=None, lines=None, rows=None):
        """Lines that are credited take their share of the wallet's lines with them."""
        lowering = self.invoice_line_ids.filtered("cn285_lowered_line_id")
        if not lowering:
            return super()._cn285_plan_credit(percent, lines, rows)
        if lines is not None or rows is not None:
            credits, row_shares = super()._cn285_plan_credit(percent, lines, rows)
            return self._cn285_with_wallet_lines(credits), row_shares
        # Of what was charged: what lowered it goes along, and may come to as much.
        percent = ALL if percent is None else self._cn285_percent(percent)
        unit = as_decimal(self.currency_id.rounding)
        charged = [line for line in self._cn285_left_of_lines() if line.key not in lowering.ids]
        credits = credit_lines(charged, percent_of_total(charged, percent, unit), unit)
        if not credits:
            raise UserError(
                self.env._("Nothing is left to credit on invoice %s.", self.display_name)
            )
        return self._cn285_with_wallet_lines(credits), {}

    def _cn285_with_wallet_lines(self, credits):
        creditable = {line.key: line for line in self._cn285_left_of_lines()}
        unit = as_decimal(self.currency_id.rounding)
        firsts = {line.id: line._cn285_of_row() for line in self.invoice_line_ids}
        taken = defaultdict(Decimal)
        for credit in credits:
            taken[firsts[credit.key]] += credit.base
        chosen = {credit.key for credit in credits}
        wishes = {}
        for line in self.invoice_line_ids.filtered("cn285_lowered_line_id"):
            first = line.cn285_lowered_line_id
            if line.id in chosen or not taken[first]:
                continue
            members = [creditable[key] for key, one in firsts.items() if one == first]
            charged = sum((one.base for one in members), ZERO)
            upto = sum((one.credited for one in members), ZERO) + taken[first]
            rebate = creditable[line.id]
            wishes[line.id] = running_share(rebate.base, charged, upto, rebate.credited, unit)
        more = credit_lines([creditable[key] for key in wishes], wishes, unit)
        return [*credits, *more]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Plain data, so that invoices are still written set-based.
    cn285_wallet_lot_id = fields.Many2one(
        "cn285.wallet.lot",
        string="Wallet Lot",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    cn285_wallet_back_id = fields.Many2one(
        "account.move.line",
        string="Taken Back Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    cn285_wallet_draw_ids = fields.One2many(
        "cn285.wallet.draw", "line_id", string="Draws", readonly=True
    )

    def unlink(self):
        """A wallet's line that is deleted from a draft leaves its credit to others.

        And with the line that it lowers, it goes.
        """
        # sudo: draws follow their lines.
        lines = self | self.cn285_lowering_line_ids
        draws = lines.sudo().cn285_wallet_draw_ids
        if draws:
            draws.lot_id.wallet_id._lock()
            draws.filtered(lambda draw: not draw.undone)._undo()
            draws.unlink()
        return super(AccountMoveLine, lines).unlink()
