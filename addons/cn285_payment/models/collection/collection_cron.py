from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .payment_attempt import ASKED_STATES, OPEN_STATES


class Collection(models.AbstractModel):
    """What is collected by itself, every day."""

    _inherit = "cn285.collection"

    @api.model
    def _cron_collect(self):
        """Order the collection of what is due and was not tried yet."""
        for company in self.env["res.company"]._cn285_daily_companies():
            collection = self.with_company(company)
            due = collection._due_moves(company, company._cn285_today())
            early = collection._due_moves(company, collection._due_until(company)) - due
            collection._delay_collect(due | collection._asked_early(early), "due")

    @api.model
    def _cron_retries(self):
        """Order the collection of what was refused and is tried again."""
        attempts = self.env["cn285.payment.attempt"]
        for company in self.env["res.company"]._cn285_daily_companies():
            collection = self.with_company(company)
            due = attempts.search(
                [("company_id", "=", company.id), ("retry_date", "<=", company._cn285_today())]
            )
            collection._delay_collect(due.move_id._cn285_collectable(), "retry")
            over = due.filtered(lambda one: not one.move_id.amount_residual)
            over.write({"retry_date": False})

    @api.model
    def _cron_ask_unknown(self):
        """Go on with attempts that a process left, ask what became of others, book what is paid."""
        attempts = self.env["cn285.payment.attempt"]
        for company in self.env["res.company"]._cn285_daily_companies():
            own = Domain("company_id", "=", company.id)
            left = attempts.search(own & Domain("state", "in", ("open", *ASKED_STATES)), order="id")
            collection = self.with_company(company)
            collection._clear_up(left)
            unbooked = Domain([("state", "=", "done"), ("payment_id", "=", False)])
            untold = Domain(
                [("is_followed", "=", False), ("state", "in", ("declined", "returned"))]
            )
            collection._settle(attempts.search(own & (unbooked | untold), order="id"))
            refunds = self.env["cn285.payment.refund"]
            waiting = Domain("state", "in", ("open", *ASKED_STATES))
            collection._clear_up_refunds(refunds.search(own & waiting, order="id"))

    @api.model
    def _due_until(self, company):
        """Up to which due date some of a company's providers are asked today."""
        today = company._cn285_today()
        # sudo: providers are the administrators'; only their days are read.
        providers = (
            self.env["payment.provider"]
            .sudo()
            .search([("state", "!=", "disabled"), ("company_id", "parent_of", company.id)])
        )
        return max((provider._cn285_due_until(today) for provider in providers), default=today)

    @api.model
    def _asked_early(self, moves):
        """Those of invoices due on days to come whose means are to be asked today already."""
        tokens = moves.cn285_contract_ids._payment_tokens()
        early = moves.browse()
        for move in moves:
            # sudo: see _due_until.
            provider = move._cn285_token(tokens).sudo().provider_id
            if provider:
                until = provider._cn285_due_until(move.company_id._cn285_today())
                early |= move if move._cn285_amount_due(until) > 0 else moves.browse()
        return early

    @api.model
    def _due_moves(self, company, until):
        """Open invoices of automatic contracts, something of which is due by a day.

        Without those that were refused by means that are still used: retries have their own days.
        """
        moves = self.env["account.move"]
        moves.flush_model()
        self.env["account.move.line"].flush_model()
        self.env["cn285.contract"].flush_model(["collection_mode"])
        self.env["cn285.payment.attempt"].flush_model()
        self.env["payment.token"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT move.id
                     FROM account_move move
                    WHERE move.company_id = %(company)s
                      AND move.state = 'posted'
                      AND move.move_type = 'out_invoice'
                      AND move.payment_state IN ('not_paid', 'partial')
                      AND EXISTS (SELECT 1
                                    FROM cn285_contract_move_rel rel
                                    JOIN cn285_contract contract ON contract.id = rel.contract_id
                                   WHERE rel.move_id = move.id
                                     AND contract.collection_mode = 'automatic')
                      AND EXISTS (SELECT 1
                                    FROM account_move_line line
                                   WHERE line.move_id = move.id
                                     AND line.display_type = 'payment_term'
                                     AND NOT line.reconciled
                                     AND COALESCE(line.date_maturity, move.date) <= %(until)s)
                      AND NOT EXISTS (SELECT 1
                                        FROM cn285_payment_attempt attempt
                                        JOIN payment_token token ON token.id = attempt.token_id
                                       WHERE attempt.move_id = move.id
                                         AND (attempt.state IN %(open)s
                                              OR (attempt.state IN ('declined', 'returned')
                                                  AND token.active
                                                  AND token.cn285_state <> 'revoked'
                                                  AND attempt.number = (SELECT max(last.number)
                                                         FROM cn285_payment_attempt last
                                                        WHERE last.move_id = move.id))))
                    ORDER BY move.invoice_date_due, move.id""",
                company=company.id,
                until=until,
                open=OPEN_STATES,
            )
        )
        return moves.browse(row[0] for row in rows)
