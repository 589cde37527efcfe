from odoo import models


class SepaBankFile(models.Model):
    """What the bank credits: lots, single debits, and what it had returned by mistake.

    What it tells of, it has: the file counts as given, and its debits settle on the day that it
    says, by the scheduled action, as there may be many.
    """

    _inherit = "cn285.sepa.bank.file"

    def _do_lot(self, vals):
        """The sum of a lot: what the bank credits is what was ordered, or a clerk looks at it."""
        debits = self._debits([("lot", "=", vals["reference"])])
        debits._taken_up()
        if not debits:
            return False, self._unknown_lot_words(vals["reference"]), {}
        if vals["amount"] < 0:
            return False, self.env._("The bank takes the lot back."), {}
        debits.file_id._told_by_bank()
        # What was refused before its day is not credited, or credited and taken back at once.
        standing = debits.filtered(lambda debit: debit.state != "rejected")
        sums = [sum(some.mapped("amount")) for some in (standing, debits)]
        currency = debits.currency_id[:1]
        good = vals["currency"] == currency.name and any(
            not currency.compare_amounts(total, vals["amount"]) for total in sums
        )
        if not good:
            message = self.env._(
                "The lot was of %(ours)s, the bank credits %(theirs)s.",
                ours=currency.format(sums[0]),
                theirs=f"{vals['amount']:.2f} {vals['currency']}",
            )
            return False, message, {}
        standing._told_made(vals["day"])
        return True, self.env._("%s debits were credited.", len(standing)), {}

    def _unknown_lot_words(self, reference):
        name = (reference or "").rpartition("-")[0]
        file = self.env["cn285.sepa.file"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=", name),
                ("state", "=", "withdrawn"),
            ]
        )
        if file:
            return self._withdrawn_words(file)
        return self.env._("No lot of ours has this reference.")

    def _withdrawn_words(self, file):
        return self.env._(
            "%s was withdrawn, as if it had never left, and the bank has it all the same: its "
            "debits must not be made again. Call the bank.",
            file.name,
        )

    def _do_credits(self, lines):
        """Debits that the bank credits one by one: those that are clear all at once."""
        clear = []
        for vals in lines:
            unclear = self._unclear_credit(vals)
            if unclear:
                self._keep({**vals, "debit_id": vals["debit"].id}, "open", unclear)
            else:
                clear.append(vals)
        for day in {vals["day"] for vals in clear}:
            debits = self.env["cn285.sepa.debit"].union(
                *(vals["debit"] for vals in clear if vals["day"] == day)
            )
            debits._told_made(day)
        message = self.env._("The debit was credited.")
        self._keep_all([{**vals, "debit_id": vals["debit"].id} for vals in clear], "done", message)

    def _unclear_credit(self, vals):
        """Why a credit cannot be of the debit that it names, in words; "" if it can."""
        debit = vals["debit"]
        debit._taken_up()
        if debit.state not in ("ordered", "settled", "returned"):
            return self.env._("The debit was not ordered, or was refused before.")
        if vals["currency"] == debit.currency_id.name and not debit.currency_id.compare_amounts(
            debit.amount, vals["amount"]
        ):
            return ""
        return self.env._(
            "The debit was of %(ours)s, the bank credits %(theirs)s.",
            ours=debit.currency_id.format(debit.amount),
            theirs=f"{vals['amount']:.2f} {vals['currency']}",
        )

    def _do_payout(self, vals):
        """A transfer of ours leaves the account, as it was ordered."""
        transfer = vals["transfer"]
        if transfer.state == "waiting":
            transfer.withdrawn_file_id._take_up_again()
        transfer.file_id._told_by_bank()
        if transfer.currency_id.compare_amounts(transfer.amount, -vals["amount"]):
            message = self.env._(
                "The transfer was of %(ours)s, the bank pays %(theirs)s.",
                ours=transfer.currency_id.format(transfer.amount),
                theirs=f"{-vals['amount']:.2f} {vals['currency']}",
            )
            return False, message, {"move_id": transfer.move_id.id}
        return True, self.env._("Paid out as ordered."), {"move_id": transfer.move_id.id}

    def _do_reversal(self, vals):
        """The bank takes a return back: it is paid after all, and not asked for again.

        Where the invoice is still open by that amount and nothing is ordered for it, it is paid by
        an entry of its own, as the return stays in the books. Else somebody looks at it.
        """
        debit = vals["debit"]
        more = {"debit_id": debit.id} if debit else {}
        move = debit.transaction_id.invoice_ids
        if debit.state != "returned" or len(move) != 1:
            return False, self.env._("The bank takes a return back that we do not know."), more
        more["move_id"] = move.id
        if vals["currency"] != debit.currency_id.name or debit.currency_id.compare_amounts(
            debit.amount, vals["amount"]
        ):
            return False, self._unclear(vals) or self.env._("Another amount was returned."), more
        debits = self._debits([("transaction_id.invoice_ids", "in", move.ids)])
        again = debits.filtered(lambda one: one.state in ("ordered", "settled"))
        if again or move.currency_id.compare_amounts(move.amount_residual, vals["amount"]) < 0:
            message = self.env._(
                "The bank takes the return back, and %s was collected or credited meanwhile: what "
                "is paid twice is to be paid back.",
                move.name,
            )
            return False, message, more
        self._pay(move, debit.provider_id.journal_id, vals)
        return True, self.env._("The return was taken back; %s is paid.", move.name), more


class SepaDebit(models.Model):
    _inherit = "cn285.sepa.debit"

    def _taken_up(self):
        """Those that wait, of files that were withdrawn, were made by these after all."""
        self.filtered(lambda debit: debit.state == "waiting").withdrawn_file_id._take_up_again()

    def _told_made(self, day):
        """The bank tells that these debits were made; they are settled by the scheduled action.

        :param day: of the bank's entry; where it is after a debit's own, that is when it was made
        """
        self.file_id._told_by_bank()
        ordered = self.filtered(lambda debit: debit.state == "ordered" and debit.debit_on <= day)
        if ordered:
            ordered.filtered(lambda debit: debit.debit_on < day)._write_inside({"paid_on": day})
            self.env["cn285.sepa.file"]._soon("cron_settle_debits")

    def _settle_told(self, day):
        """The bank tells that these came back: those that were not settled yet are settled first.

        :param day: of the bank's entry
        """
        self._taken_up()
        self.file_id._told_by_bank()
        ordered = self.filtered(lambda debit: debit.state == "ordered" and debit.debit_on <= day)
        if ordered:
            ordered._settle().transaction_id._cn285_book_settled(within=True)
