"""Walks through what a user is offered: menus, actions, views, filters, records, buttons, dialogs.

Each step stands for one request of the web client. What it does is undone; an error other than a
refusal in words, and any AccessError, is a fault of the screen that offered the step.
"""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import Form
from odoo.tools import mute_logger

from .client import evaluate, is_hidden, load_views, own_fields, own_nodes
from .filling import Unfillable, fill, offered_choices

# How far dialogs are followed that open from buttons of dialogs.
DEEPEST = 3
# Records of each state that are opened.
SAMPLES = 2
# What is typed into the search box.
SOUGHT = "Martin"
# Filters that the client builds up by itself.
SPECIAL = ("group_by_properties", "properties_base_definition_id")
MUTED = ("odoo.sql_db", "odoo.models", "odoo.tests.form")


@dataclass(frozen=True)
class Fault:
    """What went wrong, and on which way there."""

    where: tuple
    error: str

    def __str__(self):
        return f"{' › '.join(self.where)}\n        {self.error}"


def is_ours(model):
    """Whether a model is of these addons."""
    return model._name.startswith("cn285.")


def is_from_our_addons(error):
    """Whether an error came up in these addons' code.

    Not where every search only passes through: Odoo's own screens look for records of a mail
    template's model, whether or not their user may read it.
    """
    frame = error.__traceback__
    while frame:
        code = frame.tb_frame.f_code
        passes = code.co_name == "_search" and code.co_filename.endswith("models/bounds.py")
        if "/addons/cn285_" in code.co_filename and not passes:
            return True
        frame = frame.tb_next
    return False


class _Undone(Exception):
    """Leaves a savepoint, so that nothing of a step stays."""


