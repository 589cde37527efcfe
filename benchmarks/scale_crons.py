"""Scheduled actions in the large database, on a day on which little is due: see scale.py."""

from datetime import timedelta

from scale_jobs import taken_by

CRONS = {
    "planning ahead": ("cn285.contract", "_cron_extend_schedules"),
    "changes": ("cn285.contract.change", "_cron_apply_due"),
    "recurring revenue": ("cn285.contract", "_cron_refresh_mrr"),
    "renewals": ("cn285.contract", "_cron_renewals"),
    "notices": ("cn285.renewal.notice", "_cron_notices"),
    "reminders": ("cn285.contract.change", "_cron_remind"),
    "parked usage": ("cn285.usage.event", "_cron_match_parked"),
    "usage that bills at once": ("cn285.billing.run", "_cron_usage_triggers"),
}


def crons(env):
    """Scheduled actions on a day on which little is due."""
    report = _recurring_revenue(env)
    for label, (model, method) in CRONS.items():
        if model not in env or not hasattr(env[model], method):
            continue
        taken = {}
        with taken_by(env, taken):
            getattr(env[model], method)()
            env.cr.commit()
        env.invalidate_all()
        report[f"scheduled action, {label}"] = [None, round(taken["cpu"], 2), "s"]
    return report


def _recurring_revenue(env):
    """The morning's refresh of all items, as the first one is, and what a usual day takes of it."""
    company = env.company
    # A day on which nobody has changed a product.
    for table in ("product_product", "product_template"):
        env.cr.execute(f"UPDATE {table} SET write_date = write_date - interval '1 day'")
    taken = []
    for seen in (False, None):
        if seen is not None:
            company.cn285_mrr_seen = seen
        company.cn285_mrr_day = company._cn285_today() - timedelta(days=1)
        env.cr.commit()
        env.invalidate_all()
        report = {}
        with taken_by(env, report):
            env["cn285.contract"]._cron_refresh_mrr()
            env.cr.commit()
        taken.append(report["cpu"])
    company.cn285_mrr_day = company._cn285_today() - timedelta(days=1)
    env.cr.commit()
    env.invalidate_all()
    return {
        "recurring revenue, all anew": [None, round(taken[0], 2), "s"],
        "recurring revenue, a usual day": [0.15, round(taken[1] / taken[0], 3), "of all anew"],
    }
