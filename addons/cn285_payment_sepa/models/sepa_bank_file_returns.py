from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.tools import split_every

# Returns that are booked together.
RETURN_BATCH = 100


class SepaBankFile(models.Model):
    """What came back: found by reference and amount, booked in batches of one reason and day."""

    _inherit = "cn285.sepa.bank.file"

    def _do_returns(self, lines):
        """Take back what these lines return; where a batch fails, each line is done apart."""
        batches = {}
        for vals in lines:
            payment = vals["payment"]
            clear = vals["debit"] and not self._unclear(vals)
            # What is not clear goes alone, and so says why.
            reason = (vals["code"], payment.return_text, vals["day"]) if clear else id(vals)
            batches.setdefault(reason, []).append(vals)
        for batch in batches.values():
            for part in split_every(RETURN_BATCH, batch, list):
                if len(part) == 1 or not self._do_batch(part):
                    for vals in part:
                        self._do(vals)

    def _do_batch(self, lines):
        """Take back the debits of lines of one reason and day; returns whether that was done."""
        first = lines[0]
        debits = self.env["cn285.sepa.debit"].union(*(vals["debit"] for vals in lines))
        try:
            with self.env.cr.savepoint():
                debits._settle_told(first["day"])
                refused = debits._refuse(first["code"], first["payment"].return_text, first["day"])
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # each line apart then: one must not keep the others from being read
            return False
        new, again = [], []
        left = set(refused.ids)
        for vals in lines:
            debit = vals["debit"]
            (new if debit.id in left else again).append({**vals, "debit_id": debit.id})
            left.discard(debit.id)
        for some, is_new in ((new, True), (again, False)):
            self._keep_all(some, *self._told(is_new))
        return True

    @api.model
    def _told(self, is_new):
        """State and words of a line, the debit of which was taken back by now."""
        if is_new:
            return "done", self.env._("Taken back; the invoice is open again.")
        return "open", self.env._("The debit had come back before.")

    def _unclear(self, vals):
        """Why a return cannot be of the debit that it names, in words; None if it can."""
        payment, debit = vals["payment"], vals["debit"]
        if payment.currency != debit.currency_id.name:
            return self.env._("It is in %s, the debit is not.", payment.currency)
        ordered = payment.original
        if ordered is None:
            ordered = abs(payment.amount) - payment.fee
        amount = Decimal(repr(debit.amount)).quantize(Decimal("0.01"))
        if amount in (ordered, abs(payment.amount)):
            return None
        return self.env._(
            "The debit was of %(ours)s, the bank returns %(theirs)s.", ours=amount, theirs=ordered
        )

    def _do_one_return(self, vals):
        """A debit or transfer that came back: its reference and its amount say which."""
        payment, debit = vals["payment"], vals["debit"]
        if vals["transfer"]:
            if not vals["transfer"]._refuse(vals["code"], payment.return_text, vals["day"]):
                return False, self.env._("The transfer had come back before."), {}
            return True, self.env._("Not paid out; the credit note is open again."), {}
        if not debit:
            return False, self.env._("No debit of ours has this reference."), {}
        unclear = self._unclear(vals)
        if unclear:
            return False, unclear, {"debit_id": debit.id}
        debit._settle_told(vals["day"])
        refused = debit._refuse(vals["code"], payment.return_text, vals["day"])
        state, message = self._told(bool(refused))
        return state == "done", message, {"debit_id": debit.id}
