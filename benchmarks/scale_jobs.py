"""Runs, planning, usage, revenue and scheduled actions in the large database: see scale.py.

Each function is a step in a process of its own and returns ``{what: [wanted, got, unit]}``; wanted
is None where the figure is for comparison only. Times are of processors, see :func:`taken_by`. What
a step makes stays, as the next ones expect.
"""

import sys
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from time import perf_counter

from common import measured
from dateutil.relativedelta import relativedelta
from limit import processor
from scale_seed import FIRST, MONTHS

TODAY = date.today()
THIS_MONTH = TODAY.replace(day=1)
SAMPLE = 2_000
POLLED_BATCHES = 5_000


@contextmanager
def taken_by(env, report):
    """What a block takes of processors, Python's and the server's, and of memory.

    What else the machine does is not in it; on one that does nothing else the clock says the same.
    """
    with measured(report), processor(env, report):
        yield


def _as(env, login):
    return env(user=env["res.users"].search([("login", "=", login)]).id)


def _ms(report, count):
    return round(1000 * report["cpu"] / max(count, 1), 3)


def planning(env):
    """Items planned a month further: a tenth of the contracts, then all others."""
    company = env.company
    until = company._cn285_horizon() + relativedelta(months=1)
    items = env["cn285.contract.item"].with_company(company)
    env.cr.execute("SELECT percentile_disc(0.1) WITHIN GROUP (ORDER BY id) FROM cn285_contract")
    cut = env.cr.fetchone()[0]
    parts = []
    for among in ([("id", "<=", cut)], [("id", ">", cut)]):
        count = items.search_count([("planned_until", "<", until), ("contract_id", "any", among)])
        report = {}
        with taken_by(env, report):
            from odoo.fields import Domain

            failed = items._extend_planning(company, until, Domain(among))
            env.cr.commit()
        if failed:
            sys.exit(f"not planned: {list(failed.values())[:3]}")
        parts.append((_ms(report, count), report["grown_mb"]))
    (few, _few_mb), (many, grown) = parts
    return {
        "planning, an item of a tenth": [0.3, few, "ms"],
        "planning, an item of all others": [0.3, many, "ms"],
        "planning, nine times the items": [1.25, round(many / few, 2), "times a tenth's an item"],
        "planning, memory of all others": [100, round(grown), "MB"],
    }


def start(env):
    """The button of a run of all that is due, and what its start leaves to the jobs."""
    manager = _as(env, "scale_manager")
    run = manager["cn285.billing.run"].create({"date": TODAY})
    env.cr.commit()
    report, before = {}, env.cr.sql_log_count
    with taken_by(env, report):
        run.action_run_in_jobs()
        env.cr.commit()
    return {
        "run, its button": [1.0, round(report["cpu"], 2), "s"],
        "run, its button, queries": [None, env.cr.sql_log_count - before, ""],
        "run, its button, memory": [100, round(report["grown_mb"]), "MB"],
    }


def preparing(env):
    """What the start of a run left to jobs before the first batch, carried out here."""
    run = env["cn285.billing.run"].search([("state", "=", "running")], limit=1)
    report, jobs = {}, 0
    with taken_by(env, report):
        while not run.batch_ids:
            job = _next_job(env, ("cn285.billing.run",), ("_job_finish",))
            if job is None:
                break
            _perform(env, job)
            jobs += 1
            run.invalidate_recordset()
    return {
        "run, jobs before its batches": [None, round(report["cpu"], 1), f"s, {jobs} jobs"],
        "run, jobs before its batches, memory": [200, round(report["grown_mb"]), "MB"],
    }


def batches(env, count=5):
    """Some batches of the run, rated and billed as its jobs do it."""
    company = env.company
    pending = env["cn285.billing.run.batch"].search([("state", "=", "pending")], limit=count + 1)
    if not pending:
        return {}
    if len(pending) > 1:
        pending[0]._run_in_process()  # what a worker reads once
    counted = pending[1:] or pending
    env.invalidate_all()
    report = {}
    with taken_by(env, report):
        for batch in counted:
            batch._run_in_process()
            env.invalidate_all()
    made = sum(counted.mapped("invoice_count"))
    if not made:
        sys.exit(f"nothing was billed: {pending.run_id.issue_ids[:1].reason}")
    largest = max(pending.mapped("invoice_count"))
    return {
        "billing, an invoice with its rating": [None, _ms(report, made), "ms"],
        "billing, invoices of the largest batch": [company.cn285_batch_size, largest, ""],
        "billing, memory of five batches": [100, round(report["grown_mb"]), "MB"],
    }


