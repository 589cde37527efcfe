"""Contracts, their items and templates, the planning of schedule rows, versions, prices, MRR.
The rooms: ``billing``, ``writer``, ``changes``, ``credit_notes``, ``importing``,
``privacy``.
Called by: users, programs and the portal; the rooms plan anew through ``contract_item_planning``.
"""

# The order matters: a model comes before the files that extend it.
from . import (
    editable,
    links_read,
    bounds,
    guarded,
    large_table,
    batched_tracking,
    res_company,
    test_database,
    held_mail,
    res_config_settings,
    res_partner,
    contract_tag,
    price_terms,
    billing_terms,
    items_on_screen,
    contract_template,
    contract_template_item,
    contract,
    contract_lifecycle,
    contract_item,
    contract_item_screens,
    contract_item_trial,
    mrr_figures,
    contract_mrr,
    contract_item_discount,
    contract_item_planning,
    contract_item_extension,
    contract_item_version,
    contract_portal,
    first_steps,
    pricing,
    diary,
    named_by_ours,
    product_rules,
    subscriber,
    product_type_taxes,
    responsible,
)
from . import (
    billing,
    writer,
    changes,
    credit_notes,
    importing,
    privacy,
)
