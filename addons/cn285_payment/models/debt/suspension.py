from datetime import timedelta

from odoo import api, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import format_date

from ...engine.dunning import Overdue, last_day_of_grace, may_reactivate

# Items in these states can be deactivated.
SERVED = ("active", "paused")


class DunningCase(models.Model):
    """Services are deactivated for a debt, activated again when it is paid, or terminated."""

    _inherit = "cn285.dunning.case"

    # === OFF === #

    def _deactivate(self):
        """Deactivate what these policies say: contracts that owe for longer than their grace."""
        debts = {company: cases._read_debts(company) for company, cases in self._by_company()}
        self._deactivate_contracts(
            {case: case._contracts_past_grace(debts[case.company_id]) for case in self}
        )

    def _by_company(self):
        return self.grouped("company_id").items()

    def _deactivate_further(self, debts):
        """Of debtors who are deactivated: also contracts that came to owe for too long since."""
        further = {}
        for case in self.filtered(lambda one: one.suspended_on and not one._is_spared()):
            events = case._since_reactivation()
            done = events.filtered(lambda event: event.kind == "deactivated").contract_id
            further[case] = case._contracts_past_grace(debts) - done
        self._deactivate_contracts(further)

    def _is_spared(self):
        """Whether nothing (more) is deactivated: the customer is exempt, or owes too little."""
        self.ensure_one()
        policy = self.policy_id
        return policy._exempts(self.partner_id) or as_decimal(self.overdue_amount) <= as_decimal(
            policy._threshold_in(self.currency_id, self.company_id)
        )

    def _contracts_past_grace(self, debts):
        """Contracts with invoices that are open beyond the days of grace; or all of the payer's."""
        self.ensure_one()
        policy, partner, company = self.policy_id, self.partner_id, self.company_id
        today = company._cn285_today()
        if policy.deactivates == "all":
            return self._payers_contracts()
        rules = policy._engine_policy(company, self.currency_id, partner.cn285_legal_kind)
        grace = rules.grace(partner.with_company(company)._cn285_own_grace())
        owed = debts.get((partner.id, self.currency_id.id))
        moves = self.env["account.move"].browse(
            {
                one.move_id
                for one in (owed.lines if owed else ())
                if one.is_dunned and last_day_of_grace(one.due, grace) < today
            }
        )
        return moves._cn285_owing_contracts().filtered(
            lambda contract: contract.company_id == company and contract.state in LIVE_STATES
        )

    def _payers_contracts(self):
        """Running contracts that the payers of these cases pay in their currencies."""
        contracts = self.env["cn285.contract"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("payer_id.commercial_partner_id", "in", self.partner_id.ids),
                ("currency_id", "in", self.currency_id.ids),
                ("state", "in", LIVE_STATES),
            ]
        )
        keys = {(case.partner_id, case.company_id, case.currency_id) for case in self}
        return contracts.filtered(lambda contract: contract._payer_key() in keys)

    def _is_payer_of(self, contract):
        """Whether a contract is paid by the payer of this case, in its currency."""
        self.ensure_one()
        return contract._payer_key() == (self.partner_id, self.company_id, self.currency_id)

    def _deactivate_contracts(self, contracts_by_case):
        """Deactivate contracts of debtors today, together, or as many of them as can be.

        :param contracts_by_case: ``{case: contracts}``
        """
        owners = {
            contract: case
            for case, contracts in contracts_by_case.items()
            for contract in contracts
            if any(item.state in SERVED for item in contract.item_ids)
        }
        values = {
            contract: {"cause": "debt", "billing": case.policy_id.suspension_billing}
            for contract, case in owners.items()
        }
        served = self.env["cn285.contract"].union(*owners)
        done, failed = each_or_apart(
            served, lambda part: self._change_now(part, "deactivate", values)
        )
        for contract in served.browse().union(*done):
            case = owners[contract]
            case._note("deactivated", contract.name, contract_id=contract.id)
            case._write_inside({"suspended_on": case.company_id._cn285_today()})
        self._note_failures(failed, owners)

    @api.model
    def _change_now(self, contracts, kind, values=None, items=None, waived=None):
        """Let contracts change today, by the program itself; returns them.

        :param values: ``{contract: values of the change}``
        :param items: ``{contract: items that are concerned}``; without: the whole contract
        :param waived: ``{contract: whether a leaving fee is waived}``
        """
        creates = []
        for contract in contracts:
            day = self._day_for(contract.company_id, kind)
            for item in (items or {}).get(contract) or [contract.item_ids.browse()]:
                creates.append(
                    {
                        "contract_id": contract.id,
                        "item_id": item.id,
                        "type": kind,
                        "values": (values or {}).get(contract, {}),
                        "date_effective": day,
                        "origin": "system",
                        # The day before is the last of the old terms: no matter of dating back.
                        "override": day < contract.company_id._cn285_today(),
                        "note": self.env._("Dunning"),
                        "waive_fee": (waived or {}).get(contract, False),
                    }
                )
        # sudo: what the policy says takes effect, whoever's process it is.
        self.env["cn285.contract.change"].sudo().create(creates).action_schedule()
        return contracts

    @api.model
    def _day_for(self, company, kind):
        """The effective date by which something holds from today on, by the company's rules."""
        today = company._cn285_today()
        if kind == "terminate":
            return today
        return today if company.cn285_change_day == "new" else today - timedelta(days=1)

    def _note_failures(self, failed, owners):
        """Keep, and tell, why contracts could not be changed.

        :param failed: ``{contract: reason}``
        :param owners: ``{contract: case}``
        """
        for contract, reason in failed.items():
            words = f"{contract.name}: {reason}"
            owners[contract]._note("failed", words, contract_id=contract.id)
            owners[contract]._ask(lambda one, words=words: words)

    # === ON AGAIN === #

    def _debt_suspended(self):
        """Items that are deactivated for a debt, and for nothing else, by contract.

        :returns: ``{contract: items}`` of the payers of these cases
        """
        found = {}
        for company, cases in self.grouped("company_id").items():
            items = self.env["cn285.contract.item"].search(
                [
                    ("state", "=", "suspended"),
                    ("company_id", "=", company.id),
                    (
                        "contract_id.payer_id.commercial_partner_id",
                        "in",
                        cases.partner_id.ids,
                    ),
                ]
            )
            for contract, own in items.grouped("contract_id").items():
                owing = own.filtered(lambda item: item._is_suspended_for_debt())
                if owing:
                    found[contract] = owing
        return found

    def _reactivate(self):
        """Activate again what was deactivated for a debt that is paid, within the limit.

        Whoever deactivated it: only the reason counts.
        """
        free = self.filtered(lambda case: case._may_reactivate())
        suspended = free._debt_suspended() if free else {}
        owners = {}
        by_key = {(case.partner_id, case.company_id, case.currency_id): case for case in free}
        for contract in suspended:
            owner = by_key.get(contract._payer_key())
            if owner:
                owners[contract] = owner
        failed = self._activate_contracts(suspended, owners)
        held = {owners[contract] for contract in failed}
        for case in free.filtered("suspended_on"):
            if case not in held:
                case._write_inside({"suspended_on": False})

    def _may_reactivate(self):
        self.ensure_one()
        if self.is_above_limit:
            return False
        debt = None
        if self.oldest_due:
            debt = Overdue(as_decimal(self.overdue_amount), self.oldest_due)
        policy = self.policy_id
        threshold = policy._threshold_in(self.currency_id, self.company_id)
        return may_reactivate(debt, as_decimal(threshold), policy.reactivates == "threshold")

    def _activate_contracts(self, suspended, owners):
        """Activate items today, together, or as many of them as can be.

        :param suspended: ``{contract: items}``
        :param owners: ``{contract: case}`` of those that are activated
        :returns: ``{contract: reason}`` of those that could not be
        """
        contracts = self.env["cn285.contract"].union(*owners)

        def step(part):
            parted = {}
            for contract in part:
                off = contract.item_ids.filtered(lambda item: item.state == "suspended")
                if off != suspended[contract]:
                    parted[contract] = suspended[contract]
            return self._change_now(part, "activate", items=parted) if part else part

        done, failed = each_or_apart(contracts, step)
        for contract in contracts.browse().union(*done):
            owners[contract]._note("reactivated", contract.name, contract_id=contract.id)
        self._note_failures(failed, owners)
        return failed

    # === FOR GOOD === #

    def _terminate(self):
        """Terminate contracts that have been deactivated for debt for long."""
        owners = {}
        for case in self:
            for contract in case._debt_suspended():
                if contract.currency_id == case.currency_id:
                    owners[contract] = case
        waived = {contract: not case.policy_id.termination_fee for contract, case in owners.items()}
        contracts = self.env["cn285.contract"].union(*owners)
        done, failed = each_or_apart(
            contracts, lambda part: self._change_now(part, "terminate", waived=waived)
        )
        for contract in contracts.browse().union(*done):
            case = owners[contract]
            words = self.env._(
                "%(contract)s, deactivated since %(day)s",
                contract=contract.name,
                day=format_date(self.env, case.suspended_on),
            )
            case._note("terminated", words, contract_id=contract.id)
        self._note_failures(failed, owners)


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _is_suspended_for_debt(self):
        """Whether the suspension that goes on was made for a debt."""
        self.ensure_one()
        going_on = self.pause_ids.filtered(
            lambda pause: pause.kind == "suspension" and not pause.date_end
        )
        return bool(going_on) and all(
            (pause.change_id.values or {}).get("cause") == "debt" for pause in going_on
        )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _payer_key(self):
        """By what a debtor is known: who pays, to whom, in which currency."""
        self.ensure_one()
        return self.payer_id.commercial_partner_id, self.company_id, self.currency_id
