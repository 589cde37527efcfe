from odoo import fields, models
from odoo.tools import format_date, formatLang

from .payment_provider import CODE


class SepaDebit(models.Model):
    _inherit = "cn285.sepa.debit"

    def _tell_payer(self):
        """Write to payers of debits that their invoice does not name: amount, day, mandate."""
        # sudo: a text of the company's, for whoever collects.
        template = self.env.ref("cn285_payment_sepa.mail_template_debit_notice").sudo()
        for company, debits in self.sudo().grouped("company_id").items():
            template.send_mail_batch(
                debits.ids, email_values={"auto_delete": False, **company._cn285_writes_as()}
            )

    def _notice_words(self):
        """What its payer is told of a debit, in the language of the mail."""
        self.ensure_one()
        mandate = self.mandate_id
        return self.env._(
            "%(amount)s will be debited on %(day)s from the account %(account)s, under mandate "
            "%(mandate)s. Creditor identifier: %(creditor)s. It pays: %(what)s.",
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            day=format_date(self.env, self.debit_on),
            account=mandate.account_shown,
            mandate=mandate.reference,
            creditor=mandate.provider_id.cn285_creditor_identifier or "–",
            what=self.text or self.reference,
        )


class AccountMove(models.Model):
    """Invoices tell their payers of the debits to come: amount, day, mandate and creditor.

    That is the notice of the rulebooks (EPC016-06, EPC222-07), so no other is sent.
    """

    _inherit = "account.move"

    def _cn285_payment_notes(self):
        """Also the debits that pay the invoice, where its payer is debited by mandate."""
        notes = super()._cn285_payment_notes()
        if notes or self.state != "posted" or self.move_type != "out_invoice":
            return notes
        return [self._cn285_debit_words(*each) for each in self._cn285_debits_to_come()]

    def _cn285_is_going_to_be_collected(self):
        """Also not by a mandate by which nothing can be debited on that day."""
        collected = super()._cn285_is_going_to_be_collected()
        return collected and not (self._cn285_mandate() and not self._cn285_debits_to_come())

    def _cn285_debits_to_come(self):
        """The debits that will pay what is open of an invoice: ``(mandate, amount, day)`` each.

        The one that is under way; else those that will be asked for, one by instalment.
        """
        self.ensure_one()
        # sudo: debits and mandates are read to tell their payer of them.
        debits = self.env["cn285.sepa.debit"].sudo()
        transactions = self.sudo().transaction_ids.filtered(
            lambda transaction: transaction.provider_code == CODE and transaction.state == "pending"
        )
        under_way = transactions and debits.search(
            [
                ("transaction_id", "in", transactions.ids),
                ("state", "in", ("waiting", "ordered")),
            ]
        )
        if under_way:
            return [(one.mandate_id, one.amount, one._paid_day()) for one in under_way]
        mandate = self._cn285_mandate()
        if not mandate or not self._cn285_is_still_tried():
            return []
        # What was refused is asked for again on a day to come.
        again = self._cn285_last_attempt().retry_date
        asked = max(self.company_id._cn285_today(), again or self.invoice_date)
        found = []
        for amount, wished in self._cn285_collections():
            told = self._cn285_told_on()
            plan = debits._plan_vals(mandate.provider_id, mandate, wished, told, asked)
            if mandate._usable_on(plan["debit_on"]):
                found.append((mandate, amount, plan["debit_on"]))
        return found[:1] if mandate.one_off else found

    def _cn285_told_on(self):
        """The day on which its payer was told by this invoice: its date, but not before the day on
        which it was made, where it was dated back."""
        self.ensure_one()
        company, started = self.company_id, self.cn285_run_id.date_started
        if not started or not self.invoice_date or company._cn285_is_imagined():
            return self.invoice_date
        zone = self.with_context(tz=company.cn285_tz or "UTC")
        made = fields.Datetime.context_timestamp(zone, started).date()
        return max(self.invoice_date, min(made, company._cn285_today()))

    def _cn285_mandate(self):
        """The mandate by which the invoice is collected, where it is by one."""
        # sudo: see _cn285_debits_to_come.
        move = self.sudo()
        nothing = self.env["cn285.sepa.mandate"].sudo()
        if not move._cn285_is_automatic() or move.currency_id.name != "EUR":
            return nothing
        token = move._cn285_token(move.cn285_contract_ids._payment_tokens())
        return token._cn285_mandate() if token and token.provider_code == CODE else nothing

    def _cn285_debit_words(self, mandate, amount, day):
        return self.env._(
            "Nothing is to be paid: %(amount)s will be debited on %(day)s from the account "
            "%(account)s, under mandate %(mandate)s. Creditor identifier: %(creditor)s.",
            amount=formatLang(self.env, amount, currency_obj=self.currency_id),
            day=format_date(self.env, day),
            account=mandate.account_shown,
            mandate=mandate.reference,
            creditor=mandate.provider_id.cn285_creditor_identifier or "–",
        )
