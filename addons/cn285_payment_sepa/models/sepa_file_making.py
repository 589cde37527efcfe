import logging
import uuid

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS, free_memory
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..engine.errors import SepaError
from ..engine.identifiers import check_iban
from ..engine.mandate import soonest_debit
from ..engine.orders import lots_of_debits
from .payment_provider import CODE
from .sepa_words import in_words

_logger = logging.getLogger(__name__)

# Banks take some hundred thousand debits in a file; fewer are found again more easily.
FILE_SIZE = 50_000
# Debits that are looked at together: what was read of them is forgotten before the next.
CHUNK = 2_000


class SepaFile(models.Model):
    """Which debits leave today, and what becomes of those that the bank would refuse."""

    _inherit = "cn285.sepa.file"

    @api.model
    def _cron_make_files(self):
        """Order what is to be ordered by now, a company after the other.

        Each file is committed by itself; a company that cannot order keeps no other from it.
        """
        # sudo: a scheduled action orders for all companies.
        files = self.sudo()
        companies = files.env["res.company"]._cn285_daily_companies()
        providers = files.env["payment.provider"].search(
            [("code", "=", CODE), ("state", "!=", "disabled"), ("company_id", "in", companies.ids)]
        )
        for provider in providers:
            company = provider.company_id
            if self.env["cn285.collection"]._may_call(provider, company):
                own = files.with_company(company)
                for make in (own._make, own._make_transfers):
                    self._make_all(make, provider)

    @api.model
    def _make_all(self, make, provider):
        """Make files of one kind until nothing is left to be ordered.

        :param make: function of a provider, that returns the file it made
        """
        file = True
        while file:
            try:
                file = self.env["cn285.collection"]._persistently(
                    lambda: self._make_one(make, provider)
                )
            except CONCURRENCY_ERRORS:
                raise
            except Exception:  # one company's trouble must not keep the others from ordering
                _logger.exception("No file could be made for %s", provider.company_id.name)
                return

    @api.model
    def _make_one(self, make, provider):
        """One file; on a journey through time it counts as given, as nobody is there to do it."""
        with self.env.cr.savepoint():
            file = make(provider)
        if file and provider.company_id._cn285_is_imagined():
            file._given(provider.company_id._cn285_today())
        return file

    @api.model
    def _make(self, provider):
        """Put the debits that the bank wants by now into a file.

        As late as the bank allows: until then an invoice may be paid otherwise. A debit whose day
        of ordering has passed is moved to the next day that the bank can keep. Run again, it
        finds nothing left; of two at once each takes what the other does not hold.

        :returns: the files made, none where nothing is due
        """
        company = provider.company_id
        today = company._cn285_today()
        debits = self.env["cn285.sepa.debit"].search(
            [
                ("provider_id", "=", provider.id),
                ("state", "=", "waiting"),
                ("file_on", "<=", today),
            ],
            order="id",
            limit=FILE_SIZE,
        )
        if not debits:
            return self.browse()
        debits = debits.try_lock_for_update(allow_referencing=True)
        debits.invalidate_recordset(["state"])
        debits = debits.filtered(lambda debit: debit.state == "waiting")
        reason = provider._cn285_obstacle()
        if reason:
            raise UserError(reason)
        ready = []
        for ids in split_every(CHUNK, debits.ids):
            part = debits.browse(ids)
            part._move_late(today)
            ready += part._still_wanted()._snapshot().ids
            free_memory(self.env)
        if not ready:
            return self.browse()
        file = self._begin(provider, "debit")
        mandates = self.env["cn285.sepa.mandate"]
        for ids in split_every(CHUNK, ready):
            part = debits.browse(ids)
            part._write_inside({"file_id": file.id, "state": "ordered"})
            mandates |= part.mandate_id.filtered(
                lambda mandate: mandate.account_changed or mandate.former_reference
            )
            free_memory(self.env)
        # Told once, by this file.
        mandates._write_inside({"account_changed": False, "former_reference": False})
        file._keep_content()
        return file

    @api.model
    def _begin(self, provider, kind):
        """A file without rows, that says who orders as it is today."""
        company, account = provider.company_id, provider.journal_id.bank_account_id
        form = provider.cn285_debit_format if kind == "debit" else provider.cn285_transfer_format
        file = self.create(
            {
                # No other's, as several may be made at once; its id is in the one that it gets.
                "name": f"new {uuid.uuid4().hex}",
                "kind": kind,
                "provider_id": provider.id,
                "company_id": company.id,
                "made_at": fields.Datetime.now(),
                "form": form,
                "creditor": company.name,
                "creditor_identifier": provider.cn285_creditor_identifier,
                "iban": check_iban(account.acc_number),
                "bic": account.bank_bic or "",
            }
        )
        file._write_inside({"name": f"CN285-{file.id}"})
        return file


class SepaDebit(models.Model):
    _inherit = "cn285.sepa.debit"

    def _still_wanted(self):
        """Without those whose invoices were paid otherwise, or whose mandate is void by now."""
        wanted, moves = self, self.transaction_id.invoice_ids
        held = moves.browse().union(*(held_back(moves) for held_back in moves._cn285_holds()))
        for debit in self:
            reason = debit._not_wanted_because(held)
            if reason:
                debit._call_off(reason)
                wanted -= debit
        return wanted

    def _not_wanted_because(self, held):
        """Why a debit is not ordered; None if it is.

        :param held: invoices that are not to be collected, such as those in dispute
        """
        self.ensure_one()
        if not self.mandate_id._usable_on(self.debit_on):
            return self.env._("Mandate %s cannot be used any more.", self.mandate_id.reference)
        moves = self.transaction_id.invoice_ids
        if moves & held:
            return self.env._("The invoice is held back.")
        if (
            moves
            and self.currency_id.compare_amounts(
                sum(moves.filtered(lambda m: m.state == "posted").mapped("amount_residual")),
                self.amount,
            )
            < 0
        ):
            return self.env._("Less is owed by now: the invoice was paid or credited otherwise.")
        return None

    def _move_late(self, today):
        """Those whose day cannot be kept any more are made on the next one that can."""
        for debit in self:
            soonest = soonest_debit(today, debit.provider_id.cn285_lead_days)
            if debit.debit_on < soonest:
                debit._write_inside(debit._moved_to(soonest))

    def _snapshot(self):
        """Keep what is ordered, as the mandate is today; those that the bank would refuse end here.

        :returns: those that can be ordered
        """
        good = self
        for debit in self:
            mandate = debit.mandate_id
            debit._write_inside(
                {
                    "iban": mandate.iban,
                    "bic": mandate.bic,
                    "holder": mandate.holder or mandate.partner_id.name,
                    "account_changed": mandate.account_changed,
                    "former_reference": mandate.former_reference,
                }
            )
            try:
                lots_of_debits("CHECK", [debit._as_order()])
            except SepaError as error:
                debit._refuse("FF01", in_words(self.env, error), debit.debit_on)
                good -= debit
        return good
