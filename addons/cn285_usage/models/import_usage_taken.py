"""What another system has counted so far: usage of the running period, allowances, thresholds."""

from datetime import datetime, time

from odoo.addons.cn285_contract.models.common import as_decimal, day_after
from odoo.exceptions import UserError

# By which the events of a take-over are known.
SOURCE = "take-over"


def take_usage(load):
    """Let what runs go on where another system stopped, once contracts run.

    A row loaded again changes nothing; one that says something else is refused once it counted.
    """
    _each(load, "calculators", "used_units", _use)
    _each(load, "calculators", "carried_units", _carry)
    _each(load, "items", "threshold_billed", _bill_threshold)


def take_pools(load):
    """Let pools go on with what the last period elsewhere has left of their included units."""
    _each(load, "pools", "carried_units", _carry)


def _each(load, kind, column, act):
    """Do ``act`` for the records whose rows fill the column, row by row."""
    entries = load.loaded[kind]
    records = load.env[load.kinds[kind].model].browse(entries)
    pairs = [
        (entries[record.id], record)
        for record in records
        if isinstance(entries[record.id].cells.get(column), float)
    ]
    load.in_bulk(pairs, lambda some: [act(record, entry.cells) for entry, record in some])


def _running(item):
    """:raises UserError: where an item does not run yet: nothing is counted of it"""
    if not item:
        raise UserError(item.env._("what was counted elsewhere is of an item, not of a template"))
    if item.state == "draft":
        raise UserError(item.env._("its contract is a draft: what was counted waits for it"))


def _first_day(item):
    """The first day that is billed here."""
    days = (item.billing_start, day_after(item.billed_until))
    return max(day for day in days if day)


def _use(calculator, cells):
    """The units of the running period until the take-over, as one event."""
    env, item = calculator.env, calculator.item_id
    _running(item)
    if not calculator.metric_id:
        raise UserError(env._("used_units: calculator “%s” counts no metric", calculator.name))
    day, units = cells.get("used_on") or _first_day(item), cells["used_units"]
    events = env["cn285.usage.event"].with_company(item.company_id)
    # Sent again it is the same event; with other units it is refused.
    return events.create(
        {
            "source": SOURCE,
            "transaction_id": f"{SOURCE}-{calculator.id}",
            "item_id": item.id,
            "metric_id": calculator.metric_id.id,
            "occurred_at": datetime.combine(day, time(12)),
            "quantity": units,
        }
    )


def _carry(account, cells):
    """What the last period elsewhere has left of included units."""
    env = account.env
    is_pool = account._name == "cn285.usage.pool"
    item = env["cn285.contract.item"] if is_pool else account.item_id
    if not is_pool:
        _running(item)
    if account.rollover == "no":
        raise UserError(
            env._("carried_units: “%s” keeps nothing of its included units", account.name)
        )
    day, units = cells.get("carried_from") or item.billed_until, cells["carried_units"]
    if not day:
        raise UserError(env._("carried_from is missing: a day of the period that left the units"))
    if units < 0:
        raise UserError(env._("carried_units cannot be below zero"))
    # sudo: balances follow from usage, here or elsewhere, and nobody writes them by hand.
    balances = env["cn285.usage.balance"].sudo()
    owner = {"pool_id" if is_pool else "calculator_id": account.id}
    known = balances.search([(name, "=", value) for name, value in owner.items()])
    here = known.filtered(lambda one: one.period_start == day and not one.beneficiary_id)
    if here and here.carried_out == units:
        return here
    if known - here:
        raise UserError(
            env._("carried_units: “%s” has balances already: it was rated here", account.name)
        )
    if here:
        here.carried_out = units
        return here
    company = account.company_id if is_pool else item.company_id
    return balances.create(
        {**owner, "company_id": company.id, "period_start": day, "carried_out": units}
    )


def _bill_threshold(item, cells):
    """What thresholds of the running period have billed elsewhere: the period owes the rest."""
    _running(item)
    # sudo: the schedule follows from the item, and what was billed of it elsewhere.
    rows = item.sudo().schedule_ids
    known = rows.filtered(lambda row: row.kind == "usage_threshold" and row.state == "taken_over")
    amount, steps = cells["threshold_billed"], cells.get("threshold_steps") or 1
    if known:
        if as_decimal(sum(known.mapped("amount"))) != as_decimal(amount):
            raise UserError(item.env._("threshold_billed: another amount was taken over before"))
        return known
    day = _first_day(item)
    row = rows.filtered(
        lambda row: row.kind == "usage" and row.state == "waiting" and row.period_end >= day
    ).sorted("period_start")[:1]
    if not row or item.usage_billing != "threshold" or item._counts_over_term():
        raise UserError(
            item.env._(
                "threshold_billed: “%s” is not billed on a threshold that counts by period",
                item.name,
            )
        )
    return row._take_threshold(amount, steps)
