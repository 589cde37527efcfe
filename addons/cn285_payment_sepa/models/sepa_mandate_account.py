from odoo import models
from odoo.exceptions import UserError

from ..engine.errors import SepaError
from ..engine.identifiers import check_bic, check_iban
from .sepa_words import refusal


class SepaMandate(models.Model):
    """A mandate whose payer has another account now: amended, not signed anew."""

    _inherit = "cn285.sepa.mandate"

    def _change_account(self, iban, bic=False):
        """The payer told another account: the next debit says so to the banks, once.

        The reference stays (rulebook of EPC, amendments): the former account is named SMNDA.

        :raises UserError: where the account is none of the SEPA area, or the mandate is not in use
        """
        self.ensure_one()
        if self.state != "active":
            raise UserError(
                self.env._("Mandate %s is not in use: it has no account to change.", self.reference)
            )
        try:
            iban = check_iban(iban)
            bic = bic and check_bic(bic)
        except SepaError as error:
            raise refusal(self.env, error) from None
        if iban == check_iban(self.iban):
            return
        self._write_inside(
            {
                "iban": iban,
                "bic": bic,
                # Before the first debit the banks know of no other account.
                "account_changed": self.account_changed or self._is_known_to_banks(),
            }
        )
        # sudo: a token follows its mandate.
        self.sudo().token_id.write({"payment_details": iban[-4:], "cn285_last4": iban[-4:]})

    def _is_known_to_banks(self):
        """Whether an order under this mandate left, that the bank did not refuse."""
        self.ensure_one()
        # sudo: orders are the program's; only that there is one is told.
        left = self.sudo().debit_ids.filtered(
            lambda debit: debit.state in ("ordered", "settled", "returned")
        )
        return bool(self.last_debit_on or left)
