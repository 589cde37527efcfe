from odoo import models

from .sepa_words import in_words

# What a bank says of orders that it takes, or has executed (ISO 20022, ExternalPaymentStatusCode).
ACCEPTED = {"ACCP", "ACTC", "ACSP", "ACSC", "ACWC", "ACWP", "ACCC", "ACFC", "PART", "RCVD"}
# The reason of a debit that comes back without one: it may be tried again.
NO_REASON = "MS03"


class SepaBankFile(models.Model):
    """What a file says, as values of lines: each is of one kind, which says what is done."""

    _inherit = "cn285.sepa.bank.file"

    def _said_by_status(self, statuses):
        """Each refusal; of what is accepted once that the bank has the file."""
        said = []
        accepted = set()
        for status in statuses:
            place = f"{status.message_id}:{status.lot}:{status.end_to_end_id}"
            vals = {
                "day": self.company_id._cn285_today(),
                "text": status.text,
                "scope": status,
            }
            if status.rejected:
                reference = status.end_to_end_id or status.lot or status.message_id
                said.append(
                    {
                        **vals,
                        "key": f"{place}:{status.status}",
                        "kind": "rejection",
                        "reference": reference,
                        "code": status.code or NO_REASON,
                    }
                )
            elif status.status in ACCEPTED and status.message_id not in accepted:
                accepted.add(status.message_id)
                said.append(
                    {
                        **vals,
                        "key": f"{status.message_id}:accepted",
                        "kind": "acceptance",
                        "reference": status.message_id,
                    }
                )
        return said

    def _said_by_entries(self, entries):
        said = []
        for entry in entries:
            if not entry.booked:
                continue
            if entry.problem:
                said.append(self._problem_vals(entry))
            elif not entry.transactions:
                said.append(self._entry_vals(entry))
            for number, payment in enumerate(entry.transactions):
                said.append(self._payment_vals(entry, payment, number))
        return said

    def _day_of(self, entry):
        """The day of an entry; one that is to come, or that is not told, is today."""
        today = self.company_id._cn285_today()
        return min(entry.day or today, today)

    def _problem_vals(self, entry):
        return {
            "key": entry.key,
            "kind": "unreadable",
            "day": self._day_of(entry),
            "reference": entry.lot,
            "text": entry.text,
            "problem": in_words(self.env, entry.problem),
        }

    def _entry_vals(self, entry):
        return {
            "key": entry.key,
            "kind": "lot" if entry.lot else "other",
            "day": self._day_of(entry),
            "amount": float(entry.amount),
            "currency": entry.currency,
            "reference": entry.lot,
            "text": entry.text,
            "whole": True,
        }

    def _payment_vals(self, entry, payment, number):
        vals = {
            "key": f"{entry.key}/{number}",
            "day": self._day_of(entry),
            "reference": payment.end_to_end_id,
            "party": payment.name,
            "text": payment.text or entry.text,
        }
        if payment.problem:
            return {**vals, "kind": "unreadable", "problem": in_words(self.env, payment.problem)}
        return {
            **vals,
            "amount": float(payment.amount),
            "currency": payment.currency,
            "fee": float(payment.fee),
            "code": payment.return_code or False,
            "payment": payment,
            "account": entry.account,
        }

    def _find_meant(self, said):
        """Give each payment the ``debit`` or ``transfer`` that it names, and its kind by these."""
        payments = [vals for vals in said if "payment" in vals]
        references = {vals["reference"] for vals in payments if vals["reference"]}
        for name in ("debit", "transfer"):
            records = self.env[f"cn285.sepa.{name}"]
            found = records.search(
                [("company_id", "=", self.company_id.id), ("reference", "in", list(references))]
            ).grouped("reference")
            for vals in payments:
                one = found.get(vals["reference"], records)
                vals[name] = one if len(one) == 1 else records
        for vals in payments:
            vals["kind"] = _kind(vals)
            if vals["kind"] == "return" and not vals["code"]:
                vals["code"] = NO_REASON


def _kind(vals):
    """What a payment is: by what it names, and by which way the money went.

    Money of a debit comes in, of its return it leaves, and comes in again where the bank takes the
    return back; of a transfer of ours it is the other way round.
    """
    came_in, returned = vals["payment"].amount > 0, bool(vals["code"])
    if vals["debit"]:
        if not came_in:
            return "return"
        return "reversal" if returned or vals["payment"].reversal else "debit"
    if vals["transfer"]:
        if came_in:
            return "return"
        return "reversal" if returned or vals["payment"].reversal else "payout"
    if returned:
        return "return"
    return "transfer" if came_in and not vals["payment"].reversal else "other"
