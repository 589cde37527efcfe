"""What follows above a credit limit: payment first, then what costs is refused, or deactivated."""

from contextvars import ContextVar

from odoo import api, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.exceptions import UserError

# Exposures after an automatic payment that another transaction made, which this one cannot see.
_paid_apart = ContextVar("cn285_paid_apart", default=None)


class ContractChange(models.Model):
    """What costs is refused above the limit, and activation before the debt is paid."""

    _inherit = "cn285.contract.change"

    def action_schedule(self):
        """Collect first what customers above their limit owe, so that less is refused."""
        token = _paid_apart.set(self._exposures_after_payment())
        try:
            return super().action_schedule()
        finally:
            _paid_apart.reset(token)

    def _exposures_after_payment(self):
        """Exposures of payers above their limit after an automatic payment, by payer, company."""
        service, found = self.env["cn285.exposure"], {}
        for change in self:
            if change.origin == "system" or change.override:
                continue
            payer = change.contract_id.sudo().payer_id.commercial_partner_id  # sudo: see _limit
            company, key = change.company_id, (payer.id, change.company_id.id)
            if key in found or service._limit(payer, company) is None:
                continue
            if change._may_cost():
                found[key] = service._after_payment(payer, company)
        return found

    def _costs(self):
        """Whether this change is of more services: new items, more units, a higher tier."""
        self.ensure_one()
        return self.type in ("add_item", "cross_sell", "upsell") or self._nature() == "upgrade"

    def _may_cost(self):
        """Whether it costs, as far as can be said before its checks: what is wrong these tell."""
        try:
            return self._costs()
        except UserError:
            return False

    def _check_rules(self):
        result = super()._check_rules()
        if self.origin != "system" and not self.override:
            if self._costs():
                self._check_limit()
            elif self.type == "activate":
                self._check_debt_paid()
        return result

    def _check_limit(self):
        """Refuse what costs to a payer above the credit limit."""
        payer = self.contract_id.sudo().payer_id.commercial_partner_id  # sudo: see _limit
        known = (_paid_apart.get() or {}).get((payer.id, self.company_id.id))
        reason = self.env["cn285.exposure"]._refusal_words(payer, self.company_id, known)
        if reason:
            raise self._refusal(reason)

    def _check_debt_paid(self):
        """Refuse to activate by hand what is deactivated for a debt that is still there."""
        items = self._concerned(("suspended",)).sudo()  # sudo: why they are suspended
        if not any(item._is_suspended_for_debt() for item in items):
            return
        payer = self.contract_id.sudo().payer_id.commercial_partner_id
        case = (
            self.env["cn285.dunning.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", payer.id),
                    ("company_id", "=", self.company_id.id),
                    ("currency_id", "=", self.currency_id.id),
                    ("state", "!=", "closed"),
                ]
            )
        )
        if case and not case._may_reactivate():
            raise self._refusal(
                self.env._(
                    "it is deactivated for a debt, and %(amount)s is still overdue; it is "
                    "activated by itself once that is paid.",
                    amount=self.currency_id.format(case.overdue_amount),
                )
            )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def action_confirm(self):
        """Refuse new contracts of payers above their limit, after an automatic payment.

        And drafts that wait for means or for a payment, see the room of prepayments.

        :raises UserError: in words
        """
        self._refuse_unstarted()
        service = self.env["cn285.exposure"]
        for company, contracts in self.grouped("company_id").items():
            for payer in contracts.sudo().payer_id.commercial_partner_id:  # sudo: see _limit
                if service._limit(payer, company) is None:
                    continue
                exposure = service._after_payment(payer, company)
                reason = service._refusal_words(payer, company, exposure)
                if reason:
                    raise UserError(self.env._("A new contract: %s", reason))
        result = super().action_confirm()
        self._bill_at_start()
        return result


class DunningCase(models.Model):
    """What follows where a payer is above its credit limit."""

    _inherit = "cn285.dunning.case"

    @api.model
    def _payers_above_limit(self, company, partner_ids=None):
        """Ids of payers above their limit."""
        return list(self.env["cn285.exposure"]._above_limit(company, partner_ids))

    @api.model
    def _keys_above_limit(self, company, partner_ids):
        """Payers above their limit, and the currencies of what they are served in.

        :returns: set of (partner id, currency id)
        """
        above = self._payers_above_limit(company, partner_ids)
        domain = [
            ("company_id", "=", company.id),
            ("state", "in", LIVE_STATES),
            ("payer_id.commercial_partner_id", "in", above),
        ]
        groups = self.env["cn285.contract"]._read_group(domain, ["payer_id", "currency_id"])
        return {(payer.commercial_partner_id.id, currency.id) for payer, currency in groups}

    @api.model
    def _collect_above_limit(self, company, partner_ids=None):
        """Collect what is posted of payers above their limit, before anything follows from it."""
        service = self.env["cn285.exposure"]
        above = self.env["res.partner"].browse(service._above_limit(company, partner_ids))
        moves = service._means_of(above, company) if above else self.env["account.move"]
        if moves:
            self.env["cn285.collection"]._collect(moves, "limit")

    def _react_to_limit(self):
        """Deactivate, where the policy says so, payers still above their limit."""
        above = self.filtered(
            lambda case: (
                case.is_above_limit
                and not case.suspended_on
                and case.policy_id.above_limit == "deactivate"
                and not case.policy_id._exempts(case.partner_id)
            )
        )
        service, off = self.env["cn285.exposure"], {}
        for company, cases in above.grouped("company_id").items():
            partners = cases.partner_id
            coming, exposures = self._being_paid(partners, company), service._of(partners, company)
            contracts = cases._payers_contracts()
            for case in cases:
                partner = case.partner_id
                rest = exposures[partner.id].after(coming[partner.id])
                if rest.above(service._limit(partner, company)):
                    off[case] = contracts.filtered(case._is_payer_of)
        self._deactivate_contracts(off)

    @api.model
    def _being_paid(self, partners, company):
        """What is on its way to be paid by payers, ``{partner id: Decimal}``."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", partners.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        coming = dict.fromkeys(partners.ids, as_decimal(0))
        for move in moves._cn285_being_paid():
            coming[move.commercial_partner_id.id] += as_decimal(move.amount_residual_signed)
        return coming

    @api.model
    def _topped_up(self, partners, company):
        """Credit came to wallets: payers that were above their limit are activated again."""
        self.sudo().with_company(company)._look_at(company, partners.commercial_partner_id)
