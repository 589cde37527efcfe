from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.product_rules import problems
from .common import LIVE_STATES

# The proof that a change has kept the rules itself, or was excepted from them: no remote call can
# send it.
RULES_KEPT = object()


def product_problem(env, products, kinds=("requires", "excludes")):
    """Why product templates cannot stand together, in a clerk's words; None if they can.

    :param kinds: which of the rules are asked
    """
    # sudo: rules between products hold whether or not the user sees all of them.
    products = products.sudo()
    found = problems(
        products.ids,
        {one.id: one.cn285_requires_ids.ids for one in products},
        {one.id: one.cn285_excludes_ids.ids for one in products},
    )
    for problem in found:
        if problem.kind not in kinds:
            continue
        names = {
            "product": products.browse(problem.product).display_name,
            "others": ", ".join(products.browse(sorted(problem.others)).mapped("display_name")),
        }
        if problem.kind == "requires":
            return env._("%(product)s requires %(others)s on the contract.", **names)
        return env._("%(product)s cannot be on a contract with %(others)s.", **names)
    return None


class Contract(models.Model):
    """Rules between products, and limits of customers: they hold however a contract comes about."""

    _inherit = "cn285.contract"

    def _check_product_rules(self):
        """Refuse contracts whose items cannot be sold together, or are too many for the customer.

        Called when items start, and when contracts are confirmed. Changes check for themselves,
        with an exception for those who have the right to it.

        :raises ValidationError: naming the contract
        """
        if self.env.context.get("cn285_rules_kept") is RULES_KEPT:
            return
        reasons = {}
        for contract in self:
            items = contract.item_ids.filtered(lambda item: item.state in ("draft", *LIVE_STATES))
            products = items.product_id.product_tmpl_id
            # Most contracts of a company consist of the same few products.
            if products not in reasons:
                reasons[products] = product_problem(self.env, products)
            if reasons[products]:
                raise contract._rule_broken(reasons[products])
        self._check_customer_limits()

    def _rule_broken(self, reason):
        self.ensure_one()
        return ValidationError(
            self.env._("Contract %(contract)s: %(reason)s", contract=self.name, reason=reason)
        )

    def _check_customer_limits(self):
        """Refuse more running items than the customers' tags allow; a query for all customers."""
        # sudo: the limit counts all of a customer's items, whoever sells them.
        contracts = self.sudo()
        limits = {}
        for contract in contracts:
            customer = contract.partner_id.commercial_partner_id
            tags = [tag for tag in customer.category_id if tag.cn285_max_items]
            if tags:
                tag = min(tags, key=lambda tag: tag.cn285_max_items)
                limits[customer, contract.company_id] = tag, contract
        for (customer, company), (tag, contract) in limits.items():
            running = contracts.env["cn285.contract.item"].search_count(
                Domain("contract_id.partner_id", "child_of", customer.id)
                & Domain("company_id", "=", company.id)
                & Domain("state", "in", LIVE_STATES)
            )
            if running > tag.cn285_max_items:
                raise contract._rule_broken(
                    self.env._(
                        "customers tagged “%(tag)s” have at most %(limit)s items; %(customer)s "
                        "would have %(number)s.",
                        tag=tag.name,
                        limit=tag.cn285_max_items,
                        customer=customer.display_name,
                        number=running,
                    )
                )


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    @api.constrains("item_ids")
    def _check_product_rules(self):
        """A template offers only what can be sold together, with all that it requires."""
        for template in self:
            reason = product_problem(self.env, template.item_ids.product_id.product_tmpl_id)
            if reason:
                raise template._rule_broken(reason)

    def _rule_broken(self, reason):
        self.ensure_one()
        return ValidationError(
            self.env._("Template “%(template)s”: %(reason)s", template=self.name, reason=reason)
        )


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    @api.constrains("product_id", "template_id")
    def _check_not_excluded(self):
        """Item by item, as a file has them: what an item requires may come after it."""
        for template in self.template_id:
            products = template.item_ids.product_id.product_tmpl_id
            reason = product_problem(self.env, products, kinds=("excludes",))
            if reason:
                raise template._rule_broken(reason)
