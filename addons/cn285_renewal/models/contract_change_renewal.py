from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.changes.change_type import ChangeType, Value
from odoo.addons.cn285_contract.models.common import day_after
from odoo.tools import format_date


class ContractChange(models.Model):
    """Changes of the term: renewal, whether the contract renews by itself, extension."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[
            ("renew", "Renewal"),
            ("auto_renewal", "Renewal by Itself"),
            ("extend_term", "Extension of the Term"),
        ],
        ondelete={"renew": "cascade", "auto_renewal": "cascade", "extend_term": "cascade"},
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "renew": ChangeType(on="contract"),
            "auto_renewal": ChangeType(
                on="contract", values={"auto_renew": Value("boolean", required=True)}
            ),
            "extend_term": ChangeType(
                on="contract", values={"term_end": Value("date", required=True)}
            ),
        }

    @api.model
    def _snapshot_contract_fields(self):
        return [*super()._snapshot_contract_fields(), "term_number", "term_end", "auto_renew"]

    # === RENEWAL === #

    def _check_renew(self):
        """The term ends the day before, and what comes after it is not decided otherwise."""
        contract = self.contract_id
        self._check_has_term()
        if self.date_effective != day_after(contract.term_end):
            raise self._refusal(
                self.env._(
                    "it can only be renewed on %s, when its term is over.",
                    format_date(self.env, day_after(contract.term_end)),
                )
            )
        if contract.planned_end and contract.planned_end <= contract.term_end:
            raise self._refusal(
                self.env._(
                    "it is terminated as of %s.", format_date(self.env, contract.planned_end)
                )
            )
        if contract.renewal_max and contract.term_number >= contract.renewal_max:
            raise self._refusal(
                self.env._("it was renewed %s times, and no more is agreed.", contract.term_number)
            )

    def _apply_renew(self):
        """The next term begins; prices are revised from its first day on."""
        contracts = self.contract_id
        # What became of the notice is settled before the term that it announced begins.
        contracts.notice_ids._refresh_state()
        for change in self:
            change.contract_id._begin_next_term()
        contracts._plan_notices()
        self._revise_prices()

    def _billing_day(self):
        """What renews by itself was agreed before: caught up, it is billed as of its own day."""
        if self.type == "renew" and self.origin == "system":
            return self._first_day()
        return super()._billing_day()

    # === BY ITSELF OR NOT === #

    def _check_auto_renewal(self):
        """It is a contract that could renew by itself."""
        self._check_has_term()
        if self.contract_id.renewal_mode != "tacit":
            raise self._refusal(self.env._("it does not renew by itself: renew it on agreement."))

    def _apply_auto_renewal(self):
        """From now on the contract renews at the end of its term, or ends with it."""
        for change in self:
            contract, renews = change.contract_id, change._parsed()["auto_renew"]
            vals = {"auto_renew": renews}
            if renews:
                end = contract._longest_end()
                vals["date_end"] = end and end - timedelta(days=1)
            elif not contract.date_end or contract.date_end > contract.term_end:
                vals["date_end"] = contract.term_end
            contract.write(vals)

    # === EXTENSION === #

    def _check_extend_term(self):
        """The new end is later than the old one."""
        contract, new_end = self.contract_id, self._parsed()["term_end"]
        self._check_has_term()
        if new_end <= contract.term_end:
            raise self._refusal(
                self.env._(
                    "the term ends on %(old)s; an extension ends later than that, not on %(new)s.",
                    old=format_date(self.env, contract.term_end),
                    new=format_date(self.env, new_end),
                )
            )

    def _apply_extend_term(self):
        """The term ends later, and renewals count from its new end."""
        for change in self:
            contract, new_end = change.contract_id, change._parsed()["term_end"]
            vals = {"term_end": new_end, "term_anchor_day": day_after(new_end).day}
            if contract.date_end and contract.date_end < new_end:
                vals["date_end"] = new_end
            contract.write(vals)

    # === SHARED === #

    def _check_has_term(self):
        if not self.contract_id.term_end:
            raise self._refusal(self.env._("it has no fixed term."))

    def _revise_prices(self):
        """Revise the own prices of the renewed contracts' subscriptions, as they agreed."""
        changes = []
        for change in self:
            contract = change.contract_id
            factor = contract._revision_factor(change.date_effective)
            if factor is None or factor == 1:
                continue
            for item in contract._revised_items(change.date_effective):
                price = item._revised_price(factor, change.date_effective)
                changes.append(change._terms_change({"price_unit": price}, item))
        self._change_terms(changes)
