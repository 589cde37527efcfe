from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.batches import BatchKey, cut
from ...engine.issue import AS_ISSUED


class BillingRun(models.Model):
    """What is due, cut into batches by the invoices it comes to, and which rows a batch has."""

    _inherit = "cn285.billing.run"

    # === CUTTING === #

    def _batches(self):
        """Cut what is due into batches of about the company's number of invoices.

        All rows that may share an invoice are in one batch; a payer with more invoices than a batch
        takes is in several. Batches follow each other by date, so that numbers do too.

        :returns: list of lists of :class:`BatchKey`
        """
        self.ensure_one()
        query = self.env["cn285.billing.schedule"]._search(self._domain_to_cut())
        contract = query.left_join(
            query.table, "contract_id", "cn285_contract", "id", "contract_id"
        )
        columns = [self._issue_day_sql(query), *_terms_sql(contract)]
        query.groupby = query.order = SQL("1, 2, 3, 4, 5")
        # Rows without a payer or a currency are set aside, see ``_broken``.
        found = self.env.execute_query(query.select(*columns))
        keys = [BatchKey(*values) for values in found if all(values[:4])]
        return cut(keys, self.company_id.cn285_batch_size)

    def _row_keys(self, rows):
        """The keys of rows, as :meth:`_batches` has the database tell them; sorted."""
        given, terms = self._given_day(), _terms(rows.contract_id)
        return sorted(
            {BatchKey(given or row._issue_day(), *terms[row.contract_id]) for row in rows}
        )

    # === ONE BATCH === #

    def _batch_rows(self, batch, state="planned"):
        """The due rows of a batch that was cut today or before.

        :param batch: list of :class:`BatchKey`
        :param state: ``planned``, or ``waiting``: those whose usage is rated first
        """
        rows = self.env["cn285.billing.schedule"].search(self._batch_domain(batch, state))
        terms, days = _terms(rows.contract_id), {}
        for key in batch:
            days.setdefault(_scope(key), []).append(key.day)

        def is_wanted(contract, planned):
            own = terms[contract]
            # A contract that is named is billed, even if it would share an invoice by now.
            scopes = ("contract", contract.id), ("shared", *own), ("payer", own[0])
            found = [day for scope in scopes for day in days.get(scope, ())]
            return any(self._is_issued_on(day, planned) for day in found)

        pairs = {row: (row.contract_id, row.billing_date) for row in rows}
        wanted = {pair: is_wanted(*pair) for pair in set(pairs.values())}
        return rows.filtered(lambda row: wanted[pairs[row]])

    def _batch_domain(self, batch, state):
        """Domain of the rows of a batch, and of some more of the same payers."""
        days = {}
        for key in batch:
            days.setdefault(key.day, []).append(key)
        if self.invoice_date:
            return self._due_domain(state) & _of_contracts(batch)
        return self._due_domain(state) & Domain.OR(
            Domain("billing_date", "<=" if self._is_late(day) else "=", day) & _of_contracts(keys)
            for day, keys in days.items()
        )

    def _is_issued_on(self, day, planned):
        """Whether a batch of this run bills on a day what was planned for another."""
        return bool(self.invoice_date) or (planned <= day if self._is_late(day) else planned == day)

    def _is_late(self, day):
        """Whether what was to be billed before is billed on a day, by a run of that day or later"""
        company = self.company_id
        return company.cn285_invoice_dating == AS_ISSUED and day <= company._cn285_today()


def _scope(key):
    """What a key is about: one contract, those of a payer that share an invoice, or all of his."""
    if key.whole_payer:
        return "payer", key.payer
    return ("contract", key.contract) if key.contract else ("shared", *key[1:])


def _terms(contracts):
    """``{contract: the part of its rows' keys that it decides}``: as :func:`_terms_sql`."""
    return {
        contract: (
            contract.payer_id.id,
            contract._get_invoice_address().id,
            contract.currency_id.id,
            contract.id if contract.invoice_separately else 0,
        )
        for contract in contracts
    }


def _terms_sql(contract):
    """What :func:`_terms` says, of the contract that has this alias in a query."""
    names = "payer_id", "partner_invoice_id", "currency_id", "invoice_separately", "id"
    payer, address, currency, separate, own = (SQL.identifier(contract, name) for name in names)
    return (
        payer,
        SQL("coalesce(%s, %s)", address, payer),
        currency,
        SQL("CASE WHEN %s THEN %s ELSE 0 END", separate, own),
    )


def _of_contracts(keys):
    """Domain of the rows of these keys' contracts, and of others of payers who share invoices."""
    own = [key.contract for key in keys if key.contract]
    shared = sorted({key.payer for key in keys if not key.contract})
    return Domain("contract_id", "in", own) | Domain("contract_id.payer_id", "in", shared)