def work(env, count, part, parts):
    """For :func:`two`: batches of a part of the pending ones."""
    pending = env["cn285.billing.run.batch"].search([("state", "=", "pending")], order="id")
    mine = pending[part::parts][:count]
    if mine:
        mine[0]._run_in_process()
    env.invalidate_all()
    since = perf_counter()
    for batch in mine[1:]:
        batch._run_in_process()
        env.invalidate_all()
    return {"seconds": perf_counter() - since, "invoices": sum(mine[1:].mapped("invoice_count"))}


def reprice(env):
    """Rows whose pricelist has changed since they were planned, asked again on billing night."""
    env["product.pricelist.item"].search([("pricelist_id.name", "=", "Scale")]).fixed_price += 0.5
    rows = env["cn285.billing.schedule"].search(
        [
            ("state", "=", "planned"),
            ("kind", "=", "fixed"),
            ("billing_date", "<=", TODAY),
            ("item_id.price_source", "=", "pricelist"),
        ],
        limit=SAMPLE,
    )
    env.invalidate_all()
    report = {}
    with taken_by(env, report):
        rows._reprice()
        env.flush_all()
    env.cr.rollback()
    return {"reprice, an item": [0.3, _ms(report, len(rows)), "ms"]}


def poll(env):
    """The screen of a run of 5,000 batches that wait for their jobs."""
    from odoo.addons.cn285_contract.engine.batches import BatchKey
    from scale_screens import Client

    run = env["cn285.billing.run"].create({"date": TODAY, "contract_ids": [(6, 0, [])]})
    run._write_inside({"state": "running"})
    batch = run._create_batches([[BatchKey(TODAY, 1, 1, 1, 0)]])
    batch.delayable(channel="root.billing")._job_run().delay()
    env.flush_all()
    _copies(env, "cn285_billing_run_batch", batch.id)
    env.cr.execute("SELECT max(id) FROM queue_job")
    _copies(env, "queue_job", env.cr.fetchone()[0])
    env.cr.execute("ANALYZE queue_job")
    env.cr.commit()
    manager = env["res.users"].search([("login", "=", "scale_manager")])
    client = Client(env, manager)
    client.asked(lambda c: c.form("cn285.billing.run", [("id", "=", run.id)]))
    ms, queries = client.asked(lambda c: c.form("cn285.billing.run", [("id", "=", run.id)]))
    env.cr.execute("DELETE FROM cn285_billing_run_batch WHERE run_id = %s", [run.id])
    env.cr.execute("DELETE FROM cn285_billing_run WHERE id = %s", [run.id])
    env.cr.execute("DELETE FROM queue_job WHERE eta = '2000-01-01'")
    return {f"polling a run of {POLLED_BATCHES:,} batches": [300, round(ms), f"ms, {queries} q."]}


def _copies(env, table, record):
    """Copies of a record in SQL: waiting batches, and jobs that nobody will run."""
    cr = env.cr
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    own = {"id": None, "uuid": "uuid || '-' || k", "eta": "'2000-01-01'", "number": "k"}
    if table == "queue_job":
        own["identity_key"] = "identity_key || '-' || k"
    names = [name for (name,) in cr.fetchall() if own.get(name, name)]
    cr.execute(
        f"INSERT INTO {table} ({', '.join(names)})"
        f" SELECT {', '.join(own.get(name, name) for name in names)}"
        f" FROM {table}, generate_series(2, %s) k WHERE id = %s",
        [POLLED_BATCHES, record],
    )


