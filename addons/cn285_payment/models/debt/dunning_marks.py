"""What is set on records of Odoo's: whose policy it is, and what is not dunned."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound

# Days that a customer may be given.
DAYS = Bound(0, 3650)
BLOCKS = [
    ("dispute", "Dispute"),
    ("insolvency", "Insolvency Proceedings"),
    ("agreement", "Agreement"),
    ("other", "Other"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_dunning_blocked = fields.Boolean(
        string="In Dispute",
        copy=False,
        help="It is neither collected nor dunned, and no services are deactivated for it.",
    )
    cn285_notice_received = fields.Date(
        string="Formal Notice Received On",
        readonly=True,
        copy=False,
        help="From the day after it consumers owe the legal interest.",
    )

    @api.model
    def _cn285_held_by_dispute(self, moves):
        """Of these invoices, those in dispute, and those of payers who are left alone."""
        # sudo: marks of the payer, for whoever collects.
        return moves.filtered(
            lambda move: (
                move.cn285_dunning_blocked
                or move.sudo().commercial_partner_id.cn285_dunning_blocked
            )
        )

    @api.model
    def _cn285_held_by_promise(self, moves):
        """Of these invoices, those of payers who promised to pay by a day that is not over."""
        # sudo: only whether there is a promise.
        promised = (
            self.env["cn285.dunning.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", moves.sudo().commercial_partner_id.ids),
                    ("state", "=", "promised"),
                ]
            )
        )
        keys = {
            (case.partner_id.id, case.company_id, case.currency_id)
            for case in promised
            if case.promise_date and case.promise_date >= case.company_id._cn285_today()
        }
        return moves.filtered(
            lambda move: (
                (move.sudo().commercial_partner_id.id, move.company_id, move.currency_id) in keys
            )
        )

    def _cn285_owing_contracts(self):
        """The contracts that owe these: of top-ups that were returned, those that spent them."""
        others = self.filtered(lambda move: not move.cn285_contract_ids)
        if not others:
            return self.cn285_contract_ids
        lots = self.env["cn285.wallet.lot"].search(
            ["|", ("source_move_id", "in", others.ids), ("topup_id.move_id", "in", others.ids)]
        )
        draws = lots.draw_ids.filtered(lambda draw: draw.amount > 0 and not draw.undone)
        return self.cn285_contract_ids | draws.move_id.cn285_contract_ids

    def _cn285_tell_of_money(self):
        """Money or credit of payers who are deactivated: looked at at once, matched or not.

        By a job, as what books it may still say what it is for.
        """
        # sudo: whoever books it; what follows is the policy's.
        entries = self.sudo().filtered(lambda move: move.move_type in ("entry", "out_refund"))
        cases = self.env["cn285.dunning.case"].sudo()
        waiting = [("suspended_on", "!=", False), ("state", "!=", "closed")]
        if not entries or not cases.search_count(waiting, limit=1):
            return
        lines = entries.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and line.balance < 0
        )
        payers = lines.partner_id.commercial_partner_id
        if payers:
            cases._look_soon(payers, lines.company_id)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "cn285.bounded.values"]

    cn285_dunning_policy_id = fields.Many2one(
        "cn285.dunning.policy",
        string="Dunning Policy",
        company_dependent=True,
        copy=False,
        groups="base.group_user",
        help="Left empty: that of a tag, of the contract's template, or of the company.",
    )
    cn285_grace_days = fields.Integer(
        string="Own Days of Grace",
        company_dependent=True,
        copy=False,
        groups="base.group_user",
        help="0: those of the policy. They are kept within its bounds.",
    )
    cn285_dunning_blocked = fields.Boolean(
        string="Not Dunned",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="Nothing is collected, nothing is sent, nothing is deactivated.",
    )
    cn285_dunning_reason = fields.Selection(
        BLOCKS, string="Not Dunned Because", copy=False, groups="base.group_user"
    )

    cn285_debtor_count = fields.Integer(
        compute="_compute_cn285_debtor_count",
        groups="cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_grace_days": DAYS}

    def _compute_cn285_debtor_count(self):
        groups = self.env["cn285.dunning.case"]._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("state", "!=", "closed"),
            ],
            ["partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.cn285_debtor_count = counts.get(partner.commercial_partner_id.id, 0)

    def action_view_cn285_debts(self):
        self.ensure_one()
        return self.env["cn285.dunning.case"]._action_of(self.commercial_partner_id)

    def _cn285_own_grace(self):
        """Own days of grace; None where there are none."""
        self.ensure_one()
        return self.cn285_grace_days if self.cn285_grace_days > 0 else None


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "cn285.bounded.values"]

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_grace_days": DAYS}


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    cn285_dunning_policy_id = fields.Many2one("cn285.dunning.policy", string="Dunning Policy")


class Contract(models.Model):
    _inherit = "cn285.contract"

    has_debts = fields.Boolean(
        compute="_compute_has_debts", compute_sudo=True, help="Its payer has overdue invoices."
    )

    @api.depends("payer_id")
    def _compute_has_debts(self):
        cases = self.env["cn285.dunning.case"].search(
            [
                ("partner_id", "in", self.payer_id.commercial_partner_id.ids),
                ("state", "!=", "closed"),
            ]
        )
        owing = {(case.partner_id, case.company_id) for case in cases}
        for contract in self:
            payer = contract.payer_id.commercial_partner_id
            contract.has_debts = (payer, contract.company_id) in owing

    def action_view_debts(self):
        self.ensure_one()
        return self.env["cn285.dunning.case"]._action_of(self.payer_id.commercial_partner_id)


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    dunning_policy_id = fields.Many2one(
        "cn285.dunning.policy",
        ondelete="restrict",
        help="Of contracts of this template, unless the payer or one of its tags has another. "
        "Left empty: that of the company.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_dunning = fields.Boolean(
        string="Dunning",
        help="Customers who do not pay are dunned by the policies. Off until somebody has read "
        "these: what is overdue when it is switched on has its consequences from that day on.",
    )
    cn285_dunning_policy_id = fields.Many2one(
        "cn285.dunning.policy",
        string="Usual Dunning Policy",
        domain="[('company_id', 'in', (False, id))]",
        help="Left empty: the first of the list.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_dunning = fields.Boolean(related="company_id.cn285_dunning", readonly=False)
    cn285_dunning_policy_id = fields.Many2one(
        related="company_id.cn285_dunning_policy_id", readonly=False
    )
    cn285_penalty_account_id = fields.Many2one(
        related="company_id.cn285_penalty_account_id", readonly=False
    )
    cn285_indemnity_account_id = fields.Many2one(
        related="company_id.cn285_indemnity_account_id", readonly=False
    )
