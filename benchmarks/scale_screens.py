"""What users wait for in the large database: the calls of the web client, as the users who do it.

Each screen is asked for as the client does: ``web_search_read`` with what the view shows,
``web_read_group``, ``formatted_read_grouping_sets`` of a pivot, ``web_read`` and ``onchange`` of a
form. Of three times the median counts, with an empty cache each time; PostgreSQL's is warm. Times
are of processors, Python's and the server's: what else the machine does is not in them.
"""

from datetime import date, timedelta
from statistics import median

from dateutil.relativedelta import relativedelta
from limit import processor
from lxml import etree

LIST_MS, PIVOT_MS = 300, 1000
PAGE = 80
THIS_MONTH = date.today().replace(day=1)
NAMED = {"fields": {"display_name": {}}}
OPEN = [("state", "in", ("planned", "waiting"))]
COUNTING = [("state", "=", "active"), ("kind", "!=", "reversal")]


def screens(env, only=None):
    """``{screen: [wanted ms, got ms, queries]}``."""
    clients = {
        login: Client(env, env["res.users"].search([("login", "=", f"scale_{login}")]))
        for login in ("manager", "seller", "reader")
    }
    report = {}
    for name, (login, wanted, call) in SCREENS.items():
        if only and only not in name:
            continue
        client = clients[login]
        client.asked(call)  # views, access rules and translations: once, as a worker has them
        took = [client.asked(call) for _time in range(3)]
        ms, queries = median(one[0] for one in took), took[-1][1]
        report[f"{name} ({login})"] = [wanted, round(ms, 1), queries]
    return report


class Client:
    """The web client of a user: what it asks the server for."""

    def __init__(self, env, user):
        self.env = env(user=user)

    def asked(self, call):
        """``(milliseconds of processors, queries)`` of a call, with an empty cache."""
        self.env.invalidate_all()
        cr, report = self.env.cr, {}
        before = cr.sql_log_count
        with processor(self.env, report):
            call(self)
        result = 1000 * report["cpu"], cr.sql_log_count - before
        cr.rollback()
        return result

    def _view(self, model, kind):
        result = self.env[model].get_views([[False, kind]], {})
        return etree.fromstring(result["views"][kind]["arch"]), result["models"]

    def _shown(self, arch, model, models):
        """What the client asks ``web_read`` for: the fields of the view and of the lists in it."""
        shown = {}
        for node in _own_fields(arch):
            info = models[model]["fields"].get(node.get("name"))
            if info is None:
                continue
            spec = {}
            if info["type"] == "many2one":
                spec = NAMED
            elif info["type"] in ("one2many", "many2many"):
                below = {}
                for child in node:
                    if child.tag in ("list", "kanban"):
                        below |= self._shown(child, info["relation"], models)
                spec = {"fields": below or {"display_name": {}}, "limit": 40}
            shown[node.get("name")] = spec
        return shown

    def list(self, model, domain=(), kind="list", limit=PAGE):
        """The first page of a list."""
        arch, models = self._view(model, kind)
        self.env[model].web_search_read(
            list(domain),
            self._shown(arch, model, models),
            limit=limit,
            order=arch.get("default_order"),
            count_limit=10_001,
        )

    def groups(self, model, by, domain=()):
        """The first page of a list's groups, with all that the list sums of each."""
        arch, models = self._view(model, "list")
        info = models[model]["fields"]
        names = dict.fromkeys(node.get("name") for node in _own_fields(arch))
        sums = [one for name in names if name in info for one in _sums(name, info[name])]
        self.env[model].web_read_group(list(domain), [by], sums, limit=PAGE)

    def pivot(self, model, domain=()):
        """What a pivot opens with: nothing, its rows, its columns, and both."""
        arch, models = self._view(model, "pivot")
        info = models[model]["fields"]
        by = {kind: [] for kind in ("row", "col")}
        measures = []
        for node in _own_fields(arch):
            name, kind = node.get("name"), node.get("type")
            if kind in by:
                interval = node.get("interval")
                by[kind].append(f"{name}:{interval}" if interval else name)
            elif kind == "measure":
                measures += _sums(name, info[name])
        sets = [[], by["row"], by["col"], by["row"] + by["col"]]
        sets = list({tuple(groupby): groupby for groupby in sets}.values())
        self.env[model].formatted_read_grouping_sets(list(domain), sets, [*measures, "__count"])

    def form(self, model, domain=()):
        """The form of the last record."""
        arch, models = self._view(model, "form")
        record = self.env[model].search(list(domain), limit=1)
        record.web_read(self._shown(arch, model, models))

    def changed(self, model, name):
        """A form's ``onchange`` of a field."""
        arch, models = self._view(model, "form")
        shown = self._shown(arch, model, models)
        record = self.env[model].search([], limit=1)
        value = record[name].id if record._fields[name].relational else record[name]
        record.onchange({name: value}, [name], shown)

    def calendar(self, model, day="billing_date"):
        """A month as the calendar of six weeks asks for it."""
        arch, models = self._view(model, "calendar")
        first, last = THIS_MONTH - timedelta(days=6), THIS_MONTH + timedelta(days=36)
        shown = self._shown(arch, model, models)
        self.env[model].calendar_rows([], [*shown, day], str(first), str(last))

    def kanban(self, model, by):
        """Columns with their first records."""
        arch, models = self._view(model, "kanban")
        shown = self._shown(arch, model, models)
        self.env[model].web_read_group(
            [], [by], auto_unfold=True, unfold_read_specification=shown,
            unfold_read_default_limit=20,
        )  # fmt: skip

    def filtered(self, model, name, kind="list"):
        """A list behind a filter of its search view."""
        arch, _models = self._view(model, "search")
        domain = arch.xpath(f"//filter[@name='{name}']")[0].get("domain")
        self.list(model, _domain(self.env, domain), kind)


