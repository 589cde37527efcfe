"""Which invoices a document of a run credits: named on it, and settled with it."""

from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal

from markupsafe import Markup
from odoo import fields, models
from odoo.tools import SQL, format_date, mute_logger

from ...engine.credit import share_credit
from ..bulk import CONCURRENCY_ERRORS
from ..common import as_decimal
from ..isolation import reason_of

ZERO = Decimal(0)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _taken_back(self):
        """What these rows take back of which invoices, in terms of the price. Hook.

        :returns: ``{row: {invoice: Decimal above zero}}``; rows that charge are absent
        """
        return {
            row: {row.credited_id.move_id: -as_decimal(row.net)}
            for row in self
            if row.kind == "credit" and row.net < 0 and row.credited_id.move_id
        }


class AccountMove(models.Model):
    """Documents that credit invoices name them, with their dates, and are reconciled with them.

    Source: Code général des impôts, article 289, I, 5: a document that changes an invoice refers to
    it. In electronic invoices these are BT-25 (number) and BT-26 (date).
    """

    _inherit = "account.move"

    cn285_origin_ids = fields.Many2many(
        "account.move",
        "cn285_move_origin_rel",
        "move_id",
        "origin_id",
        string="Credited Invoices",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The invoices of which this document takes something back.",
    )
    cn285_credited_by_ids = fields.Many2many(
        "account.move",
        "cn285_move_origin_rel",
        "origin_id",
        "move_id",
        string="Credited By",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    # === WHICH THEY ARE === #

    def _cn285_origin_credits(self):
        """What each document credits of each invoice, with tax: ``{move: {invoice: Decimal}}``.

        The invoices are in the order of their dates.
        """
        # sudo: what the schedule says of a document follows from it, whoever may not see contracts.
        moves = self.sudo().with_prefetch()
        taken = moves.cn285_schedule_ids._taken_back()
        result = {}
        if not taken:
            return result
        for move in moves:
            credits = defaultdict(Decimal)
            for line, rows in move.cn285_schedule_ids.grouped("move_line_id").items():
                factor = move._cn285_with_tax(line, rows)
                for row in rows:
                    for origin, net in taken.get(row, {}).items():
                        if origin != move:
                            credits[origin] += net * factor
            if credits:
                order = sorted(credits, key=lambda one: (one.invoice_date or one.date, one.id))
                result[move] = {origin: credits[origin] for origin in order}
        return result

    def _cn285_with_tax(self, line, rows):
        """By what rows' net prices are multiplied to be what their lines come to with tax."""
        lines = self.invoice_line_ids.filtered(lambda one: one._cn285_of_row() == line)
        sign = -1 if self.move_type == "out_refund" else 1
        total = sign * sum((as_decimal(one.price_total) for one in lines), start=ZERO)
        net = sum((as_decimal(row.net) for row in rows), start=ZERO)
        return total / net if net and total else Decimal(1)

    def _cn285_name_origins(self):
        """Have new documents of a run name the invoices that they credit, in two statements.

        On them stand the numbers and dates, in the customer's language; a credit note of a single
        invoice also is Odoo's *reversal* of it.
        """
        named = self._cn285_origin_credits()
        if not named:
            return
        self.flush_recordset()
        links, values = [], []
        for move, credits in named.items():
            origins = move.union(*credits) - move
            links += [SQL("(%s, %s)", move.id, origin.id) for origin in origins]
            single = move.move_type == "out_refund" and len(origins) == 1
            text = move._cn285_origin_text(origins)
            narration = Markup("%s<p>%s</p>") % (Markup(move.narration or ""), text)
            reversed_id = origins.id if single else None
            values.append(SQL("(%s, %s::int, %s)", move.id, reversed_id, narration))
        self.env.cr.execute(
            SQL(
                "INSERT INTO cn285_move_origin_rel (move_id, origin_id) VALUES %s"
                " ON CONFLICT DO NOTHING",
                SQL(", ").join(links),
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE account_move move
                      SET reversed_entry_id = made.origin_id, narration = made.narration
                     FROM (VALUES %s) AS made (id, origin_id, narration)
                    WHERE move.id = made.id""",
                SQL(", ").join(values),
            )
        )
        written = ["reversed_entry_id", "narration", "cn285_origin_ids"]
        self.invalidate_recordset(written, flush=False)
        names = ["reversal_move_ids", "cn285_credited_by_ids"]
        self.env["account.move"].invalidate_model(names, flush=False)
        self.modified(["reversed_entry_id"])

    def _cn285_origin_text(self, origins):
        """The numbers and dates of credited invoices, in the language of who gets the document."""
        lang = self.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        parts = [
            env._(
                "%(invoice)s of %(day)s",
                invoice=origin.name or origin.display_name,
                day=format_date(env, origin.invoice_date or origin.date, lang),
            )
            for origin in origins.sorted(lambda one: (one.invoice_date or one.date, one.id))
        ]
        return env._("Credits on: %s", ", ".join(parts))

    # === WHAT IS UNPAID OF THEM === #

    def _cn285_settle_posted(self):
        """Credit notes and the invoices that they credit meet, whichever is posted last."""
        # sudo: what is credited is settled, whoever posts it.
        ours = self.sudo().filtered("cn285_sums_lines")
        (ours | ours.cn285_credited_by_ids)._cn285_settle_origins()

    def _cn285_settle_origins(self):
        """Reconcile posted credit notes with what is unpaid of the invoices that they credit.

        Each invoice gets what is credited of it; what was paid already stays open as the customer's
        money. Where the accounts refuse it, the credit note stays open and says why.
        """
        # sudo: follows from what was posted; whoever bills need not be an accountant.
        refunds = (
            self.sudo()
            .with_prefetch()
            .filtered(
                lambda move: (
                    move.move_type == "out_refund"
                    and move.state == "posted"
                    and move.cn285_origin_ids
                )
            )
        )
        several = refunds.filtered(lambda move: len(move.cn285_origin_ids) > 1)
        credits = several._cn285_origin_credits()
        plans, shares = {}, {}
        for refund in refunds:
            plans[refund] = refund._cn285_settling_plans(credits.get(refund), shares)
        plans = {refund: parts for refund, parts in plans.items() if parts}
        if not plans:
            return
        lines = self.env["account.move.line"].sudo().with_context(cn285_shares=shares)
        everything = [part for parts in plans.values() for part in parts]
        if len(plans) > 1 and not self._cn285_try_settling(lines, everything):
            return
        for refund, parts in plans.items():
            if reason := self._cn285_try_settling(lines, parts):
                refund.message_post(
                    body=self.env._(
                        "It could not be reconciled with the invoices that it credits: %s", reason
                    )
                )

    def _cn285_try_settling(self, lines, plans):
        """Reconcile in a savepoint, which fails as a whole; returns the reason, or None."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                lines._reconcile_plan(plans)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever the accounts refuse, the credit note stands
            return reason_of(self.env, error)
        return None

    def _cn285_settling_plans(self, credits, shares):
        """The lines to reconcile, invoice by invoice.

        :param credits: of each invoice, where there are several
        :param shares: ``{(line of the credit note, invoice id): amount}`` at most; filled in
        """
        own = self._cn285_open_receivable()
        plans = []
        if credits:
            unit = as_decimal(self.currency_id.rounding)
            credits = share_credit(as_decimal(self.amount_total), credits, unit)
        for origin in credits or self.cn285_origin_ids:
            if origin.state != "posted" or origin.currency_id != self.currency_id:
                continue
            for line in own:
                theirs = origin._cn285_open_receivable().filtered(
                    lambda one, line=line: (
                        (one.account_id, one.partner_id) == (line.account_id, line.partner_id)
                    )
                )
                if theirs:
                    plans.append(theirs | line)
                    if credits:
                        shares[line.id, origin.id] = float(credits[origin])
        return plans

    def _cn285_open_receivable(self):
        return self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )


class AccountMoveLine(models.Model):
    """A credit note of several invoices settles of each what it credits of it, and no more."""

    _inherit = "account.move.line"

    def _prepare_reconciliation_plan(self, plan, amls_values_map, shadowed_aml_values=None):
        with self._cn285_limited(plan["amls"], amls_values_map):
            return super()._prepare_reconciliation_plan(plan, amls_values_map, shadowed_aml_values)

    def _cn285_limited(self, lines, values):
        """While a credit note meets one of its invoices, no more of it is open than its share."""
        shares = self.env.context.get("cn285_shares") or {}
        for line in lines:
            for move in lines.move_id:
                if (line.id, move.id) in shares:
                    return _limited(line, values[line], shares[line.id, move.id])
        return _limited(None, {}, 0.0)


@contextmanager
def _limited(line, values, share):
    """Lower what is open of a credit note's line to a share, and give back the rest afterwards."""
    names = ("amount_residual", "amount_residual_currency")
    before = {name: values.get(name, 0.0) for name in names}
    if not line or -before["amount_residual_currency"] <= share:
        yield
        return
    part = share / -before["amount_residual_currency"]
    limited = {
        "amount_residual": line.company_currency_id.round(before["amount_residual"] * part),
        "amount_residual_currency": -share,
    }
    values.update(limited)
    yield
    for name in names:
        values[name] = before[name] - (limited[name] - values[name])
