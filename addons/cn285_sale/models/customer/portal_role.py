from odoo import fields, models
from odoo.exceptions import UserError

ROLES = [
    ("view", "Looks at Contracts"),
    ("buy", "Orders and Changes"),
    ("administrate", "Orders, Changes, and Grants Roles"),
]
REACHES = [("own", "Own Firm Only"), ("subsidiaries", "With Subsidiaries")]
BUYERS = ("buy", "administrate")


class ResPartner(models.Model):
    """What a contact may do for its company in the portal."""

    _inherit = "res.partner"

    cn285_portal_role = fields.Selection(
        ROLES,
        string="Role in the Portal",
        groups="base.group_user",
        tracking=True,
        help="Left empty: orders and changes; who is the customer himself grants roles, too.",
    )
    cn285_portal_reach = fields.Selection(
        REACHES,
        string="Reach in the Portal",
        groups="base.group_user",
        tracking=True,
        help="Left empty: sees contracts of subsidiaries, and changes those of the own firm alone.",
    )

    def write(self, vals):
        result = super().write(vals)
        named = {"cn285_portal_role", "cn285_portal_reach", "parent_id"} & vals.keys()
        # sudo: only whether any of them logs in.
        if named and self.sudo().user_ids:
            # Record rules name the company and the reach, and are kept by user.
            self.env.registry.clear_cache()
        return result

    def _cn285_colleagues(self):
        """The people of this contact's company: who is a contact of it, and no address."""
        self.ensure_one()
        company = self.commercial_partner_id
        return self.search(
            [
                ("commercial_partner_id", "=", company.id),
                ("is_company", "=", False),
                ("type", "in", ("contact", False)),
            ],
            order="name, id",
        )


class ResUsers(models.Model):
    """What a user of the portal may do for his company."""

    _inherit = "res.users"

    def _cn285_role(self):
        """The user's role: that of his contact, or what holds where none was given."""
        self.ensure_one()
        partner = self.partner_id.sudo()  # sudo: his own role, which is for staff to read
        if partner.cn285_portal_role:
            return partner.cn285_portal_role
        return "administrate" if partner.commercial_partner_id == partner else "buy"

    def _cn285_may_buy(self):
        """Whether the user may order, accept and change; staff has rights of its own."""
        self.ensure_one()
        return not self.share or self._cn285_role() in BUYERS

    def _cn285_acts_for(self, partner):
        """Whether what is this customer's is the user's to change.

        That of his own company; of its subsidiaries where his reach says so.
        """
        self.ensure_one()
        if partner.commercial_partner_id == self.partner_id.commercial_partner_id:
            return True
        # sudo: as above
        far = self.partner_id.sudo().cn285_portal_reach == "subsidiaries"
        return far and self._cn285_is_of_group(partner)

    def _cn285_is_of_group(self, partner):
        """Whether this customer is the user's own firm, or a subsidiary of it."""
        self.ensure_one()
        own = self.partner_id.commercial_partner_id
        above = partner.commercial_partner_id
        while above and above != own:
            above = above.parent_id
        return bool(above)

    def _cn285_may_decide(self, partner):
        """Whether the user, who has got to a page of this customer, may order, sign and end there.

        By role and reach, where the customer is his own firm or a subsidiary. Who has nothing to do
        with the customer has got there by its link, which says what it allows.
        """
        self.ensure_one()
        if not self.share or not self._cn285_is_of_group(partner):
            return True
        return self._cn285_may_buy() and self._cn285_acts_for(partner)

    def _cn285_grant(self, partner, role, reach):
        """Give a colleague a role, as the administrator of a customer does in the portal.

        :param role: one of the roles, or empty for what holds without one
        :param reach: own firm, subsidiaries, or empty
        :raises UserError: where this user may not
        """
        self.ensure_one()
        if self._cn285_role() != "administrate":
            raise UserError(self.env._("Only an administrator of your company grants roles."))
        # sudo: found by the visitor's own company alone.
        colleagues = self.partner_id.sudo()._cn285_colleagues()
        if partner not in colleagues or partner == self.partner_id:
            raise UserError(self.env._("Please choose one of your colleagues."))
        if role not in dict(ROLES) or reach not in dict(REACHES):
            raise UserError(self.env._("Please choose one of what is offered."))
        wider = reach == "subsidiaries" and self._cn285_reach() != "subsidiaries"
        if wider and partner.sudo().cn285_portal_reach != reach:
            raise UserError(self.env._("You may not grant more than you may do yourself."))
        # sudo: roles are for staff to write; who asks is an administrator of the same customer.
        partner.sudo().write({"cn285_portal_role": role, "cn285_portal_reach": reach})

    def _cn285_reach(self):
        """How far the user sees and acts."""
        self.ensure_one()
        return self.partner_id.sudo().cn285_portal_reach or "own"  # sudo: as above
