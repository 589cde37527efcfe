"""Files of dunning policies, their steps, and the tags of customers that policies are for."""

from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Steps that others have to come before: nobody is deactivated who was not told.
LAST = ("deactivate", "deactivation", "terminate", "termination")


def read_customer_tags(reader, text):
    """Tags of customers by their names, as ids."""
    tags = reader.env["res.partner.category"]
    names = split_list(text)
    found = tags.search([("name", "in", names)])
    missing = set(names) - set(found.mapped("name"))
    if missing:
        raise CellError(reader.env._("there is no tag “%s” of customers", sorted(missing)[0]))
    return found.ids


def complete_policy(vals):
    """A policy that names days of retries means them."""
    if vals.keys() & {"retries", "debit_retries"}:
        vals.setdefault("retries_by", "own")


def waiting_policy(policy, key):
    """A policy of which a step is missing is not used."""
    return policy.env._("Policy %s is archived until this row is right.", key)


def use_policies(load):
    """Policies are for the tags that the file names, and in use once all of their steps are in."""
    entries = load.loaded["dunning_policies"]
    waiting = load.waiting["cn285.dunning.policy"]
    for policy in load.env["cn285.dunning.policy"].browse(entries):
        cells = entries[policy.id].cells
        tags = cells.get("tags")
        if tags:
            load.env["res.partner.category"].browse(tags).cn285_dunning_policy_id = policy
        if policy.id in waiting:
            policy.active = False
        elif not cells.get("active"):
            policy.active = True


CUSTOMER_TAGS = Kind(
    "customer_tags",
    "res.partner.category",
    columns_of("name", "color", "parent_id"),
    required=("name",),
    key=("name",),
    adopt=("name",),
    example={"name": "Public sector"},
)
DUNNING_POLICIES = Kind(
    "dunning_policies",
    "cn285.dunning.policy",
    columns_of(
        "name",
        "sequence",
        "active",
        "checks",
        "retries_by",
        "retries",
        "debit_retries",
        "threshold",
        "grace_days",
        "grace_least",
        "grace_most",
        "notice_days",
        "deactivates",
        "suspension_billing",
        "reactivates",
        "terminate_after",
        "termination_notice",
        "termination_fee",
        "above_limit",
        "penalty_basis",
        "penalty_percent",
        "indemnity",
        "fees_automatic",
        exempt="exempt_category_ids",
        tags=Column(
            None,
            read_customer_tags,
            meaning=_lt("Customers’ tags for which the policy is, separated by |."),
        ),
    ),
    required=("name",),
    key=("name",),
    adopt=("name",),
    complete=complete_policy,
    waiting=waiting_policy,
    finish=use_policies,
    example={"name": "Gentle", "grace_days": "7"},
)
DUNNING_STEPS = Kind(
    "dunning_steps",
    "cn285.dunning.policy.step",
    columns_of(
        "name",
        "days",
        "action",
        "audience",
        "sequence",
        "note",
        policy=Column("policy_id", owner=True),
        mail_template="mail_template_id",
    ),
    required=("policy", "days", "action", "name"),
    key=("policy", "days", "action", "audience"),
    order=lambda cells: (cells.get("action") or "").lower() in LAST,
    example={
        "policy": "Gentle",
        "days": "7",
        "action": "task",
        "name": "Call the customer",
    },
)
# What customers' own terms say of it.
OF_PARTNERS = {
    "dunning_policy": "cn285_dunning_policy_id",
    "grace_days": "cn285_grace_days",
    "dunning_blocked": "cn285_dunning_blocked",
    "dunning_reason": "cn285_dunning_reason",
    "credit_limit": "credit_limit",
}
