"""Dated changes of contracts: types, rules, approval, preview, taking effect once and in order,
and what follows for items and rows (versions, pauses, credits by the day).
Called by: users, the portal, programs, the daily cron, and a billing run before it looks at rows.
"""

from . import (
    change_reason,
    tier_path,
    contract_change,
    contract_change_words,
    contract_change_states,
    contract_change_rules,
    contract_change_approval,
    contract_change_checks,
    contract_change_apply,
    contract_change_settled,
    contract_change_effect,
    contract_change_void,
    contract_change_preview,
    change_references,
    change_authors,
    contract_template_pause,
    contract_item_pause,
    contract_item_settle,
    contract_item_succession,
    contract_heir,
    contract_goodwill,
    direct_edits,
    waiting_edits,
)
