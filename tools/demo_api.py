"""A key for the API of the demonstration: ``demo_api.make_key(env)``."""

from import_tools import out

LOGIN, NAME = "programme", "Programme de démonstration"
GROUPS = (
    "cn285_contract.group_billing_manager",
    "base.group_partner_manager",
    "cn285_usage.group_usage_recorder",
    "cn285_revrec.group_revrec_user",
)


def make_key(env):
    """Make a user and a key for programs, and print it: it is told this once.

    Run again, it makes nothing.
    """
    if "cn285.api.key" not in env:
        return
    keys = env["cn285.api.key"]
    if keys.search_count([("name", "=", NAME)], limit=1):
        out.print("A key for the API was made before: Contracts > Configuration > API > API Keys.")
        return
    groups = [env.ref(name, raise_if_not_found=False) for name in GROUPS]
    user = env["res.users"].create(
        {
            "name": NAME,
            "login": LOGIN,
            "group_ids": [(4, group.id) for group in groups if group],
        }
    )
    scopes = env["cn285.api.scope"].search([])
    record = keys.create({"name": NAME, "user_id": user.id, "scope_ids": [(6, 0, scopes.ids)]})
    key = record._make()
    env.cr.commit()
    out.print(f"A key for the API (shown this once): {key}", markup=False)
    out.print("Its documentation is at /cn285/v1/docs of the web client.", markup=False)