def _own_fields(arch):
    found = []

    def visit(node):
        for child in node:
            if child.tag == "field":
                found.append(child)
            elif isinstance(child.tag, str):
                visit(child)

    visit(arch)
    return found


def _sums(name, info):
    """What the client asks for of a field in groups: its sum, money in one currency besides."""
    if not info.get("aggregator") or info["type"] not in ("float", "integer", "monetary"):
        return []
    found = [f"{name}:{info['aggregator']}"]
    if info.get("currency_field"):
        found += [f"{info['currency_field']}:array_agg_distinct", f"{name}:sum_currency"]
    return found


def _domain(env, text):
    from odoo.tools.safe_eval import safe_eval

    return safe_eval(text, {"uid": env.uid, "context_today": date.today})


def _in_month(day):
    start, end = THIS_MONTH - relativedelta(months=1), THIS_MONTH
    return [(day, ">=", f"{start} 00:00:00"), (day, "<", f"{end} 00:00:00")]


def _paris_month():
    """Last month of a user in Paris, whose days begin in the evening before, by UTC."""
    last = THIS_MONTH - relativedelta(months=1)
    start, end = (day - timedelta(days=1) for day in (last, THIS_MONTH))
    return [("occurred_at", ">=", f"{start} 23:00:00"), ("occurred_at", "<", f"{end} 23:00:00")]


CONTRACT, SCHEDULE = "cn285.contract", "cn285.billing.schedule"
ITEM, RUN = "cn285.contract.item", "cn285.billing.run"
RATING, EVENT = "cn285.usage.rating", "cn285.usage.event"
REVENUE, LINE = "cn285.revrec.schedule", "cn285.revrec.line"