class Walk:
    """One user's walk; ``faults`` tell what went wrong, ``counts`` how much was tried."""

    def __init__(self, env, user, companies=None):
        companies = companies or user.company_ids
        context = {"lang": "en_US", "tz": "Europe/Paris", "allowed_company_ids": companies.ids}
        self.env = env(user=user, su=False, context=context)
        self.faults = []
        self.counts = Counter()
        self.urls = set()
        self._where, self._ours = (), True
        self._seen = set()

    # === STEPS === #

    @contextmanager
    def step(self, what, may_refuse=False, ours=True):
        """One request: what is done within is undone; what goes wrong is noted.

        :param may_refuse: whether a refusal in words is an answer, as that of a button
        :param ours: whether it is a screen of these addons; of Odoo's own screens only what goes
            wrong in these addons is noted
        """
        self._where += (what,)
        before, self._ours = self._ours, self._ours and ours
        try:
            with mute_logger(*MUTED), self.env.cr.savepoint():
                # What another user has read must not be in memory.
                self.env.invalidate_all()
                yield
                self.env.flush_all()
                raise _Undone
        except _Undone:
            pass
        except AccessError as error:
            self._note(error)
        except (UserError, Unfillable) as error:
            if not may_refuse and not isinstance(error, Unfillable):
                self._note(error)
            self.counts["refused"] += 1
        except AssertionError as error:
            # A form that is not complete is not saved by the client either.
            if "is a required field" not in str(error):
                self._note(error)
        except Exception as error:  # whatever happens on one screen, the others are walked
            self._note(error)
        finally:
            self._where, self._ours = self._where[:-1], before

    def _note(self, error):
        if not self._ours and not is_from_our_addons(error):
            return
        text = " ".join(str(error).split())
        self.faults.append(Fault(self._where, f"{type(error).__name__}: {text[:400]}"))

    def _first(self, *key):
        """Whether it is the first time that something is come across."""
        fresh = key not in self._seen
        self._seen.add(key)
        return fresh

    # === MENUS AND ACTIONS === #

    def menus(self, root):
        """Walk all that the user sees below a menu."""
        menus = self.env["ir.ui.menu"]
        visible = set(menus._visible_menu_ids())
        below = menus.sudo().search([("id", "child_of", root.id), ("action", "!=", False)])
        for menu in below:
            # Of what is below a menu that is not seen nothing is.
            if not visible.issuperset(map(int, menu.parent_path.strip("/").split("/"))):
                continue
            self.counts["menus"] += 1
            with self.step(menu.complete_name):
                self.action(menu.action._get_action_dict())

    def window(self, xmlid):
        """Walk one action by its name."""
        with self.step(xmlid):
            self.action(self.env["ir.actions.act_window"]._for_xml_id(xmlid))

    def action(self, action, active=None, depth=0):
        """Walk what an action opens, as far as the client follows it."""
        if not isinstance(action, dict) or depth > DEEPEST:
            return
        kind = action.get("type")
        if kind == "ir.actions.act_window":
            self._window(action, active, depth)
        elif kind == "ir.actions.report":
            self._report(action, active)
        elif kind == "ir.actions.server":
            server = self._with_active(self.env["ir.actions.server"], active)
            self.action(server.browse(action["id"]).run(), active, depth + 1)
        elif kind == "ir.actions.act_url":
            self._url(action["url"])
        elif kind == "ir.actions.client":
            self.action((action.get("params") or {}).get("next"), active, depth + 1)

    def _url(self, url):
        """Download a field, as the link does; other addresses are kept for who opens them."""
        parts = url.partition("?")[0].split("/")
        if url.startswith("/web/content/") and len(parts) > 5:
            _root, _web, _content, model, res_id, name = parts[:6]
            self.env["ir.binary"]._find_record(res_model=model, res_id=int(res_id), field=name)
            self.env[model].browse(int(res_id)).read([name])
        else:
            self.urls.add(url)

    def _with_active(self, records, active):
        if active is None:
            return records
        return records.with_context(
            active_id=active.id, active_ids=active.ids, active_model=active._name
        )

    def _report(self, action, active):
        self.counts["reports"] += 1
        ids = (action.get("context") or {}).get("active_ids") or (active and active.ids) or []
        data = action.get("data")
        reports = self.env["ir.actions.report"]
        if action["report_type"].startswith("qweb"):
            reports._render_qweb_html(action["report_name"], ids, data=data)
        else:
            reports._render(action["report_name"], ids, data=data)

    def _window(self, action, active, depth):
        context = action.get("context") or {}
        holder = self._with_active(self.env[action["res_model"]], active)
        if isinstance(context, str):
            context = evaluate(context, holder.env, {"id": holder.env.context.get("active_id")})
        model = holder.with_context(**context)
        domain = action.get("domain") or []
        if isinstance(domain, str):
            domain = evaluate(domain, model.env, {"id": model.env.context.get("active_id")})
        views = action.get("views") or [
            (False, kind) for kind in (action.get("view_mode") or "list,form").split(",")
        ]
        key = (model._name, str(views), str(domain), str(sorted(context)), action.get("res_id"))
        if depth and key in self._seen:
            return
        self._seen.add(key)
        if action.get("target") != "new":
            views = [*views, (self._search_view(action), "search")]
        loaded, toolbars = load_views(model, views, action_id=action.get("id"))
        self.counts["views"] += len(loaded)
        dialog = action.get("target") == "new" or views[0][1] == "form"
        if dialog and not action.get("res_id"):
            self._dialog(model, loaded["form"], depth)
        elif action.get("res_id"):
            self._record(model.browse(action["res_id"]), loaded.get("form"), depth)
        else:
            self._browse(model, domain, loaded, toolbars, depth)

    def _search_view(self, action):
        view = action.get("search_view_id")
        return view[0] if isinstance(view, (list, tuple)) else view

    # === LISTS AND WHAT SEARCHES THEM === #

    def _browse(self, model, domain, views, toolbars, depth):
        for kind, view in views.items():
            aggregates = kind in ("graph", "pivot")
            with self.step(f"{kind} of {model._name}", ours=is_ours(model) or not aggregates):
                if kind in ("list", "kanban"):
                    model.web_search_read(domain, view.specification(), limit=80)
                elif aggregates:
                    self._aggregates(model, domain, view)
        if "search" in views and self._first("search", model._name, views["search"].id):
            self._search(model, domain, views)
        if "form" in views and model.env.context.get("create", True) and model.has_access("create"):
            self._new(model, views)
        for record in self._samples(model, domain):
            form = views.get("form")
            # Where a button leads, one record of a sort is opened: its own menu shows the others.
            if form and (not depth or self._first("below", model._name, form.id)):
                self._record(record, form, depth)
            for kind in ("list", "kanban"):
                if kind in views and not depth:
                    self._row(record, views[kind], depth)
            for kind, toolbar in toolbars.items():
                self._toolbar(record, kind, toolbar, depth)

    def _samples(self, model, domain):
        """Records of each state, so that each sort of button is seen."""
        found = model.search(domain, limit=200)
        names = [name for name in ("state", "type", "move_type", "kind") if name in model._fields]
        groups = {}
        for record in found:
            # sudo: which records the walk looks at is no step of it.
            key = tuple(record.sudo()[name] for name in names)
            groups.setdefault(key, []).append(record)
        return [record for group in groups.values() for record in group[:SAMPLES]]

    def _aggregates(self, model, domain, view):
        names = [node.get("name") for node in own_fields(view.arch)]
        measures = [
            node.get("name")
            for node in own_fields(view.arch)
            if node.get("type") == "measure" and node.get("name") in model._fields
        ]
        groups = [
            f"{node.get('name')}:{node.get('interval')}"
            if node.get("interval")
            else node.get("name")
            for node in own_fields(view.arch)
            if node.get("type") != "measure" and node.get("name") in names
        ]
        sums = [f"{name}:sum" for name in measures if model._fields[name].aggregator == "sum"]
        model.formatted_read_grouping_sets(domain, [groups[:1], groups], [*sums, "__count"])

    def _search(self, model, domain, views):
        shown = views.get("list") or views.get("kanban")
        specification = shown.specification() if shown else {"display_name": {}}
        sums = self._sums(shown) if shown else []
        arch = views["search"].arch
        for node in arch.iter("filter", "field"):
            name = node.get("name")
            if name in SPECIAL or node.get("invisible") in ("1", "True"):
                continue
            with self.step(f"{node.tag} {name} of {model._name}", ours=is_ours(model)):
                self.counts["filters"] += 1
                for condition in self._conditions(node, model, views["search"]):
                    model.web_search_read([*domain, *condition], specification, limit=5)
                group_by = evaluate(node.get("context") or "{}", model.env, {}).get("group_by")
                if group_by and node.tag == "filter":
                    groups = [group_by] if isinstance(group_by, str) else group_by
                    groups = [self._with_granularity(model, group) for group in groups]
                    model.web_read_group(domain, groups, sums)

    def _with_granularity(self, model, group):
        """What the client groups days by where the view does not say it."""
        field = model._fields.get(group)
        return f"{group}:month" if field and field.type in ("date", "datetime") else group

    def _sums(self, view):
        return [
            f"{node.get('name')}:{view.fields[node.get('name')]['aggregator']}"
            for node in own_fields(view.arch)
            if view.fields.get(node.get("name"), {}).get("aggregator")
            and view.fields[node.get("name")]["type"] in ("integer", "float", "monetary")
        ]

    def _conditions(self, node, model, view):
        if node.get("domain") and node.tag == "filter":
            yield evaluate(node.get("domain"), model.env, {})
        if node.get("date"):
            yield [(node.get("date"), ">=", "2020-01-01")]
        if node.tag != "field":
            return
        name = node.get("name")
        names = {"self": SOUGHT, "raw_value": SOUGHT}
        if node.get("filter_domain"):
            yield evaluate(node.get("filter_domain"), model.env, names)
        elif name in view.fields:
            kind = view.fields[name]["type"]
            if kind in ("char", "text", "html", "many2one", "many2many", "one2many"):
                yield [(name, node.get("operator") or "ilike", SOUGHT)]
            if kind == "many2one":
                self.env[view.fields[name]["relation"]].name_search(SOUGHT)

    # === RECORDS === #

    def _record(self, record, view, depth):
        if view is None:
            return
        label = f"{record._name}({record.id})"
        with self.step(label):
            self.counts["records"] += 1
            [values] = record.web_read(view.specification())
            self._chatter(record, view)
            if depth >= DEEPEST:
                return
            for node in view.buttons():
                if not is_hidden(node, record.env, values):
                    self._press(record, node, values, None, depth)
            for field_node, listing in view.lists():
                if not is_hidden(field_node, record.env, values):
                    self._rows_within(record, view, field_node, listing, values, depth)
        if self._may_edit(record, view, "edit") and record.has_access("write"):
            with self.step(f"{label} edited", may_refuse=True, ours=is_ours(record)):
                self._edit(record, view)

    def _rows_within(self, record, view, field_node, listing, values, depth):
        info = view.fields[field_node.get("name")]
        rows = values.get(field_node.get("name")) or []
        for row in rows[:2]:
            if not isinstance(row, dict):
                continue
            for node in own_nodes(listing, "button"):
                if node.get("name") and not is_hidden(node, record.env, row, values, listing):
                    line = record.env[info["relation"]].browse(row["id"])
                    self._press(line, node, row, values, depth)

    def _row(self, record, view, depth):
        with self.step(f"row {record._name}({record.id})"):
            [values] = record.web_read(view.specification())
            for node in view.buttons():
                if not is_hidden(node, record.env, values):
                    self._press(record, node, values, None, depth)
            for node in own_nodes(view.arch, "a"):
                if node.get("type") == "object" and not is_hidden(node, record.env, values):
                    self._press(record, node, values, None, depth)

    def _toolbar(self, record, kind, toolbar, depth):
        for action in [*toolbar.get("print", ()), *toolbar.get("action", ())]:
            state = record.sudo()["state"] if "state" in record._fields else None
            key = (record._name, "toolbar", action["id"], str(state))
            # What Odoo offers about its own records is Odoo's.
            if key in self._seen or not is_ours(record):
                continue
            self._seen.add(key)
            with self.step(f"{action['name']} of {record._name}({record.id})", may_refuse=True):
                full = self.env["ir.actions.actions"].sudo().browse(action["id"])
                full = self.env[full.type].sudo().browse(action["id"])._get_action_dict()
                self.action(full, record, depth + 1)

    def _chatter(self, record, view):
        if view.arch.find(".//chatter") is None:
            return
        record.message_ids.read(["body", "author_id", "attachment_ids"])
        if "activity_ids" in record._fields:
            record.activity_ids.read(["summary", "user_id"])
        record.message_follower_ids.read(["display_name"])

    def _press(self, record, node, values, parent, depth):
        name, kind = node.get("name"), node.get("type")
        state = values.get("state")
        key = (record._name, name, kind, str(state), node.get("context"), depth > 0)
        if node.get("special") or key in self._seen:
            return
        self._seen.add(key)
        label = node.get("string") or "".join(node.itertext()).strip() or name
        what = f"button {label} ({name}) of {record._name}({record.id})"
        ours = is_ours(record) or "cn285" in name
        with self.step(what, may_refuse=True, ours=ours):
            self.counts["buttons"] += 1
            context = evaluate(node.get("context") or "{}", record.env, values, parent)
            record = record.with_context(**context)
            if kind == "object":
                get_public_method(record, name)
                self.action(getattr(record, name)(), record, depth + 1)
            elif kind == "action":
                action = self.env["ir.actions.actions"].sudo().browse(int(name))
                action = self.env[action.type].sudo().browse(action.id)._get_action_dict()
                action["context"] = {
                    **evaluate(str(action.get("context") or "{}"), record.env, {"id": record.id}),
                    **context,
                }
                self.action(action, record, depth + 1)

    # === FORMS AND DIALOGS === #

    def _may_edit(self, model, view, what):
        return (view.arch.get(what) or "true").lower() not in ("0", "false")

    def _edit(self, record, view):
        """Open a record to be edited, with what its fields offer, and save it as it is."""
        form = Form(record, view=view.id or None)
        offered_choices(record, view, form)
        form.save()

    def _new(self, model, views):
        listing = views.get("list") or views.get("kanban")
        shown = [view for view in (listing, views["form"]) if view is not None]
        if not all(self._may_edit(model, view, "create") for view in shown):
            return
        with self.step(f"new {model._name}", may_refuse=True, ours=is_ours(model)):
            self.counts["new"] += 1
            model.onchange({}, [], views["form"].specification())
            form = Form(model, view=views["form"].id or None)
            offered_choices(model, views["form"], form)
            fill(model, views["form"], form)
            form.save()

    def _dialog(self, model, view, depth):
        self.counts["dialogs"] += 1
        with self.step(f"dialog {model._name}", may_refuse=True, ours=is_ours(model)):
            form = Form(model, view=view.id or None)
            offered_choices(model, view, form)
            fill(model, view, form)
            record = form.save()
            self._record(record, view, depth)
