from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS, update_rows
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.tools import mute_logger, split_every

from .account_move import ASKED_ON
from .collection import COLLECT_BATCH

# Entries of two balanced lines without taxes, of which no notes are taken: attempts say it all.
PLAIN = {"skip_invoice_sync": True, "tracking_disable": True}


class Collection(models.AbstractModel):
    """Payments of attempts that are paid, booked in batches.

    Odoo books one transaction at a time, with notes in the chatter of everything; here the payments
    of a batch are created, posted and reconciled together, with the same entries.
    """

    _inherit = "cn285.collection"

    @api.model
    def _book(self, attempts):
        """Make, post and reconcile the payments of attempts that are paid, in batches.

        Where a batch fails, each is tried apart; what fails stays paid and not booked, says why,
        and is tried again by the next scheduled action.
        """
        for ids in split_every(COLLECT_BATCH, attempts.ids):
            part = attempts.browse(ids)
            try:
                self._persistently(lambda part=part: self._book_within(part))
            except CONCURRENCY_ERRORS:
                raise
            except Exception as error:  # whatever one invoice provokes must not keep the others
                if len(part) == 1:
                    part.write({"message": reason_of(self.env, error)})
                    self._commit()
                    continue
                for one in part:
                    self._book(one)

    @api.model
    def _book_within(self, attempts):
        with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            self._book_together(attempts)

    @api.model
    def _book_together(self, attempts):
        """Book attempts in the current transaction, but for those that another process books."""
        transactions = attempts.transaction_id.try_lock_for_update(allow_referencing=True)
        transactions.invalidate_recordset(["payment_id", "state", "is_post_processed"])
        ours = attempts.filtered(lambda one: one.transaction_id in transactions)
        ours._take_payments()
        ours = ours.filtered(lambda one: not one.payment_id and one.transaction_id.state == "done")
        ordinary = ours.filtered(lambda one: one._is_booked_ordinarily())
        for one in ordinary:
            asked = one.with_context(**{ASKED_ON: one.date})
            asked.transaction_id._post_process()
        ordinary._take_payments()
        for company, own in (ours - ordinary).grouped("company_id").items():
            self.with_company(company)._create_payments(own.with_company(company))

    @api.model
    def _create_payments(self, attempts):
        """The payments of attempts of one company, posted, and reconciled with their invoices."""
        payments = self.env["account.payment"].with_context(**PLAIN)
        payments = payments.create(self._prepare_payments(attempts))
        self._make_entries(payments)
        payments.action_post()
        plan = []
        for attempt, payment in zip(attempts, payments, strict=True):
            attempt.transaction_id.write({"payment_id": payment.id, "is_post_processed": True})
            attempt.payment_id = payment
            lines = (payment.move_id.line_ids + attempt.move_id.line_ids).filtered(
                lambda line, payment=payment: (
                    line.account_id == payment.destination_account_id and not line.reconciled
                )
            )
            if attempt.move_id.state == "posted" and len(lines.move_id) > 1:
                plan.append(lines)
        if plan:
            self.env["account.move.line"].with_context(**PLAIN)._reconcile_plan(plan)

    @api.model
    def _make_entries(self, payments):
        """The entries of payments, made together; Odoo's own writes each payment apart, and looks
        for all that hangs on it each time."""
        payments = payments.filtered(lambda one: one.outstanding_account_id and not one.move_id)
        # Where there are no rules for analytic accounts, none has to be looked for.
        rules = self.env["account.analytic.distribution.model"].search_count([], limit=1)
        vals_list = []
        for payment in payments:
            vals = payment._generate_move_vals()
            vals["fiscal_position_id"] = False
            if not rules:
                for _command, _id, line in vals["line_ids"]:
                    line.setdefault("analytic_distribution", False)
            vals_list.append(vals)
        moves = self.env["account.move"].with_context(**PLAIN).create(vals_list)
        update_rows(
            payments,
            {
                payment.id: {"move_id": move.id}
                for payment, move in zip(payments, moves, strict=True)
            },
            ["move_id"],
        )

    @api.model
    def _prepare_payments(self, attempts):
        """Values of payments, with the account that Odoo would look for one by one."""
        vals_list = [self._prepare_payment(attempt) for attempt in attempts]
        payments = self.env["account.payment"]
        accounts = {}
        for vals in vals_list:
            key = vals["journal_id"], vals["payment_method_line_id"]
            if key not in accounts:
                # As Odoo computes it, else as its ``create`` falls back to.
                draft = payments.new(dict(vals, invoice_ids=False))
                account = draft.outstanding_account_id
                if not account and draft.move_id._get_invoice_in_payment_state() != "in_payment":
                    account = draft._get_outstanding_account("inbound")
                accounts[key] = account.id
            if accounts[key]:
                vals["outstanding_account_id"] = accounts[key]
        return vals_list

    @api.model
    def _prepare_payment(self, attempt):
        """Values of the payment, as ``account_payment`` has them."""
        transaction, move = attempt.transaction_id, attempt.move_id
        provider = transaction.provider_id
        method_line = provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider
        )
        receivable = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return {
            "amount": transaction.amount,
            "payment_type": "inbound",
            "currency_id": transaction.currency_id.id,
            "partner_id": transaction.partner_id.commercial_partner_id.id,
            "partner_type": "customer",
            "journal_id": provider.journal_id.id,
            "company_id": provider.company_id.id,
            "payment_method_line_id": method_line[:1].id,
            "payment_token_id": transaction.token_id.id,
            "payment_transaction_id": transaction.id,
            "memo": f"{transaction.reference} - {transaction.provider_reference or ''}",
            "invoice_ids": [fields.Command.set(move.ids)],
            "destination_account_id": receivable[:1].account_id.id,
            "date": attempt._payment_day(),
        }