# Each screen: who looks, how long it may take, and what the client asks for.
SCREENS = {
    "contracts": ("reader", LIST_MS, lambda c: c.list(CONTRACT)),
    "own contracts": ("seller", LIST_MS, lambda c: c.list(CONTRACT)),
    "contracts by number": (
        "reader", LIST_MS, lambda c: c.list(CONTRACT, [("name", "ilike", "00042")])),
    "contracts of customers named": (
        "reader", LIST_MS, lambda c: c.list(CONTRACT, [("partner_id", "ilike", "customer 17")])),
    "contracts by salesperson": ("reader", LIST_MS, lambda c: c.groups(CONTRACT, "user_id")),
    "contracts, kanban": ("reader", LIST_MS, lambda c: c.kanban(CONTRACT, "state")),
    "contract": ("reader", LIST_MS, lambda c: c.form(CONTRACT)),
    "contract, own": ("seller", LIST_MS, lambda c: c.form(CONTRACT)),
    "contract, customer changed": (
        "reader", LIST_MS, lambda c: c.changed(CONTRACT, "partner_id")),
    "items": ("reader", LIST_MS, lambda c: c.list(ITEM)),
    "items by product": ("reader", LIST_MS, lambda c: c.groups(ITEM, "product_id")),
    "schedule, open": ("reader", LIST_MS, lambda c: c.list(SCHEDULE, OPEN)),
    "schedule, all": ("reader", LIST_MS, lambda c: c.list(SCHEDULE)),
    "schedule, own contracts": ("seller", LIST_MS, lambda c: c.list(SCHEDULE, OPEN)),
    "schedule by item": (
        "reader", LIST_MS, lambda c: c.groups(SCHEDULE, "item_id", OPEN)),
    "schedule by contract": (
        "reader", LIST_MS, lambda c: c.groups(SCHEDULE, "contract_id", OPEN)),
    "schedule by customer": (
        "reader", LIST_MS, lambda c: c.groups(SCHEDULE, "partner_id", OPEN)),
    "schedule by month": (
        "reader", LIST_MS, lambda c: c.groups(SCHEDULE, "billing_date:month", OPEN)),
    "schedule, to bill": ("reader", LIST_MS, lambda c: c.filtered(SCHEDULE, "due")),
    "schedule by month, own contracts": (
        "seller", LIST_MS, lambda c: c.groups(SCHEDULE, "billing_date:month", OPEN)),
    "schedule, calendar, own contracts": ("seller", LIST_MS, lambda c: c.calendar(SCHEDULE)),
    "schedule, calendar": ("reader", LIST_MS, lambda c: c.calendar(SCHEDULE)),
    "schedule, pivot": (
        "reader", PIVOT_MS,
        lambda c: c.pivot(SCHEDULE, OPEN)),
    "schedule row": ("reader", LIST_MS, lambda c: c.form(SCHEDULE, OPEN)),
    "contracts to bill this month": (
        "reader", LIST_MS, lambda c: c.filtered(CONTRACT, "to_bill_this_month")),
    "ratings": ("reader", LIST_MS, lambda c: c.list(RATING)),
    "ratings, pivot": (
        "reader", PIVOT_MS,
        lambda c: c.pivot(RATING)),
    "ratings by item": ("reader", LIST_MS, lambda c: c.groups(RATING, "item_id")),
    "ratings by calculator": ("reader", LIST_MS, lambda c: c.groups(RATING, "calculator_id")),
    "events": ("reader", LIST_MS, lambda c: c.list(EVENT)),
    "events of last month": (
        "reader", LIST_MS, lambda c: c.list(EVENT, _in_month("occurred_at"))),
    "events by month": ("reader", LIST_MS, lambda c: c.groups(EVENT, "occurred_at:month")),
    "events of last month, pivot": (
        "reader", PIVOT_MS, lambda c: c.pivot(EVENT, COUNTING + _paris_month())),
    "events of last month in Paris": ("reader", LIST_MS, lambda c: c.list(EVENT, _paris_month())),
    "billing runs": ("manager", LIST_MS, lambda c: c.list(RUN)),
    "billing run": ("manager", LIST_MS, lambda c: c.form(RUN, [("state", "=", "done")])),
    "revenue schedules": ("manager", LIST_MS, lambda c: c.list(REVENUE)),
    "revenue schedules by product": (
        "manager", LIST_MS, lambda c: c.groups(REVENUE, "product_id")),
    "revenue schedules by contract": (
        "manager", LIST_MS, lambda c: c.groups(REVENUE, "contract_id")),
    "revenue lines": ("manager", LIST_MS, lambda c: c.list(LINE)),
    "revenue lines by month": ("manager", LIST_MS, lambda c: c.groups(LINE, "date:month")),
}  # fmt: skip
