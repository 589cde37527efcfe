from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import UNITS
from odoo.exceptions import UserError, ValidationError

# What decides on the periods of an item: members of a pool have it alike.
RHYTHM = ("recurring_interval", "recurring_unit", "alignment", "billing_day", "billing_month")


class UsagePool(models.Model):
    """Included units that several items share: those of a contract, or of a fleet.

    Each member brings in its own included units, the pool may add some of its own. What all use
    above that is billed to those who are above their own, in proportion to how far they are.
    """

    _name = "cn285.usage.pool"
    _description = "Allowance Pool"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Members are billed in this currency.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        check_company=True,
        ondelete="restrict",
        help="Only contracts of this customer, or of those below it, can be members. "
        "Empty: of any customer.",
    )
    contract_id = fields.Many2one(
        "cn285.contract",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The contract whose items share their included units; empty: a pool over contracts.",
    )
    metric_id = fields.Many2one("cn285.usage.metric", readonly=True, ondelete="restrict")
    allowance_units = fields.Float(
        string="Shared Units",
        digits=(16, 6),
        help="Units free of charge in each period for all members together, on top of those that "
        "the members bring in.",
    )
    rollover = fields.Selection(
        [("no", "Lapses"), ("once", "Next Period"), ("always", "Kept")],
        string="Unused Allowance",
        default="no",
        required=True,
    )
    calculator_ids = fields.One2many("cn285.usage.calculator", "pool_id", string="Members")
    balance_ids = fields.One2many(
        "cn285.usage.balance", "pool_id", string="Carried On", readonly=True
    )

    _units_positive = models.Constraint(
        "CHECK(allowance_units >= 0)", "Shared units must not be negative."
    )
    _contract_uniq = models.UniqueIndex(
        "(contract_id, metric_id) WHERE contract_id IS NOT NULL",
        "The items of this contract share the units of this metric already.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "allowance_units": UNITS}

    @api.constrains("company_id", "currency_id", "partner_id")
    def _check_members(self):
        self.calculator_ids._check_pool()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_members(self):
        # sudo: a pool has members, whoever may see their contracts.
        for pool in self.sudo().filtered("calculator_ids"):
            member = pool.calculator_ids[0]
            raise UserError(
                self.env._(
                    "Pool “%(pool)s” is shared by calculator “%(calculator)s” (%(place)s) and "
                    "cannot be deleted. Take its members out first, or archive it.",
                    pool=pool.name,
                    calculator=member.name,
                    place=member._place(),
                )
            )


class UsageCalculator(models.Model):
    """Calculators that are members of a pool."""

    _inherit = "cn285.usage.calculator"

    def _join_contract_pools(self):
        """Give calculators that share with their contract its pool, made where there is none.

        Members that leave a pool are taken out; a template's calculators have none.
        """
        alone = self.filtered(
            lambda calculator: (
                calculator.pool_id
                and (calculator.allowance_scope == "own" or not calculator.item_id)
            )
        )
        if alone:
            alone.pool_id = False
        sharing = self.filtered(
            lambda calculator: calculator.allowance_scope == "contract" and calculator.item_id
        )
        if not sharing:
            return
        # sudo: a contract's own pool follows from its items, whoever may edit them.
        pools = self.env["cn285.usage.pool"].sudo()
        known = {
            (pool.contract_id, pool.metric_id): pool
            for pool in pools.search([("contract_id", "in", sharing.item_id.contract_id.ids)])
        }
        for (contract, metric), members in sharing.grouped(
            lambda calculator: (calculator.item_id.contract_id, calculator.metric_id)
        ).items():
            pool = known.get((contract, metric)) or pools.create(
                {
                    "name": f"{contract.name} · {metric.name or members[0].name}",
                    "company_id": contract.company_id.id,
                    "currency_id": contract.currency_id.id,
                    "contract_id": contract.id,
                    "metric_id": metric.id,
                }
            )
            rollovers = set(members.mapped("rollover")) - {"no"}
            if rollovers and pool.rollover == "no":
                pool.rollover = max(rollovers)
            members.filtered(
                lambda calculator, pool=pool: calculator.pool_id != pool
            ).pool_id = pool

    @api.constrains("pool_id", "allowance_scope", "charge_model", "metric_id", "formula", "item_id")
    def _check_pool(self):
        """Refuse members whose units cannot be shared, with the reason."""
        for calculator in self:
            reason = calculator._pool_problem()
            if reason:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(calculator)s” cannot share its included units: %(reason)s",
                        calculator=calculator.name,
                        reason=reason,
                    )
                )

    def _pool_problem(self):
        """Why this calculator cannot share its included units; None if it can, or does not."""
        self.ensure_one()
        if self.allowance_scope == "own":
            return None
        item = self.item_id or self.template_item_id
        if not self._rates_a_quantity():
            return self.env._("its charge model rates no quantity.")
        if item.usage_billing in ("delivery", "threshold"):
            return self.env._("its item is not billed by period.")
        if item.usage_rated_by != "pooled":
            return self.env._("its item is rated by beneficiary.")
        if self.allowance_scope == "pool" and self.item_id and not self.pool_id:
            return self.env._("choose the pool.")
        if not self.pool_id or not self.item_id:
            return None
        return self._pool_wall() or self._pool_mismatch()

    def _pool_wall(self):
        """Companies, currencies and customers that are kept apart."""
        # sudo: a pool's own facts, to say why a contract cannot be among its members.
        pool, contract = self.pool_id.sudo(), self.item_id.contract_id
        if pool.company_id != contract.company_id:
            return self.env._("the pool belongs to another company.")
        if pool.currency_id != contract.currency_id:
            return self.env._("the pool is billed in %s.", pool.currency_id.name)
        if pool.contract_id and pool.contract_id != contract:
            return self.env._("the pool is that of contract %s.", pool.contract_id.name)
        if pool.partner_id:
            family = self.env["res.partner"].search([("id", "child_of", pool.partner_id.id)])
            if not family & (contract.partner_id | contract.payer_id):
                return self.env._("the pool is for contracts of %s.", pool.partner_id.display_name)
        return None

    def _pool_mismatch(self):
        """What the members of a pool must have alike."""
        # sudo: as above; whoever adds a member need not see the others.
        others = self.pool_id.sudo().calculator_ids - self
        if not others:
            return None
        other = others[0]
        if (other.metric_id, other.formula) != (self.metric_id, self.formula):
            return self.env._("other members of the pool count something else.")
        mine, theirs = self.item_id, other.item_id
        if any(mine[name] != theirs[name] for name in RHYTHM):
            return self.env._("other members of the pool have other billing periods.")
        starts = [item.billing_start for item in (mine, theirs)]
        if all(starts):
            mine_full, their_full = (item._full_period(max(starts)) for item in (mine, theirs))
            if mine_full != their_full:
                return self.env._("the periods of other members of the pool start on other days.")
        return None


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    @api.constrains(*RHYTHM, "usage_rated_by", "usage_billing", "date_start")
    def _check_pools(self):
        self.calculator_ids.filtered("pool_id")._check_pool()
