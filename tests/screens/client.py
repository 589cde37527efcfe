"""What the web client makes of a view: the fields it reads, and which buttons it shows."""

import ast
import builtins
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree
from odoo.tools.safe_eval import safe_eval, time

# Fields of which the client shows records that it reads by their name.
NAMED = {"many2one": {"fields": {"display_name": {}}}}
X2MANY = ("one2many", "many2many")
COLUMNS = ("list", "kanban", "form")


class Parent:
    """``parent`` in an expression: the values of the record around, by name."""

    def __init__(self, values):
        self._values = values

    def __getattr__(self, name):
        return self._values.get(name, False)


def simplified(values):
    """Values of ``web_read`` as expressions see them: ids instead of records."""
    simple = {}
    for name, value in values.items():
        if isinstance(value, dict) and "id" in value:
            value = value["id"]
        elif isinstance(value, list):
            value = [one["id"] if isinstance(one, dict) else one for one in value]
        simple[name] = value
    return simple


def evaluate(expression, env, values, parent=None):
    """An expression of a view (``invisible``, ``domain``, ``context``) for a record's values."""
    expression = expression.strip()
    tree = ast.parse(expression, mode="eval")
    # What the view does not hold is False, as for the client.
    names = {node.id: False for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = {name: value for name, value in names.items() if not hasattr(builtins, name)}
    names.update(simplified(values))
    names.update(
        uid=env.uid,
        context=dict(env.context),
        current_date=date.today().isoformat(),
        context_today=date.today,
        datetime=datetime,
        time=time,
        allowed_company_ids=env.companies.ids,
        active_id=values.get("id"),
        active_ids=[values.get("id")],
        active_model=env.context.get("active_model"),
        parent=Parent(simplified(parent or {})),
        true=True,
        false=False,
    )
    return safe_eval(expression, names)


def is_hidden(node, env, values, parent=None, root=None):
    """Whether a node, or anything around it up to ``root``, is invisible for these values."""
    while node is not None and node is not root:
        for attribute in ("invisible", "column_invisible"):
            expression = node.get(attribute)
            column = attribute == "column_invisible"
            if expression and evaluate(expression, env, {} if column else values, parent):
                return True
        node = node.getparent()
    return False


@dataclass
class View:
    """A view of a model as a user gets it; ``fields`` says of each field what the server says."""

    model: str
    type: str
    arch: etree._Element
    models: dict = field(repr=False)
    id: int | None = None

    @property
    def fields(self):
        """The model's fields, as the server told them with the view."""
        return self.models[self.model]["fields"]

    def specification(self):
        """What the client asks ``web_read`` for."""
        return self._specification(self.arch, self.model)

    def _specification(self, arch, model):
        specification = {}
        for node in own_fields(arch):
            name = node.get("name")
            info = self.models[model]["fields"].get(name)
            if info is None:
                continue
            spec = dict(NAMED.get(info["type"], {}))
            if info["type"] in X2MANY:
                spec = {"fields": self._of_children(node, info["relation"]), "limit": 40}
            elif info["type"] in ("reference", "many2one_reference"):
                spec = {"fields": {"display_name": {}}} if info["type"] == "reference" else {}
            old = specification.get(name, {})
            spec["fields"] = {**old.get("fields", {}), **spec.get("fields", {})}
            specification[name] = spec if spec["fields"] else {}
        return specification

    def _of_children(self, node, relation):
        below = {}
        for child in node:
            if child.tag in COLUMNS:
                below |= self._specification(child, relation)
        if not below:
            below = {"display_name": {}}
        return below

    def buttons(self):
        """Buttons of the record itself, those inside lists of others apart."""
        return [node for node in own_nodes(self.arch, "button") if node.get("name")]

    def lists(self):
        """``(field node, list node)`` of the lists within a form."""
        return [
            (node, child)
            for node in own_fields(self.arch)
            for child in node
            if child.tag in ("list", "kanban")
        ]


def own_nodes(arch, tag):
    """Nodes of a view that are about its own record, not about one in a list within."""
    found = []

    def visit(node):
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if child.tag == tag:
                found.append(child)
            if child.tag != "field":
                visit(child)

    visit(arch)
    return found


def own_fields(arch):
    """Fields of a view's own record; in a search view its filters' are not among them."""
    return own_nodes(arch, "field")


def load_views(model, views, **options):
    """The views of a model as its user gets them, by type."""
    wanted = [[view or False, kind] for view, kind in views]
    result = model.get_views(wanted, {"toolbar": True, **options})
    loaded = {}
    for kind, view in result["views"].items():
        arch = etree.fromstring(view["arch"])
        loaded[kind] = View(model._name, kind, arch, result["models"], view.get("id"))
    return loaded, {kind: view.get("toolbar") or {} for kind, view in result["views"].items()}
