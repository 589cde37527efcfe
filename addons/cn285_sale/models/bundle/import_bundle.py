"""What can be imported of sales: the bundle of an item, roles in the portal, its users, leads."""

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Kind, columns_of
from odoo.fields import Command

MORE_COLUMNS = {
    "items": columns_of(bundle="cn285_bundle_line_id"),
    "partners": columns_of("cn285_portal_role", "cn285_portal_reach"),
}


def complete_portal_user(user, vals, _cells):
    """Users of the portal have no other right; who they are follows from their contact."""
    env = user.env
    if not user:
        vals["group_ids"] = [Command.set(env.ref("base.group_portal").ids)]
        partner = env["res.partner"].browse(vals.get("partner_id"))
        vals["name"] = partner.name
        if not partner.email:
            vals["email"] = vals.get("login")
        vals["company_id"] = env.company.id
        vals["company_ids"] = [Command.set(env.company.ids)]


# Administrators alone load them. No invitation leaves: who logs in asks for a password.
PORTAL_USERS = Kind(
    "portal_users",
    "res.users",
    columns_of("login", "lang", partner="partner_id"),
    required=("login", "partner"),
    key=("login",),
    complete_record=complete_portal_user,
    example={"login": "camille@example.com", "partner": "CUST-1-A"},
)
LEADS = Kind(
    "leads",
    "crm.lead",
    columns_of(
        "name",
        "type",
        "contact_name",
        "partner_name",
        "email_from",
        "phone",
        "expected_revenue",
        "date_deadline",
        "description",
        "partner_id",
        "stage_id",
        salesperson="user_id",
    ),
    required=("name",),
    example={
        "id": "LEAD-1",
        "name": "Support for three sites",
        "type": "opportunity",
        "partner": "CUST-1",
        "expected_revenue": "1200",
    },
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), PORTAL_USERS, LEADS]

    @api.model
    def _columns(self, kind):
        return super()._columns(kind) | MORE_COLUMNS.get(kind.name, {})
