"""Paid credit is a means of payment: invoices draw it once they are posted."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine.wallet import Portion, give_back, plan_draws

ZERO = Decimal(0)


class AccountMove(models.Model):
    _inherit = "account.move"

    # === DRAWS === #

    def _cn285_draw_paid(self, wallets, day=None):
        """Pay invoices from what payers hold: an entry each, reconciled with the invoice.

        :param wallets: those of the payers, locked
        :param day: of the entries; None: each invoice's own
        """
        by_key = defaultdict(wallets.browse)
        for wallet in wallets.filtered(lambda one: one.active and one.type_id.books == "use"):
            by_key[wallet.company_id.id, wallet.partner_id.id, wallet.currency_id.id] |= wallet
        held, rests, plans = wallets._engine_lots(), {}, {}
        order = sorted(self, key=lambda move: (move.invoice_date_due or move.date, move.id))
        for move in order:
            key = move._cn285_wallet_key()
            if key not in by_key or move.currency_id.compare_amounts(move.amount_residual, 0) <= 0:
                continue
            if key not in rests:
                lots = [lot for wallet in by_key[key] for lot in held.get(wallet, ())]
                rests[key] = {lot.key: lot for lot in lots if not lot.before_tax}
            unit = as_decimal(move.currency_id.rounding)
            most = as_decimal(move.currency_id.round(move.amount_residual))
            draws = plan_draws(
                rests[key].values(), move._cn285_wallet_portions(), move.invoice_date, unit, most
            )
            for draw in draws:
                lot = rests[key][draw.lot]
                rests[key][draw.lot] = replace(lot, rest=lot.rest - draw.amount)
            if draws:
                plans[move] = draws
        if plans:
            self._cn285_book_draws(plans, day)

    def _cn285_wallet_portions(self):
        """What each line of a posted invoice charges with tax, less what wallets paid of it."""
        self.ensure_one()
        drawn = defaultdict(Decimal)
        for draw in self.cn285_draw_ids.filtered(lambda one: not one.undone and not one.line_id):
            for line_id, part in (draw.parts or {}).items():
                drawn[int(line_id)] += Decimal(part)
        totals = defaultdict(Decimal)
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            totals[line.cn285_lowered_line_id or line] += as_decimal(
                self.currency_id.round(line.price_total)
            )
        # Taxes are rounded over the invoice: a cent beside the lines belongs to the largest one.
        beside = as_decimal(self.currency_id.round(self.amount_total)) - sum(totals.values(), ZERO)
        if beside and totals:
            totals[max(totals, key=lambda line: (totals[line], -line.id))] += beside
        portions = []
        for line, total in totals.items():
            kinds = line._cn285_of_row().cn285_schedule_ids.mapped("kind")
            path = line.product_id.categ_id.parent_path or ""
            open_amount = max(total - drawn[line.id], ZERO)
            portions.append(
                Portion(
                    key=line.id,
                    amount=open_amount,
                    with_tax=open_amount,
                    usage=any(kind.startswith("usage") for kind in kinds),
                    categories=frozenset(int(part) for part in path.split("/") if part),
                )
            )
        return portions

    @api.model
    def _cn285_book_draws(self, plans, day=None):
        """Entries of draws: D 4191 for each lot, C 411 for the invoice, reconciled with both.

        :param plans: ``{invoice: [draws of the engine]}``
        """
        lots = self.env["cn285.wallet.lot"].sudo()
        entries = self.env["account.move"].sudo()
        vals_list = [
            self._cn285_draw_entry(
                move, [(lots.browse(draw.lot), draw.amount) for draw in draws], 1, day
            )
            for move, draws in plans.items()
        ]
        made = entries.create(vals_list)
        changes, creates, matches = defaultdict(Decimal), [], []
        for entry, (move, draws) in zip(made, plans.items(), strict=True):
            for draw in draws:
                changes[lots.browse(draw.lot)] -= draw.amount
                creates.append(
                    {
                        "lot_id": draw.lot,
                        "move_id": move.id,
                        "entry_id": entry.id,
                        "date": entry.date,
                        "amount": float(draw.amount),
                        "parts": {str(key): str(part) for key, part in draw.parts.items()},
                    }
                )
            matches.append((entry, move))
        self.env["cn285.wallet"]._move_rests(changes)
        self.env["cn285.wallet.draw"].sudo().create(creates)
        made._post(soft=False)
        self._cn285_match_entries(matches)

    @api.model
    def _cn285_match_entries(self, matches):
        """Reconcile entries of draws with their invoices, and with the lots' advances."""
        lines, plan = self.env["account.move.line"].sudo(), []
        for entry, move in matches:
            own = entry.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            theirs = move.line_ids.filtered(
                lambda line, own=own: line.account_id in own.account_id and not line.reconciled
            )
            plan.append(own | theirs)
        lines._reconcile_plan(plan)
        entries = self.env["account.move"].sudo().union(*(entry for entry, _move in matches))
        drawn = entries.line_ids.filtered(
            lambda line: line.cn285_wallet_lot_id and line.balance > 0
        )
        drawn._cn285_match_lots()

    @api.model
    def _cn285_draw_entry(self, move, amounts, sign, day=None):
        """Values of the entry by which lots pay a document, or (sign -1) get it back.

        :param amounts: list of (lot, Decimal above zero)
        """
        kind = amounts[0][0].wallet_id.type_id
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )[:1]
        day = self._cn285_draw_day(move, kind, amounts, day)
        texts = move.with_context(lang=move.partner_id.lang or self.env.lang).env
        label = (
            texts._("Credit drawn for %s", move.name)
            if sign > 0
            else texts._("Credit given back for %s", move.name)
        )
        company = move.company_id
        lines, total, own_total = [], ZERO, 0.0
        for lot, amount in amounts:
            own = move.currency_id._convert(float(amount), company.currency_id, company, day)
            total += amount
            own_total += own
            lines.append(
                {
                    "name": label,
                    "account_id": lot.wallet_id.type_id.advance_account_id.id,
                    "partner_id": move.commercial_partner_id.id,
                    "currency_id": move.currency_id.id,
                    "amount_currency": float(sign * amount),
                    "balance": sign * own,
                    "cn285_wallet_lot_id": lot.id,
                }
            )
        lines.append(
            {
                "name": label,
                "account_id": receivable.account_id.id,
                "partner_id": receivable.partner_id.id,
                "currency_id": move.currency_id.id,
                "amount_currency": float(-sign * total),
                "balance": -sign * own_total,
            }
        )
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": kind.journal_id.id,
            "date": day,
            "ref": label,
            "line_ids": [Command.create(line) for line in lines],
        }

    @api.model
    def _cn285_draw_day(self, move, kind, amounts, day):
        """The day of an entry: the document's, but not before its credit, and in an open month."""
        booked = [lot.source_move_id.date for lot, _amount in amounts if lot.source_move_id]
        day = max([day or move.date, move.date, *booked])
        locks = move.company_id._get_violated_lock_dates(day, False, kind.journal_id)
        return max(day, move.company_id._cn285_today()) if locks else day

    # === GIVING BACK === #

    def _cn285_give_back_paid(self):
        """What a credit note leaves open of invoices that wallets paid goes back to their lots."""
        plans = {}
        for refund in self:
            owed = as_decimal(refund.currency_id.round(abs(refund.amount_residual)))
            origins = refund.cn285_origin_ids | refund.reversed_entry_id
            draws = origins.cn285_draw_ids.filtered(
                lambda draw: not draw.undone and not draw.line_id and draw.amount > 0
            ).sorted("id")
            draws = draws.filtered(
                lambda draw, refund=refund: draw.currency_id == refund.currency_id
            )
            if not owed or not draws:
                continue
            rests = [
                (draw, as_decimal(draw.amount) - as_decimal(draw.given_back)) for draw in draws
            ]
            parts = give_back(rests, owed)
            if parts:
                draws.lot_id.wallet_id._lock()
                plans[refund] = parts
        for refund, parts in plans.items():
            refund._cn285_book_back(parts)

    def _cn285_book_back(self, parts):
        """The entry D 411 / C 4191 of what is given back, reconciled with the credit note.

        :param parts: ``{draw: Decimal}``
        """
        amounts = defaultdict(Decimal)
        for draw, part in parts.items():
            amounts[draw.lot_id] += part
        values = self._cn285_draw_entry(self, list(amounts.items()), -1)
        entry = self.env["account.move"].sudo().create(values)
        for draw, part in parts.items():
            draw._inside().write({"given_back": float(as_decimal(draw.given_back) + part)})
        self.env["cn285.wallet.draw"].sudo().create(
            [
                {
                    "lot_id": draw.lot_id.id,
                    "move_id": self.id,
                    "entry_id": entry.id,
                    "date": entry.date,
                    "amount": float(-part),
                    "reverses_id": draw.id,
                }
                for draw, part in parts.items()
            ]
        )
        self.env["cn285.wallet"]._move_rests(amounts)
        entry._post(soft=False)
        self._cn285_match_entries([(entry, self)])
        draws = self.env["cn285.wallet.draw"].union(*parts)
        draws.lot_id._take_out_unpaid(entry.date)


