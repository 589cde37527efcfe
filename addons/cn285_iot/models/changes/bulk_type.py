"""What types of change that name many items have in common; no model is here."""

from datetime import timedelta

from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.tools import format_date

# Ids, as a list: checked together by ``_named``, not one by one.
ITEMS = Value("data", required=True, in_dialog=False)


def named(change, name, model):
    """The records that a value of a change names by a list of ids; what is none is refused.

    :raises ValidationError: made by ``change._refusal``
    """
    ids = (change.values or {}).get(name)
    plain = isinstance(ids, list) and all(
        isinstance(one, int) and not isinstance(one, bool) for one in ids
    )
    records = change.env[model].browse(list(dict.fromkeys(ids)) if plain else ())
    if not records or len(records.exists()) < len(records):
        raise change._refusal(
            change.env._("“%s” is not a list of numbers that records have.", name)
        )
    return records


def check_items(change, states):
    """Refuse items of another contract, in another state, or that do not serve on the day."""
    items, day, env = named(change, "items", "cn285.contract.item"), change._first_day(), change.env
    # An item that ends on the day before its first one is given up: nothing of it was served.
    given_up = timedelta(days=1 if change._type().end_day else 0)
    if change._type().end_day:
        day = change._last_day()
    labels = dict(items._fields["state"]._description_selection(env))
    for item in items:
        if item.contract_id != change.contract_id:
            reason = env._("the item “%s” belongs to another contract.", item.name)
        elif item.state not in states:
            reason = env._(
                "item “%(item)s” is “%(state)s”.", item=item.name, state=labels[item.state]
            )
        elif item.date_start and day + given_up < item.date_start:
            reason = env._(
                "item “%(item)s” starts only on %(start)s.",
                item=item.name,
                start=format_date(env, item.date_start),
            )
        elif item.date_end and day > item.date_end:
            reason = env._(
                "item “%(item)s” ends on %(end)s already.",
                item=item.name,
                end=format_date(env, item.date_end),
            )
        else:
            continue
        raise change._refusal(reason)


def check_readable(change, name, model):
    """Refuse to name what the user may not read: it is worked out with all rights later."""
    if not change.env.su:
        named(change, name, model).check_access("read")
