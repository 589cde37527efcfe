import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import in_test
from odoo.addons.cn285_contract.models.clock import imagining
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import SQL

from ...engine.exposure import Answer, Exposure, answer

_logger = logging.getLogger(__name__)


class ExposureService(models.AbstractModel):
    """What payers may come to owe, in the company's currency, against their credit limits."""

    _name = "cn285.exposure"
    _description = "Exposure of Customers"

    @api.model
    def _of(self, partners, company):
        """What each payer may come to owe: open, planned and due, rated usage, less its wallet.

        What is open is what accounting says, with tax; rows of the schedule are without. In few
        questions, however many payers.

        :param partners: commercial partners
        :returns: ``{partner id: Exposure}``
        """
        opened, due = self._open(partners, company), self._due(partners, company)
        usage = self._rated_usage(partners, company)
        wallets = self._wallet(partners, company)
        return {
            partner_id: Exposure(
                open=opened.get(partner_id, as_decimal(0)),
                due=due.get(partner_id, as_decimal(0)),
                usage=usage.get(partner_id, as_decimal(0)),
                wallet=wallets.get(partner_id, as_decimal(0)),
            )
            for partner_id in partners.ids
        }

    @api.model
    def _wallet(self, partners, company):
        """What payers have in wallets, by partner id, in the company's currency."""
        return self.env["cn285.wallet"]._held(partners, company)

    @api.model
    def _rated_usage(self, partners, company):
        """Usage so far that is not invoiced, by partner id, in the company's currency."""
        contracts = self._contracts(partners, company)
        sums = {}
        if "cn285.usage.rating" not in self.env:
            return self._row_sums(partners, company, SQL("row.kind = 'usage'"))
        # Usage is there: it knows what the running periods come to, by the engine that rates.
        for estimate in contracts._usage_estimates()[0]:
            row, amount = estimate.row, float(estimate.amount - estimate.billed)
            payer = row.contract_id.payer_id.commercial_partner_id.id
            sums[payer] = sums.get(payer, as_decimal(0)) + self._in_company(
                amount, row.currency_id, company
            )
        return sums

    @api.model
    def _contracts(self, partners, company):
        return (
            self.env["cn285.contract"]
            .sudo()  # sudo: all that a payer may come to owe, whoever asks
            .search(
                [
                    ("company_id", "=", company.id),
                    ("payer_id.commercial_partner_id", "in", partners.ids),
                    ("state", "in", LIVE_STATES),
                ]
            )
        )

    @api.model
    def _open(self, partners, company):
        """What is open on receivable accounts; negative where a payer paid too much."""
        if not partners:
            return {}
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT payer.commercial_partner_id, SUM(line.amount_residual)
                     FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                     JOIN res_partner payer ON payer.id = line.partner_id
                    WHERE line.company_id = %s AND line.parent_state = 'posted'
                      AND account.account_type = 'asset_receivable'
                      AND line.reconciled IS NOT TRUE
                      AND payer.commercial_partner_id IN %s
                 GROUP BY payer.commercial_partner_id""",
                company.id,
                tuple(partners.ids),
            )
        )
        return {partner_id: as_decimal(float(amount)) for partner_id, amount in rows}

    @api.model
    def _due(self, partners, company):
        """Planned rows that are due and not invoiced yet, but for usage."""
        today = company._cn285_today()
        what = SQL("row.kind NOT LIKE 'usage%%' AND row.billing_date <= %s", today)
        return self._row_sums(partners, company, what)

    @api.model
    def _row_sums(self, partners, company, what):
        if not partners:
            return {}
        self.env["cn285.billing.schedule"].flush_model()
        self.env["cn285.contract"].flush_model(["payer_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT payer.commercial_partner_id, row.currency_id, SUM(row.amount)
                     FROM cn285_billing_schedule row
                     JOIN cn285_contract contract ON contract.id = row.contract_id
                     JOIN res_partner payer ON payer.id = contract.payer_id
                    WHERE row.company_id = %s AND row.state = 'planned' AND %s
                      AND payer.commercial_partner_id IN %s
                 GROUP BY payer.commercial_partner_id, row.currency_id""",
                company.id,
                what,
                tuple(partners.ids),
            )
        )
        sums, currencies = {}, self.env["res.currency"]
        for partner_id, currency_id, amount in rows:
            part = self._in_company(float(amount or 0), currencies.browse(currency_id), company)
            sums[partner_id] = sums.get(partner_id, as_decimal(0)) + part
        return sums

    @api.model
    def _in_company(self, amount, currency, company):
        today = company._cn285_today()
        return as_decimal(currency._convert(amount, company.currency_id, company, today))

    # === LIMITS === #

    @api.model
    def _limit(self, partner, company):
        """The credit limit of a commercial partner; None where it has none."""
        # sudo: limits hold whether or not whoever asks may read them.
        limit = partner.sudo().with_company(company).credit_limit
        return as_decimal(limit) if company.sudo().account_use_credit_limit and limit > 0 else None

    @api.model
    def _refusal_words(self, payer, company, exposure=None):
        """Why a payer above its credit limit gets nothing more; None where it may have more.

        :param exposure: what is known already, after an automatic payment
        """
        limit = self._limit(payer, company)
        if limit is None:
            return None
        exposure = exposure or self._of(payer, company)[payer.id]
        if not exposure.above(limit):
            return None
        money = company.currency_id
        return self.env._(
            "insufficient funds: %(payer)s owes, or will be billed, %(total)s (open %(open)s, "
            "due %(due)s, usage %(usage)s, in the wallet %(wallet)s), and the credit limit is "
            "%(limit)s.",
            payer=payer.display_name,
            total=money.format(float(exposure.total)),
            open=money.format(float(exposure.open)),
            due=money.format(float(exposure.due)),
            usage=money.format(float(exposure.usage)),
            wallet=money.format(float(exposure.wallet)),
            limit=money.format(float(limit)),
        )

    @api.model
    def _after_payment(self, payer, company):
        """The exposure of a payer, after an automatic payment where it is above its limit."""
        exposure, limit = self._of(payer, company)[payer.id], self._limit(payer, company)
        owed = as_decimal(sum(self._means_of(payer, company).mapped("amount_residual_signed")))
        if answer(exposure, limit, owed) is Answer.collect:
            return self._collect_first(payer, company)
        return exposure

    @api.model
    def _limited(self, company, partner_ids=None):
        """Payers of running contracts that have a credit limit."""
        if not company.sudo().account_use_credit_limit:
            return self.env["res.partner"]
        domain = [("company_id", "=", company.id), ("state", "in", LIVE_STATES)]
        if partner_ids is not None:
            domain.append(("payer_id.commercial_partner_id", "in", list(partner_ids)))
        # sudo: as above
        groups = self.env["cn285.contract"].sudo()._read_group(domain, ["payer_id"])
        partners = self.env["res.partner"].sudo().union(*(payer for (payer,) in groups))
        payers = partners.commercial_partner_id.with_company(company)
        return payers.filtered(lambda payer: payer.credit_limit > 0)

    @api.model
    def _above_limit(self, company, partner_ids=None):
        """Payers above their limit, ``{partner id: Exposure}``.

        One whose exposure cannot be told is none of them, and keeps nobody else from being one.
        """
        payers = self._limited(company, partner_ids)
        parts, failed = each_or_apart(payers, lambda part: self._of(part, company))
        for partner, reason in failed.items():
            _logger.warning("Exposure of %s: %s", partner.display_name, reason)
        return {
            partner_id: exposure
            for part in parts
            for partner_id, exposure in part.items()
            if exposure.above(self._limit(payers.browse(partner_id), company))
        }

    @api.model
    def _collect_first(self, partner, company):
        """Collect what is posted of a payer above its limit, in a transaction of its own.

        What is being done here may be refused and undone; a payment may not. In previews and on
        imagined days nothing is collected.

        :returns: the exposure afterwards
        """
        if imagining() or not self._means_of(partner, company):
            return self._of(partner, company)[partner.id]
        if in_test():
            return self._collect_now(partner, company)
        with self.env.registry.cursor() as cr:
            apart = self.with_env(self.env(cr=cr, su=True))
            return apart._collect_now(
                apart.env["res.partner"].browse(partner.id),
                apart.env["res.company"].browse(company.id),
            )

    @api.model
    def _collect_now(self, partner, company):
        moves = self._means_of(partner, company)
        self.env["cn285.collection"]._collect(moves, "limit")
        self.env.invalidate_all()
        return self._of(partner, company)[partner.id]

    @api.model
    def _means_of(self, partners, company):
        """Posted invoices of payers that may be charged to means: due or not, but not held."""
        # sudo: what is collected follows from the contract, whoever asks.
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("commercial_partner_id", "in", partners.ids),
                    ("state", "=", "posted"),
                    ("move_type", "=", "out_invoice"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("cn285_contract_ids", "!=", False),
                ]
            )
        )
        tokens = moves.cn285_contract_ids._payment_tokens()
        automatic = moves.filtered(
            lambda move: all(
                contract.collection_mode == "automatic" and tokens[contract]
                for contract in move.cn285_contract_ids
            )
        )
        return automatic._cn285_collectable()
