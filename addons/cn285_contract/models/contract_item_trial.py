from collections import defaultdict

from odoo import fields, models

from ..engine.trial import trial_left

TRIALS = [
    ("item", "With Each Item"),
    ("service", "Once per Customer and Service"),
    ("contract", "Once per Contract"),
]
# Items of these states never had a trial, or had none that counts.
UNTRIED_STATES = ("draft", "cancelled")


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_trial_once = fields.Selection(
        TRIALS,
        string="Free Trials",
        default="item",
        required=True,
        help="With each item: every item has the trial that it says. Once per customer and "
        "service: who had a trial of a product has no second one, on whatever contract. Once per "
        "contract: what is added later is free only as long as the contract's first trial lasts.",
    )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _share_trials(self):
        """Cut the trials of items that start to what is left, where they are granted once."""
        tried = self.filtered(
            lambda item: (
                item.trial_days and item.date_start and item.company_id.cn285_trial_once != "item"
            )
        )
        if not tried:
            return
        granted = defaultdict(list)
        for other in tried._trials_before():
            granted[other._trial_key()].append((other.date_start, other.trial_days))
        for item in tried.sorted("date_start"):
            key = item._trial_key()
            left = trial_left(item.date_start, item.trial_days, granted[key])
            granted[key].append((item.date_start, left))
            if left != item.trial_days:
                item._write_inside({"trial_days": left})

    def _trials_before(self):
        """Items with a trial that may be these ones' too, in one query."""
        customers = self.contract_id.partner_id.commercial_partner_id
        # sudo: trials of all contracts count, whoever may read them; archived ones too.
        items = self.sudo().with_context(active_test=False)
        return items.search(
            [
                ("id", "not in", self.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "not in", UNTRIED_STATES),
                ("trial_days", ">", 0),
                ("date_start", "!=", False),
                "|",
                ("contract_id", "in", self.contract_id.ids),
                "&",
                ("product_id", "in", self.product_id.ids),
                ("contract_id.partner_id", "child_of", customers.ids),
            ]
        )

    def _trial_key(self):
        """What an item shares its trial with, by its company's setting."""
        self.ensure_one()
        if self.company_id.cn285_trial_once == "contract":
            return self.contract_id.id
        customer = self.contract_id.partner_id.commercial_partner_id
        return self.company_id.id, customer.id, self.product_id.id
