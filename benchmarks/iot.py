"""A fleet of connected objects: activated by one order, billed, suspended, taken off.

``python benchmarks/iot.py`` (see `make bench`) copies the base database, installs cn285_iot, and
measures, each in a process of its own: the answer to an order of many activations (what a program
waits for), its jobs one after the other, the preview of the contract, its billing with lines summed
per product, and the suspension of a tenth of them. Figures go to ``benchmarks/results/iot.json``.
"""

import argparse
import json
import platform
import sys
from pathlib import Path
from time import perf_counter

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

LIMITS = {"answer": 1.0, "activate": 60.0, "preview": 3.0, "bill": 10.0}


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=10_000, help="devices of the fleet")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "iot.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    for label, seconds in figures["seconds"].items():
        limit = LIMITS.get(label)
        judged = "" if limit is None else "  within" if seconds < limit else "  ABOVE the limit"
        processor = figures["cpu_seconds"].get(label)
        busy = "" if processor is None else f" ({processor:.1f} s of processor)"
        print(f"{label}: {seconds:.1f} s{busy}{judged}")
    print(f"peak {figures['peak_mb']:.0f} MB; written to {path}")
    return int(any(figures["seconds"][label] >= limit for label, limit in LIMITS.items()))


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(step_name, **arguments):
            report = in_process(Path(__file__), step_name, name, conf, **arguments)
            print(f"{step_name}: {report.get('seconds', 0):.1f} s", file=sys.stderr)
            return report

        install(name, conf, "cn285_iot")
        step("seed", devices=options.devices)
        execute(name, "VACUUM ANALYZE")
        activate = step("activate")
        others = {label: step(label) for label in ("preview", "bill", "suspend")}
    if activate["items"] != options.devices:
        sys.exit(f"not all was done: {activate['items']} items")
    return {
        "python": platform.python_version(),
        "devices": options.devices,
        "seconds": {
            "answer": activate["answer"],
            "activate": activate["seconds"],
            **{label: report["seconds"] for label, report in others.items()},
        },
        "cpu_seconds": {
            "activate": activate["cpu_seconds"],
            **{label: report["cpu_seconds"] for label, report in others.items()},
        },
        "peak_mb": activate["peak_mb"],
        "invoiced": others["bill"]["amount"],
    }


# --- steps, each in its own process ----------------------------------------------------------


def _fleet(env):
    return env["cn285.contract"].search([("client_ref", "=", "fleet")])


def seed(env, devices):
    """A running contract with the fleet's subscription, a plan, and devices."""
    product = env["product.product"].create({"name": "Tracking", "type": "service"})
    template = env["cn285.contract.template"].create(
        {
            "name": "Fleet",
            "item_ids": [
                (0, 0, {"product_id": product.id, "price_unit": 3.0, "price_source": "manual"})
            ],
        }
    )
    device_type = env["cn285.device.type"].create(
        {"name": "Tracker", "plan_id": template.item_ids.id, "suspended_billing": "credited"}
    )
    contract = env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Carrier"}).id,
            "client_ref": "fleet",
            "line_grouping": "product",
            "date_start": env.company._cn285_today(),
            "item_ids": [(0, 0, {"product_id": product.id, "billing_type": "none"})],
        }
    )
    contract.action_confirm()
    made = env["cn285.device"].create(
        [{"serial": f"T{number:06}", "type_id": device_type.id} for number in range(devices)]
    )
    made.action_confirm()
    return {}


def _all_batches(env, order):
    """The jobs of an order, one after the other, each committed as its runner does."""
    while order.state != "done":
        order._run_batch()
        env.cr.commit()  # pylint: disable=invalid-commit
        env.invalidate_all()


def activate(env):
    """One order for all devices: how long who asks waits, and then the jobs."""
    numbers = [f"T{number:06}" for number in range(env["cn285.device"].search_count([]))]
    contract = _fleet(env)
    start = perf_counter()
    devices, unknown = env["cn285.device"]._find_many(env.company, numbers)
    order = env["cn285.fleet.order"]._place(
        "activate",
        devices,
        unknown,
        in_jobs=True,
        contract_id=contract.id,
        parent_item_id=contract.item_ids.id,
    )
    env.flush_all()
    answer = perf_counter() - start
    env.cr.commit()  # pylint: disable=invalid-commit
    env.invalidate_all()
    with measured({}) as report:
        _all_batches(env, order)
    return {**report, "answer": answer, "items": len(_fleet(env).item_ids) - 1}


def preview(env):
    """The next invoice, as the contract's page and its customer see it."""
    contract = _fleet(env)
    with measured({}) as report:
        contract.preview_invoices(1)
    return report


def bill(env):
    """All of it on one invoice, lines summed per product."""
    run = env["cn285.billing.run"].create({"date": env.company._cn285_today()})
    with measured({}) as report:
        run.with_context(queue_job__no_delay=True).action_run()
    env.cr.commit()  # pylint: disable=invalid-commit
    run.invalidate_recordset()
    return {**report, "amount": sum(run.invoice_ids.mapped("amount_untaxed"))}


def suspend(env):
    """A tenth of the fleet rests from today on."""
    devices = env["cn285.device"].search([], order="id")
    order = env["cn285.fleet.order"]._place("suspend", devices[: len(devices) // 10], in_jobs=True)
    env.flush_all()
    with measured({}) as report:
        _all_batches(env, order)
    return report


STEPS = {step.__name__: step for step in (seed, activate, preview, bill, suspend)}

if __name__ == "__main__":
    sys.exit(main())
