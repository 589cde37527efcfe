import re
from io import BytesIO

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from stdnum import iso11649

from ..engine.bank_files import is_status, read_entries, read_status
from ..engine.errors import SepaError
from .sepa_words import refusal

# What a customer's transfer may say: words of an invoice's number or payment reference.
_WORD = re.compile(r"[A-Z0-9][A-Z0-9/.\-]{2,}")
# A creditor reference (ISO 11649), in groups of four or not.
_CREDITOR_REFERENCE = re.compile(r"\bRF[0-9]{2}[A-Z0-9 ]{1,26}")


class SepaBankFile(models.Model):
    """What the bank says, line by line: what is clear is done, the rest is left to a clerk."""

    _inherit = "cn285.sepa.bank.file"

    def _read_content(self, content):
        """Do what a file says. One line that fails is left to a clerk with its reason.

        :raises UserError: where it is no file of a bank; then nothing is done
        """
        self.ensure_one()
        try:
            if is_status(BytesIO(content)):
                said = self._said_by_status(read_status(BytesIO(content)))
            else:
                said = self._said_by_entries(list(read_entries(BytesIO(content))))
        except SepaError as error:
            raise refusal(self.env, error) from None
        self._find_meant(said)
        known = self._known([key for vals in said for key in self._keys(vals)])
        fresh, before = [], []
        for vals in said:
            if known & self._keys(vals):
                before.append(vals)
                continue
            known.add(vals["key"])
            fresh.append(vals)
        self._keep_all(before, "known", self.env._("Read before, in another file."))
        self._do_returns([vals for vals in fresh if vals["kind"] == "return"])
        self._do_credits([vals for vals in fresh if vals["kind"] == "debit"])
        for vals in fresh:
            if vals["kind"] not in ("return", "debit"):
                self._do(vals)

    # === WHAT IS DONE === #

    @api.model
    def _keys(self, vals):
        """By what a line is known: an entry that is told as a whole also by its first payment."""
        return {vals["key"], f"{vals['key']}/0"} if vals.get("whole") else {vals["key"]}

    def _known(self, keys):
        rows = self.env["cn285.sepa.bank.line"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("key", "in", keys),
                ("state", "!=", "known"),
            ],
            ["key"],
        )
        return set(rows.mapped("key"))

    def _do(self, vals):
        """Do what a line says, in a savepoint of its own."""
        doers = {
            "return": self._do_one_return,
            "rejection": self._do_rejection,
            "acceptance": self._do_acceptance,
            "transfer": self._do_transfer,
            "reversal": self._do_reversal,
            "payout": self._do_payout,
            "lot": self._do_lot,
        }
        doer = doers.get(vals["kind"])
        if doer is None:
            self._keep(vals, "open", vals.get("problem") or self.env._("Nothing of ours is meant."))
            return
        try:
            with self.env.cr.savepoint():
                done, message, more = doer(vals)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # one line must not keep the others from being read
            done, message, more = False, reason_of(self.env, error), {}
        self._keep({**vals, **more}, "done" if done else "open", message)

    def _keep(self, vals, state, message):
        self._keep_all([vals], state, message)

    def _keep_all(self, lines, state, message):
        columns = self.env["cn285.sepa.bank.line"]._fields
        self.env["cn285.sepa.bank.line"].create(
            [
                {
                    **{name: value for name, value in vals.items() if name in columns},
                    "file_id": self.id,
                    "state": state,
                    "message": message,
                }
                for vals in lines
            ]
        )

    def _debits(self, domain):
        return self.env["cn285.sepa.debit"].search(
            [("company_id", "=", self.company_id.id), *domain]
        )

    def _transfers_meant(self, scope):
        """The transfers that a status report is about."""
        domain = [("company_id", "=", self.company_id.id), ("file_id.name", "=", scope.message_id)]
        if scope.end_to_end_id:
            domain += [("reference", "=", scope.end_to_end_id)]
        elif scope.lot:
            domain += [("lot", "=", scope.lot)]
        return self.env["cn285.sepa.transfer"].search(domain)

    def _do_rejection(self, vals):
        """Orders that the bank did not take: one payment, a lot, or the whole file."""
        scope = vals["scope"]
        transfers = self._transfers_meant(scope)
        if transfers:
            transfers._refuse(vals["code"], scope.text, vals["day"])
            return True, self.env._("%s transfers are refused.", len(transfers)), {}
        domain = [("file_id.name", "=", scope.message_id)]
        if scope.end_to_end_id:
            domain += [("reference", "=", scope.end_to_end_id)]
        elif scope.lot:
            domain += [("lot", "=", scope.lot)]
        debits = self._debits(domain)
        if not debits:
            return False, self.env._("No debit of ours is meant."), {}
        debits._refuse(vals["code"], scope.text, vals["day"])
        if scope.end_to_end_id or scope.lot:
            debits.file_id._told_by_bank()
        else:
            debits.file_id._write_inside({"state": "rejected"})
            debits.file_id._no_more_asked()
        message = self.env._("%s debits are refused.", len(debits))
        return True, message, {"debit_id": debits.id if len(debits) == 1 else False}

    def _do_acceptance(self, vals):
        """The bank has a file, and takes what it orders."""
        scope = vals["scope"]
        file = self.env["cn285.sepa.file"].search(
            [("company_id", "=", self.company_id.id), ("name", "=", scope.message_id)]
        )
        if not file:
            return False, self.env._("No file of ours is meant."), {}
        if file.state == "withdrawn" and not file._take_up_again():
            return False, self._withdrawn_words(file), {}
        file._told_by_bank()
        return True, self.env._("The bank has the file."), {}

    def _do_transfer(self, vals):
        """A customer's transfer that names one open invoice and pays it to the cent."""
        words = _words(vals["text"] or "")
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                "|",
                ("name", "in", list(words)),
                ("payment_reference", "in", list(words)),
            ]
        )
        if len(moves) != 1:
            return False, self.env._("It names no single open invoice."), {}
        if moves.currency_id.name != vals["currency"] or moves.currency_id.compare_amounts(
            moves.amount_residual, vals["amount"]
        ):
            message = self.env._(
                "%(invoice)s owes %(owed)s, not this amount.",
                invoice=moves.name,
                owed=moves.amount_residual,
            )
            return False, message, {"move_id": moves.id}
        journal = self._bank_journal(vals["account"])
        if not journal:
            return False, self.env._("No bank journal has this account."), {"move_id": moves.id}
        self._pay(moves, journal, vals)
        return True, self.env._("Paid %s.", moves.name), {"move_id": moves.id}

    def _pay(self, move, journal, vals):
        """Pay an invoice by what a line says came in."""
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        register.create(
            {
                "journal_id": journal.id,
                "payment_date": vals["day"],
                "amount": vals["amount"],
            }
        )._create_payments()

    def _bank_journal(self, iban):
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("type", "=", "bank")]
        )
        return journals.filtered(
            lambda journal: (journal.bank_account_id.sanitized_acc_number or "") == iban
        )[:1]


def _words(text):
    """What a text may name an invoice by: words, and creditor references as Odoo writes them."""
    text = text.upper()
    found = set(_WORD.findall(text))
    for match in _CREDITOR_REFERENCE.findall(text):
        plain = match.replace(" ", "")
        for end in range(5, len(plain) + 1):
            # Where it ends is not told: whatever stands behind it may be another word.
            if iso11649.is_valid(plain[:end]):
                found.add(plain[:end])
                found.add(" ".join(plain[at : at + 4] for at in range(0, end, 4)))
    return found
