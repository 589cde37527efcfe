"""Renewal quotations: new terms and prices for the next term, agreed by the notice date or not at
all: then the contract's own rule holds, and it renews by itself or ends."""

from datetime import timedelta

from odoo import api, models
from odoo.addons.cn285_contract.models.common import PLANNED_STATES, day_after
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.amendment import moved


class Contract(models.Model):
    _inherit = "cn285.contract"

    def action_cn285_renew(self):
        """Open a quotation of the next term: its length, rules and prices; the one that is open
        already, where there is one.

        :raises UserError: where there is nothing to renew, or it is too late
        """
        self.ensure_one()
        known = self._cn285_open_renewal()
        return (known or self._cn285_quote("renewal"))._cn285_opened()

    def _cn285_open_renewal(self):
        """The renewal quotation of the next term that can still be accepted; none: there is none.

        Of those that the user may read.
        """
        self.ensure_one()
        open_ = self.env["sale.order"].search(
            [
                ("cn285_contract_id", "=", self.id),
                ("cn285_kind", "=", "renewal"),
                ("state", "in", ("draft", "sent")),
                ("cn285_superseded_by_id", "=", False),
            ],
            order="id desc",
        )
        return open_.filtered(lambda order: not order._cn285_late())[:1]

    def _cn285_unrenewable(self):
        """Why the next term cannot be agreed by a quotation any more, in words; None if it can."""
        self.ensure_one()
        if not self.term_end:
            return self.env._("Contract %s has no term: there is nothing to renew.", self.name)
        if self.planned_end and self.planned_end <= self.term_end:
            return self.env._(
                "Contract %(contract)s is terminated as of %(date)s.",
                contract=self.name,
                date=format_date(self.env, self.planned_end),
            )
        if self._cn285_agreed_renewal():
            return self.env._("The next term of contract %s is agreed already.", self.name)
        last = self._cn285_renewal_deadline()
        if self.company_id._cn285_today() > last:
            return self.env._(
                "The next term of contract %(contract)s could be agreed until %(date)s: %(rule)s",
                contract=self.name,
                date=format_date(self.env, last),
                rule=self._cn285_normal_rule(),
            )
        return None

    def _cn285_agreed_renewal(self):
        """The planned renewal that somebody agreed on, where there is one."""
        self.ensure_one()
        return self.change_ids.filtered(
            lambda change: change.type == "renew" and change.state in PLANNED_STATES
        )

    def _cn285_renewal_deadline(self):
        """The last day on which the next term can be agreed by a quotation.

        Where the contract renews by itself that is the last day on which the renewal can be
        refused; else the last day of the term.
        """
        self.ensure_one()
        return (self._may_renew() and self.last_day_to_refuse) or self.term_end

    def _cn285_normal_rule(self):
        """What becomes of the contract at the end of its term where nothing else is agreed."""
        self.ensure_one()
        if self._may_renew():
            return self.env._(
                "it renews by itself on %s.", format_date(self.env, self.renewal_date)
            )
        return self.env._("it ends on %s.", format_date(self.env, self.term_end))

    def _cn285_next_prices(self, prices):
        """Prices of the items of these contracts in their next term, as the contracts have it.

        :param prices: ``{item: price today}``
        """
        result = dict(prices)
        for contract in self.filtered("term_end"):
            day = day_after(contract.term_end)
            try:
                factor = contract._revision_factor(day)
            except UserError:
                continue  # the index is not known yet: the price of today is offered
            if factor is None or factor == 1:
                continue
            for item in contract._revised_items(day):
                if item in result:
                    result[item] = item._revised_price(factor, day)
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_renewal_vals(self, contract):
        """Values of a renewal quotation of a contract, besides those of an amendment."""
        step = contract._renewal_step()
        return {
            "term_length": step.count,
            "term_unit": step.unit,
            # Whoever renews is not committed anew unless that is agreed.
            "commitment_length": 0,
            "validity_date": contract._cn285_renewal_deadline(),
        }

    def _cn285_late(self):
        """Why it is too late to agree on the next term, in words; None if it is not."""
        self.ensure_one()
        if self.cn285_kind != "renewal":
            return None
        contract = self.cn285_contract_id.sudo()  # sudo: dates that the quotation tells of
        if contract.term_number != self.cn285_base_term:
            return self.env._(
                "Contract %(contract)s has been renewed since %(quote)s was made.",
                contract=contract.name,
                quote=self.name,
            )
        return contract._cn285_unrenewable()

    # === WHAT IT AGREES ON === #

    def _cn285_rule_differences(self):
        """Rules of the contract that are other ones on the quotation: ``{field: value}``.

        Lengths of term and commitment are those of the next term, on a renewal: it has parts of its
        own for them. Else they have begun.
        """
        self.ensure_one()
        base, found = self.cn285_base_rules or {}, {}
        outside = {"term_length", "term_unit", "commitment_length", "commitment_unit"}
        outside |= {"renewal_length", "renewal_unit"} if self.cn285_kind == "renewal" else set()
        for name in self._term_rule_fields():
            value = self._fields[name].convert_to_write(self[name], self)
            if name not in outside and name in base and value != base[name]:
                found[name] = value
        return found

    def _cn285_changed_rules(self):
        """Names of the rules that the quotation sets anew, the length of the next term included."""
        self.ensure_one()
        names = set(self._cn285_rule_differences())
        if self.cn285_kind == "renewal":
            names |= {"term_length", "term_unit", "commitment_length", "commitment_unit"}
        return names

    def _cn285_moved_rules(self):
        """Which of the rules that the quotation sets anew were changed meanwhile, in words."""
        self.ensure_one()
        now = self.cn285_contract_id._cn285_rules()
        names = list(self._cn285_rule_differences())
        return [
            self.env._(
                "%(field)s is %(now)s by now.",
                field=self._fields[name]._description_string(self.env),
                now=self._cn285_rule_text(self._fields[name], now[name]),
            )
            for name in moved(self.cn285_base_rules or {}, now, names)
        ]

    def _cn285_term_difference(self):
        """The length of the next term where it is another one, by fields of the contract."""
        self.ensure_one()
        step = self.cn285_contract_id._renewal_step()
        if (self.term_length, self.term_unit) == (step.count, step.unit):
            return {}
        return {"renewal_length": self.term_length, "renewal_unit": self.term_unit}

    def _cn285_renewal_parts(self):
        """The renewal, and the length of the term that it begins: ``[(kind, values)]``."""
        self.ensure_one()
        if self.cn285_kind != "renewal":
            return []
        contract = self.cn285_contract_id
        parts, length = [], self._cn285_term_difference()
        if length:
            # Known on the last day before the term that it is of.
            part = self._cn285_part("before", "length", "contract_terms", {"terms": length})
            part[1]["date_effective"] = contract.term_end
            parts.append(part)
        kind, vals = self._cn285_part("renew", "renew", "renew", {})
        vals["date_effective"] = self._cn285_renews_on()
        return [*parts, (kind, vals), *self._cn285_commitment_parts()]

    def _cn285_commitment_parts(self):
        """The commitment that begins with the next term, where one was agreed: as the others."""
        self.ensure_one()
        if not self.commitment_length:
            return []
        terms = {
            "commitment_length": self.commitment_length,
            "commitment_unit": self.commitment_unit,
            "commitment_start": self._cn285_renews_on().isoformat(),
        }
        return [self._cn285_part("terms", "commitment", "contract_terms", {"terms": terms})]

    def _cn285_said_rules(self):
        """Rules that are other ones, old and new, as ``[(label, value)]``."""
        self.ensure_one()
        base, facts = self.cn285_base_rules or {}, []
        if self.cn285_kind == "renewal":
            first, last = self._cn285_next_term()
            facts.append(
                (
                    self.env._("Next term"),
                    self.env._(
                        "%(start)s to %(end)s",
                        start=self._cn285_day(first),
                        end=self._cn285_day(last),
                    ),
                )
            )
            if self.commitment_length:
                free = self._commitment().after(first)
                facts.append(
                    (self.env._("Committed until"), self._cn285_day(free - timedelta(days=1)))
                )
        for name, value in self._cn285_rule_differences().items():
            field = self._fields[name]
            pair = (self._cn285_rule_text(field, one) for one in (base[name], value))
            facts.append((field._description_string(self.env), " → ".join(pair)))
        return facts

    def _cn285_rule_text(self, field, value):
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value or []).display_name or "–"
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        return self._cn285_number(value)

    def _cn285_next_term(self):
        """First and last day of the term that a renewal quotation offers."""
        self.ensure_one()
        start = self._cn285_renews_on()
        return start, self._cn285_term(start)

    def _cn285_renews_on(self):
        """The first day of the next term; of one that was agreed, also once it has begun."""
        self.ensure_one()
        order = self.sudo()  # sudo: a day that the quotation tells of
        agreed = order.cn285_change_ids.filtered(lambda change: change.type == "renew")
        return agreed[:1].date_effective or day_after(order.cn285_contract_id.term_end)

    # === NOT ACCEPTED === #

    @api.model
    def _cron_cn285_end_renewals(self):
        """Close renewal quotations that can be accepted no more: the normal rule holds."""
        for company in self.env["res.company"]._cn285_daily_companies():
            open_ = self.search(
                [
                    ("company_id", "=", company.id),
                    ("cn285_kind", "=", "renewal"),
                    ("state", "in", ("draft", "sent")),
                ]
            )
            for order in open_:
                reason = order._cn285_late()
                if not reason or order._cn285_is_committed():
                    continue
                try:
                    with self.env.cr.savepoint():
                        order.message_post(body=reason)
                        order._action_cancel()
                except UserError as error:
                    order.message_post(body=reason_of(self.env, error))

    def _cn285_tell_not_renewed(self):
        """Note on the contract that its renewal was not agreed, and what holds now."""
        self.ensure_one()
        contract = self.cn285_contract_id
        contract.message_post(
            body=self.env._(
                "Renewal quotation %(quote)s was not accepted: %(rule)s",
                quote=self.name,
                rule=contract._cn285_normal_rule(),
            )
        )