def ingest(env):
    """Ingest of events for ever more items in one call, and late usage that touches nothing."""
    items = env["cn285.contract.item"].search([("billing_type", "=", "usage")], order="id").ids
    metric = env["cn285.usage.metric"].search([("code", "=", "traffic")])
    shares = {}
    # Once for nothing: what a process reads once.
    env["cn285.usage.event"]._ingest_committed(_events(items[:10], metric, f"{datetime.now()}"))
    for label, size in (("few", len(items) // 8), ("all", len(items))):
        rows = _events(items[:size], metric, f"{label}-{datetime.now():%H%M%S}")
        # As a process has them that has not seen these items.
        report = {}
        with taken_by(env, report):
            result = env["cn285.usage.event"]._ingest_committed(rows)
        if result["accepted"] != len(rows):
            sys.exit(f"not all events were accepted: {str(result)[:300]}")
        shares[label] = 1e6 * report["cpu"] / len(rows)
    return {
        f"ingest, an event of {len(items) // 8:,} items": [None, round(shares["few"], 1), "µs"],
        f"ingest, an event of {len(items):,} items": [None, round(shares["all"], 1), "µs"],
        "ingest, eight times the items": [
            1.5, round(shares["all"] / shares["few"], 2), "times an event",
        ],
    }  # fmt: skip


def _events(items, metric, name):
    moment = datetime.combine(THIS_MONTH, time(4))
    return [
        {
            "source": "meter",
            "transaction_id": f"{name}-{item}",
            "item_id": item,
            "metric_id": metric.id,
            "occurred_at": moment,
            "quantity": 1,
        }
        for item in items
    ]


def late(env):
    """A run's look for late usage, where nothing came late; and the bare GROUP BY of a month."""
    run = env["cn285.billing.run"].create({"date": TODAY})
    report = {}
    with taken_by(env, report):
        run._plan_late_usage({})
    env.cr.rollback()
    return {"late usage, looked for in vain": [1.0, round(report["cpu"], 2), "s"]}


def revenue(env):
    """A month's recognition in detail, in lines of 100,000."""
    day = FIRST + relativedelta(months=1, days=-1)
    env.cr.execute(
        "SELECT count(*) FROM cn285_revrec_line WHERE state = 'planned' AND date <= %s", [day]
    )
    lines = env.cr.fetchone()[0]
    run = _as(env, "scale_manager")["cn285.revrec.run"].create({"date": day, "detail": "detail"})
    env.cr.commit()
    schedules, posting = {}, {}
    with taken_by(env, schedules):
        run._sync_schedules()
        env.cr.commit()
    env.invalidate_all()
    with taken_by(env, posting):
        run._post_run()
        env.cr.commit()
    return {
        "revenue, schedules brought up to date": [None, round(schedules["cpu"], 1), "s"],
        "revenue, schedules, memory": [300, round(schedules["grown_mb"]), "MB"],
        f"revenue in detail, {lines:,} lines": [None, round(posting["cpu"], 1), "s"],
        "revenue in detail, 100,000 lines": [30, round(posting["cpu"] * 1e5 / lines, 1), "s"],
        "revenue in detail, memory": [300, round(posting["grown_mb"]), "MB"],
    }


def changes(env, count=500):
    """Prices of some items change today, by changes that were planned."""
    today = env.company._cn285_today()
    items = env["cn285.contract.item"].search(
        [("billing_type", "=", "fixed"), ("price_source", "=", "manual")],
        order="id desc",
        limit=count,
    )
    made = env["cn285.contract.change"].create(
        [
            {
                "contract_id": item.contract_id.id,
                "item_id": item.id,
                "type": "price",
                "date_effective": today + timedelta(days=1),
                "values": {"price_unit": item.price_unit + 1},
            }
            for item in items
        ]
    )
    made.action_schedule()
    env.flush_all()
    env.cr.execute(
        "UPDATE cn285_contract_change SET date_effective = %s WHERE id = ANY(%s)",
        [today, made.ids],
    )
    env.cr.commit()
    env.invalidate_all()
    report = {}
    with taken_by(env, report):
        failed = made._apply_all_due(env.company)
        env.cr.commit()
    if failed:
        sys.exit(f"changes failed: {list(failed.values())[:3]}")
    return {"changes, one of a batch": [4, _ms(report, len(made)), "ms"]}


def renewals(env, count=500):
    """Contracts whose term is over, renewed by the scheduled action."""
    contracts = env["cn285.contract"].search([("state", "=", "active")], order="id", limit=count)
    # As if they had been agreed like this at their beginning.
    env.cr.execute(
        """UPDATE cn285_contract SET term_length = %s, term_unit = 'month', term_number = 0,
                  term_start = date_start, term_end = %s WHERE id = ANY(%s)""",
        [MONTHS, THIS_MONTH - timedelta(days=1), contracts.ids],
    )
    env.cr.commit()
    env.invalidate_all()
    report = {}
    with taken_by(env, report):
        env["cn285.contract"]._cron_renewals()
        env.cr.commit()
    env.invalidate_all()
    if min(contracts.mapped("term_end")) < TODAY:
        errors = contracts.change_ids.filtered("error").mapped("error")
        sys.exit(f"not renewed: {errors[:3]}")
    return {"renewals, one of a batch": [4, _ms(report, len(contracts)), "ms"]}


def _next_job(env, models, but):
    return (
        env["queue.job"].search(
            [
                ("state", "in", ("pending", "wait_dependencies")),
                ("model_name", "in", models),
                ("method_name", "not in", but),
            ],
            order="priority, id",
            limit=1,
        )
        or None
    )


def _perform(env, record):
    """Carry out a job here, as the job runner's worker does, and commit."""
    from odoo.addons.queue_job.job import Job

    job = Job.load(env, record.uuid)
    job.set_started()
    job.perform()
    job.set_done()
    job.store()
    env.flush_all()
    env.cr.commit()