class WalletDraw(models.Model):
    _inherit = "cn285.wallet.draw"

    def _check_undoable(self):
        """Refuse to undo what was given back, and has been spent since.

        :raises UserError: naming the lot
        """
        needed = defaultdict(Decimal)
        for draw in self.filtered(lambda draw: draw.amount < 0):
            needed[draw.lot_id] -= as_decimal(draw.amount)
        for lot, amount in needed.items():
            if amount > as_decimal(lot.rest):
                raise UserError(
                    self.env._(
                        "%(document)s gave back %(amount)s to “%(lot)s”, of which only %(rest)s is "
                        "left: it was spent on other invoices.",
                        document=self.filtered(lambda one: one.lot_id == lot).move_id[:1].name,  # noqa: B023
                        amount=lot.currency_id.format(float(amount)),
                        lot=lot.display_name,
                        rest=lot.currency_id.format(lot.rest),
                    )
                )

    def _undo(self):
        """Undo draws and what was given back: their entries are reversed, their lots as before."""
        if not self:
            return
        self._check_undoable()
        changes = defaultdict(Decimal)
        for draw in self:
            changes[draw.lot_id] += as_decimal(draw.amount)
            if draw.reverses_id:
                back = as_decimal(draw.reverses_id.given_back) + as_decimal(draw.amount)
                draw.reverses_id._inside().write({"given_back": float(max(back, ZERO))})
        entries = self.entry_id.filtered(
            lambda entry: entry.move_type == "entry" and entry.state == "posted"
        )
        for entry in entries:
            entry.line_ids.remove_move_reconcile()
            day = self._reversal_day(entry)
            entry._reverse_moves([{"date": day, "ref": entry.ref}], cancel=True)
        self._inside().write({"undone": True})
        self.env["cn285.wallet"]._move_rests(changes)
        for company, own in self.grouped("company_id").items():
            own.lot_id._take_out_unpaid(company._cn285_today())

    @api.model
    def _reversal_day(self, entry):
        locks = entry.company_id._get_violated_lock_dates(entry.date, False, entry.journal_id)
        return entry.company_id._cn285_today() if locks else entry.date


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _cn285_match_lots(self):
        """Reconcile what was taken of lots with what they were booked by."""
        advances = self.cn285_wallet_lot_id._advance_lines()
        lines, plan = self.env["account.move.line"].sudo(), []
        for (lot, account), own in self.grouped(
            lambda line: (line.cn285_wallet_lot_id, line.account_id)
        ).items():
            theirs = advances.filtered(
                lambda one, lot=lot, account=account: (
                    one.cn285_wallet_lot_id == lot and one.account_id == account
                )
            )
            if theirs and account.reconcile:
                plan.append(theirs | own)
        if plan:
            lines._reconcile_plan(plan)
