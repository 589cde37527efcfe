"""Quotations: a form of 200 lines, its first invoice, and the acceptance of a thousand in jobs.

``python benchmarks/quotes.py`` (see `make bench`) copies the base database, installs cn285_sale,
and measures, each in a process of its own: what the screen reads of a quotation of 200 lines when
it is opened, beside the same of Odoo's alone; what its first invoice is; and the jobs that accept
many quotations, of which one cannot be. Figures go to ``benchmarks/results/quotes.json``.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

LINES = 200
# CPU milliseconds: the form, the first invoice, an acceptance; and how many times the queries of
# one acceptance a batch of a hundred has.
LIMITS = {"open_ms": 1000.0, "first_ms": 300.0, "accept_ms": 60.0, "batch_queries": 10.0}
ROUNDS = 5


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quotes", type=int, default=1000, help="quotations that are accepted")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "quotes.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    accept = figures["accept"]
    print(
        f"{LINES} lines: form {figures['open']['cpu_ms']:.0f} ms (without ours "
        f"{figures['open']['odoo_ms']:.0f} ms), first invoice {figures['first']['cpu_ms']:.0f} ms; "
        f"{accept['quotes']} accepted in {accept['seconds']:.0f} s, {accept['cpu_ms']:.0f} ms CPU "
        f"each; queries of 100 by those of one: {accept['ratio']:.1f}"
    )
    for label, good in figures["within_limits"].items():
        print(f"{label}: {'within' if good else 'ABOVE'} the limit")
    print(f"written to {path}")
    return 0 if all(figures["within_limits"].values()) else 1


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(step_name, **arguments):
            report = in_process(Path(__file__), step_name, name, conf, **arguments)
            print(f"{step_name}: {report.get('seconds', 0):.1f} s", file=sys.stderr)
            return report

        install(name, conf, "cn285_sale")
        step("seed", quotes=options.quotes)
        execute(name, "VACUUM ANALYZE")
        opened, first, accept = step("form"), step("first"), step("accept")
    if accept["accepted"] != options.quotes or accept["refused"] != 1:
        sys.exit(f"not all were accepted: {accept}")
    found = {
        "open_ms": opened["cpu_ms"],
        "first_ms": first["cpu_ms"],
        "accept_ms": accept["cpu_ms"],
        "batch_queries": accept["ratio"],
    }
    return {
        "python": platform.python_version(),
        "open": opened,
        "first": first,
        "accept": accept,
        "within_limits": {label: found[label] < limit for label, limit in LIMITS.items()},
    }


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, quotes):
    """A quotation of 200 lines, one that cannot be accepted, and many of three lines."""
    products = env["product.product"].create(
        [{"name": f"Service {n}", "type": "service", "list_price": 10.0 + n} for n in range(20)]
    )
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(quotes + 2)])

    def values(partner, count, **more):
        lines = [
            (
                0,
                0,
                {
                    "product_id": products[n % len(products)].id,
                    "price_unit": 10.0 + n,
                    "billing_type": "one_shot" if n % 10 == 9 else "fixed",
                    "recurring_unit": "year" if n % 10 == 8 else "month",
                    "alignment": "calendar" if n % 2 else "anniversary",
                },
            )
            for n in range(count)
        ]
        return {"partner_id": partner.id, "term_length": 12, "order_line": lines, **more}

    orders = env["sale.order"].create(
        [
            values(partners[0], LINES, client_order_ref="long"),
            values(partners[1], 3, state="sent"),
            *(values(partner, 3, state="sent") for partner in partners[2:]),
        ]
    )
    # Its contract cannot start: one of its products needs another.
    lonely = env["product.product"].create({"name": "Option", "type": "service"})
    lonely.product_tmpl_id.cn285_requires_ids = products[19].product_tmpl_id
    orders[1].order_line[0].product_id = lonely
    return {"orders": len(orders)}


def _long(env):
    return env["sale.order"].search([("client_order_ref", "=", "long")])


def _shown(env):
    """What the form of a quotation reads, as the web client asks for it."""
    from lxml import etree

    view = env["sale.order"].get_view(view_type="form")

    def fields_of(model, node):
        spec = {}
        for field in node.xpath(".//field[not(ancestor::field)]"):
            name = field.get("name")
            kind = env[model]._fields.get(name)
            if kind is None:
                continue
            if kind.type in ("one2many", "many2many"):
                inner = field.find("list")
                alone = inner is not None and etree.fromstring(etree.tostring(inner))
                inside = fields_of(kind.comodel_name, alone) if inner is not None else {}
                spec[name] = {"fields": inside}
            elif kind.type in ("many2one", "reference"):
                spec[name] = {"fields": {"display_name": {}}}
            else:
                spec[name] = {}
        return spec

    return fields_of("sale.order", etree.fromstring(view["arch"]))


def form(env):
    """What opening the form reads; and the same without what is ours."""
    order, spec = _long(env), _shown(env)
    plain = {name: sub for name, sub in spec.items() if not name.startswith("cn285_")}
    report = {}
    for label, wanted in (("odoo_ms", plain), ("cpu_ms", spec)):
        order.web_read(wanted)  # warms caches
        with measured(report):
            for _round in range(ROUNDS):
                env.invalidate_all()
                order.web_read(wanted)
        report[label] = report["cpu_seconds"] * 1000 / ROUNDS
    return report


def first(env):
    """The first invoice, and what follows, of the quotation of 200 lines."""
    order, report = _long(env), {}
    if not order.cn285_first_invoice["amount_total"]:
        sys.exit("nothing would be billed")
    with measured(report):
        for _round in range(ROUNDS):
            env.invalidate_all()
            order.cn285_first_invoice  # noqa: B018 (it is worked out)
    report["cpu_ms"] = report["cpu_seconds"] * 1000 / ROUNDS
    return report


def accept(env):
    """The jobs that accept them all, one after the other, as a worker does them."""
    orders = env["sale.order"].search([("state", "=", "sent")], order="id")
    one, hundred = orders[1:2], orders[2:102]
    counts, report = [], {}
    for some in (one, hundred):
        before = env.cr.sql_log_count
        some._job_cn285_accept()
        env.cr.commit()
        env.invalidate_all()
        counts.append(env.cr.sql_log_count - before)
    rest = orders - one - hundred
    with measured(report):
        for start in range(0, len(rest), 100):
            rest[start : start + 100]._job_cn285_accept()
            env.cr.commit()
            env.invalidate_all()
    report["cpu_ms"] = report["cpu_seconds"] * 1000 / max(len(rest), 1)
    done = orders.filtered(lambda order: order.cn285_activation == "done")
    return {
        **report,
        "quotes": len(orders) - 1,
        "accepted": len(done),
        "refused": len(orders - done),
        "ratio": counts[1] / counts[0],
        "queries": counts,
    }


STEPS = {"seed": seed, "form": form, "first": first, "accept": accept}

if __name__ == "__main__":
    sys.exit(main())
