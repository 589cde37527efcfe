"""Billing runs: ordered, and done by jobs; what they set aside; jobs."""

from typing import Annotated

from fastapi import Query
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.problems import Problem
from ..core.records import find, named, page
from ..core.representing import Names, expansions, number, text
from ..core.route import answer, new_router, operation
from ..schemas.billing import IssueOut, IssuePage, JobOut, RunIn, RunOut, RunPage
from ..schemas.common import ListQuery, RefPath

router = new_router("Billing runs")
FILTERS = {
    "customers": ("partner_ids", "res.partner"),
    "contracts": ("contract_ids", "cn285.contract"),
    "templates": ("template_ids", "cn285.contract.template"),
}


@router.get("/billing-runs", summary="List billing runs", **operation("billing:read"))
def list_runs(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> RunPage:
    """Runs of the key's company."""
    expansions(call, query.expand, ())
    runs, following = page(call, "cn285.billing.run", Domain.TRUE, query)
    return RunPage(data=show_runs(runs), has_more=following is not None, next_cursor=following)


@router.get("/billing-runs/{run}", summary="Read a billing run", **operation("billing:read", 404))
def get_run(call: CurrentCall, run: RefPath) -> RunOut:
    """How far it is; ask again while its state is ``running``."""
    return show_runs(find(call, "cn285.billing.run", run))[0]


@router.get(
    "/billing-runs/{run}/issues",
    summary="What did a run set aside?",
    **operation("billing:read", 404),
)
def list_issues(call: CurrentCall, run: RefPath, query: Annotated[ListQuery, Query()]) -> IssuePage:
    """Contracts that could not be billed, and why; the others were."""
    expansions(call, query.expand, ())
    record = find(call, "cn285.billing.run", run)
    domain = Domain("run_id", "=", record.id)
    issues, following = page(call, "cn285.billing.run.issue", domain, query)
    return IssuePage(
        data=_show_issues(issues), has_more=following is not None, next_cursor=following
    )


@router.post(
    "/billing-runs",
    summary="Start a billing run",
    **operation("billing:write", status_code=202),
)
def create_run(call: CurrentCall, body: RunIn) -> RunOut:
    """It is ordered by this call, and done by jobs: 202, and ``Location`` says where to ask."""
    values = {
        "date": body.date or call.today(),
        "invoice_date": body.invoice_date or False,
        "post": body.post,
        "company_id": call.company.id,
    }
    for name, (field, model) in FILTERS.items():
        records = [
            named(call, model, one, f"/{name}/{place}").id
            for place, one in enumerate(getattr(body, name))
        ]
        values[field] = [(6, 0, records)]
    run = call.env["cn285.billing.run"].create(values)
    # In this transaction: with an idempotency key there is one run, and one job, or neither.
    run._order_start()
    return _accepted(call, run)


@router.post(
    "/billing-runs/{run}/retry",
    summary="Bill what a run has set aside",
    **operation("billing:write", 404, status_code=202),
)
def retry_run(call: CurrentCall, run: RefPath) -> RunOut:
    """Once its reason is put right: a job looks at what is due again."""
    record = find(call, "cn285.billing.run", run)
    record.lock_for_update()
    if record.state != "partial":
        raise call.conflict(call.env._("Billing run %s has set nothing aside.", record.name))
    record._order_start()
    return _accepted(call, record)


def _accepted(call, run):
    call.env.flush_all()
    [shown] = show_runs(run)
    return answer(shown, 202, {"Location": f"/cn285/v1/billing-runs/{run.id}"})


@router.get("/jobs/{job}", summary="Read a job", **operation("", 404))
def get_job(call: CurrentCall, job: RefPath) -> JobOut:
    """A job that a call of this key's user has ordered."""
    found = _job(call, job)
    if not found:
        raise Problem("not_found", call.env._("There is no “%s” here.", job))
    return _show_job(found)


def ordered_job(call, job):
    """The answer of a call that has ordered a job: 202, and where to ask what became of it.

    :param job: what ``with_delay()`` returned
    """
    call.env.flush_all()
    shown = JobOut(
        id=job.uuid,
        name=job.description,
        state=job.state,
        result=None,
        created_at=job.date_created,
        started_at=None,
        done_at=None,
    )
    return answer(shown, 202, {"Location": f"/cn285/v1/jobs/{job.uuid}"})


def _job(call, uuid):
    # sudo: users do not read jobs; this is the user's own, and its data are not shown.
    jobs = call.env["queue.job"].sudo()
    return jobs.search([("uuid", "=", uuid), ("user_id", "=", call.env.uid)], limit=1)


def _show_job(job):
    return JobOut(
        id=job.uuid,
        name=job.name,
        state=job.state,
        result=text(job.result),
        created_at=job.date_created,
        started_at=job.date_started or None,
        done_at=job.date_done or None,
    )


def _jobs(runs):
    """``{run id: uuid}`` of the jobs that prepare runs."""
    keys = {f"cn285.billing.run.start-{run.id}": run.id for run in runs}
    # sudo: users do not read jobs; of those of runs that they read, a number is told.
    jobs = runs.env["queue.job"].sudo().search([("identity_key", "in", list(keys))], order="id")
    return {keys[job.identity_key]: job.uuid for job in jobs}


def show_runs(runs):
    """Billing runs as the API shows them."""
    jobs = _jobs(runs)
    return [
        RunOut(
            id=run.id,
            number=run.name,
            state=run.state,
            date=run.date,
            invoice_date=run.invoice_date or None,
            post=run.post,
            progress=number(run.progress),
            batches_done=run.batch_done,
            batches=run.batch_count,
            open_issues=run.issue_count,
            invoices=run.invoice_count,
            job=jobs.get(run.id),
            started_at=run.date_started or None,
            finished_at=run.date_finished or None,
            created_at=run.create_date,
        )
        for run in runs
    ]


def _show_issues(issues):
    names = Names(issues.env, issues.contract_id)
    return [
        IssueOut(
            id=issue.id,
            kind=issue.kind,
            contract=names.ref(issue.contract_id),
            invoice_id=issue.move_id.id or None,
            reason=issue.reason,
            state=issue.state,
        )
        for issue in issues
    ]
