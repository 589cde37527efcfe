from odoo import models


class AccountMove(models.Model):
    """Whether and when an invoice is collected by itself: who prints it does not ask to pay it."""

    _inherit = "account.move"

    def _cn285_is_paid_by_transfer(self):
        """Not what we collect ourselves."""
        return super()._cn285_is_paid_by_transfer() and not self._cn285_is_going_to_be_collected()

    def _cn285_is_going_to_be_collected(self):
        """Hook: whether it is collected by itself; not where its means cannot, as they are now."""
        return self._cn285_is_still_tried()

    def _cn285_is_still_tried(self):
        """Whether it is automatic, with means, and was not refused for the last time."""
        self.ensure_one()
        if (
            self.state != "posted"
            or self.move_type != "out_invoice"
            or not self._cn285_is_automatic()
            or any(held_back(self) for held_back in self._cn285_holds())
        ):
            return False
        token = self._cn285_token(self.cn285_contract_ids._payment_tokens())
        last = self._cn285_last_attempt()
        refused = last.token_id == token and last.state in ("declined", "returned")
        return bool(token) and not (refused and not last.retry_date)

    def _cn285_collections(self):
        """What will be asked for, by instalment: ``(amount, day)`` each."""
        today = self.company_id._cn285_today()
        again = self._cn285_last_attempt().retry_date or today
        terms = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        return [
            (line.amount_residual_currency, max(line.date_maturity or today, again))
            for line in terms.sorted(lambda line: line.date_maturity or self.date)
        ]

    def _cn285_last_attempt(self):
        # sudo: attempts are read to tell their payer what follows.
        return self.sudo().cn285_attempt_ids.sorted("number")[-1:]
