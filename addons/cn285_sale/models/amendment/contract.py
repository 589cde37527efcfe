from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError


class Contract(models.Model):
    """A running contract is changed by a quotation that its customer accepts."""

    _inherit = "cn285.contract"

    quote_ids = fields.One2many(
        "sale.order", "cn285_contract_id", string="Quotations", readonly=True
    )

    def action_cn285_amend(self):
        """Open a quotation with the running items of this contract.

        What is changed on it becomes contract changes when the customer accepts it.

        :raises UserError: where the contract does not run
        """
        self.ensure_one()
        return self._cn285_quote("amendment")._cn285_opened()

    def action_cn285_quotes(self):
        """The quotations of this contract: the one that it came of, amendments, renewals."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_quotations")
        action["domain"] = [("cn285_contract_id", "=", self.id)]
        action["context"] = {}
        return action

    def _cn285_quote(self, kind, **values):
        """Draft quotations that change these contracts, for the user; one each, made together.

        :param kind: ``amendment`` or ``renewal``
        :param values: values of the quotations, besides those that follow from the contracts
        :returns: the quotations, in the order of the contracts
        :raises AccessError: where the user may not read a contract, or make quotations
        :raises UserError: naming the first contract that cannot be changed like this
        """
        orders = self.env["sale.order"]
        self.check_access("read")
        orders.check_access("create")
        # sudo: what is agreed is what a seller offers anew; which contracts he reads was checked.
        contracts = self.sudo()
        for contract in contracts:
            reason = contract._cn285_unquotable(kind)
            if reason:
                raise UserError(reason)
        days = {item: item._cn285_quoted_on() for item in contracts._cn285_all_quoted(kind)}
        found = contracts.item_ids._prices_at(list(days.items()))
        prices = {item: found[item.id, day] for item, day in days.items()}
        if kind == "renewal":
            prices = contracts._cn285_next_prices(prices)
        drafts = orders.sudo().browse()
        for company, own in contracts.grouped("company_id").items():
            of_company = orders.sudo().with_company(company)
            drafts |= of_company.create(
                [{**contract._cn285_quote_vals(kind, prices), **values} for contract in own]
            )
        drafts.order_line._cn285_keep_base()
        made = {order.cn285_contract_id.id: order.id for order in drafts}
        return orders.browse([made[contract.id] for contract in self])

    def _cn285_unquotable(self, kind):
        """Hook: why no quotation can change this contract, in words; None if one can."""
        self.ensure_one()
        if self.state not in LIVE_STATES:
            return self.env._(
                "Contract %s does not run: a quotation amends running contracts.", self.name
            )
        if not self._cn285_quoted_items(kind):
            return self.env._("Contract %s has no running item.", self.name)
        return self._cn285_unrenewable() if kind == "renewal" else None

    def _cn285_quoted_items(self, kind):
        """The items that run: those with days ahead, and fees that are not due yet.

        Bundles come with their components on an amendment; what renews is told by component, as the
        prices of the next term are.
        """
        self.ensure_one()
        today = self.company_id._cn285_today()
        tomorrow = today + timedelta(days=1)
        return self.item_ids.filtered(
            lambda item: (
                item.state in LIVE_STATES
                and (
                    item.product_id.type == "service"
                    or (kind == "amendment" and item._cn285_is_quotable_bundle())
                )
                and not (item._last_day() and item._last_day() < today)
                and not item._is_due_before(tomorrow)
            )
        )

    def _cn285_all_quoted(self, kind):
        items = self.env["cn285.contract.item"]
        return items.union(*(contract._cn285_quoted_items(kind) for contract in self))

    def _cn285_quote_vals(self, kind, prices):
        """Values of a quotation that changes this contract, nothing being different yet.

        :param prices: ``{item: unit price}``
        """
        self.ensure_one()
        rules, items = self._cn285_rules(), self._cn285_quoted_items(kind)
        lines = self.env["sale.order.line"]
        return {
            **rules,
            **(self.env["sale.order"]._cn285_renewal_vals(self) if kind == "renewal" else {}),
            "cn285_base_rules": rules,
            "cn285_kind": kind,
            "cn285_contract_id": self.id,
            "cn285_base_revision": self._cn285_revision(),
            "cn285_base_term": self.term_number,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_invoice_id": (self.payer_id or self.partner_id).id,
            "currency_id": self.currency_id.id,
            "pricelist_id": self.pricelist_id.id,
            "payment_term_id": self.payment_term_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "cn285_template_id": self.template_id.id,
            "user_id": self.env.uid,
            "client_order_ref": self.client_ref,
            "require_payment": False,
            "order_line": [
                fields.Command.create(lines._cn285_values_of_item(item, prices[item], items))
                for item in items
            ],
        }

    def _cn285_rules(self):
        """The rules of its term and notice, as values."""
        self.ensure_one()
        return {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in self._term_rule_fields()
        }

    def _cn285_revision(self):
        """How many changes were planned of this contract so far: it grows with each.

        :returns: int
        """
        self.ensure_one()
        return len(self.change_ids.filtered("date_scheduled"))


class ContractItem(models.Model):
    """What a quotation has to know of an item that it changes."""

    _inherit = "cn285.contract.item"

    @api.model
    def _cn285_base_names(self):
        """Facts about an item that must not have changed once a quotation changes the item."""
        terms = self.env["cn285.contract.item.version"]._price_terms_fields()
        return ["state", "product_id", *terms, "date_end", "planned_end"]

    def _cn285_quoted_on(self):
        """The day of whose terms quotations tell: today, or the item's first."""
        self.ensure_one()
        today = self.company_id._cn285_today()
        return max(today, self.date_start or today)

    def _cn285_facts(self):
        """These facts as JSON, with the numbers of the changes that are planned.

        :returns: dict
        """
        self.ensure_one()
        planned = self.change_ids.filtered(lambda one: one.state in ("to_approve", "scheduled"))
        facts = {}
        for name in self._cn285_base_names():
            value = self[name]
            if isinstance(value, models.BaseModel):
                value = value.id
            facts[name] = value.isoformat() if hasattr(value, "isoformat") else value
        return {**facts, "plans": sorted(planned.ids)}
