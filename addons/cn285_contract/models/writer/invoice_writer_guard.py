"""Decides, once per registry, whether the quick invoice writer may replace Odoo's own path.

The quick writer repeats what `account.move.create` and `account.move._post` do to a customer
invoice. That is safe only while nothing else takes part in those two. The stock modules whose code
was read are in `invoice_writer_modules.py`; of every other module we look at what it adds to the
models: a method that Odoo runs on the way, a constraint, or a stored field that computes or
defaults itself makes the quick writer step aside. So does a new stored field of a module that is
not known here, unless it is plain data.

An addon says itself that what it adds is harmless, in one line of the class that adds it:

    class AccountMove(models.Model):
        _inherit = "account.move"
        _quick_harmless = ("_post", "my_field")

It names methods, constraints and fields of that class. A method or constraint is harmless if it
does nothing to a posted customer invoice without an order, or if the addon does the same for rows
in an override of `cn285.invoice.writer._insert`. A field is harmless if its column may hold what
the invoice is given for it, or nothing. Odoo ignores the line, so the addon need not depend on this
one.
"""

from dataclasses import dataclass, field

from odoo import fields

from .invoice_writer_modules import COVERED_MODULES, COVERED_NAMES, LINE, MOVE, PLAIN_FIELDS
from .invoice_writer_reasons import Reason
from .invoice_writer_triggers import dependent_fields, foreign_triggers

GUARDED_MODELS = (MOVE, LINE)
HARMLESS = "_quick_harmless"

# Methods of other models that Odoo's path runs and the quick writer either skips, or calls with
# other arguments than a journal item, or calls once for many invoices.
GUARDED_METHODS = {
    "account.tax": (
        "_get_base_line_field_value_from_record",
        "_prepare_base_line_for_taxes_computation",
        "_import_base_line_extra_tax_data",
        "_prepare_base_line_grouping_key",
        "_prepare_base_line_tax_repartition_grouping_key",
        "_prepare_tax_lines",
    ),
    "account.fiscal.position": (
        "_get_fiscal_position",
        "_get_first_matching_fpos",
        "_get_fpos_validation_functions",
    ),
    "res.partner": ("_get_vat_required_valid", "_increase_rank"),
    "mail.message": ("create",),
    "mail.followers": ("create",),
    "account.analytic.distribution.model": ("_get_distribution",),
}

# What our own rule of plain percentage taxes stands in for, and the modules of which it knows.
TAX_MODULES = frozenset({"account", "base", "cn285_contract"})
TAX_METHODS = {
    "account.tax": frozenset(
        {
            "_add_accounting_data_in_base_lines_tax_details",
            "_add_accounting_data_to_base_line_tax_details",
            "_add_tax_details_in_base_line",
            "_add_tax_details_in_base_lines",
            "_aggregate_base_line_tax_details",
            "_aggregate_base_lines_aggregated_values",
            "_aggregate_base_lines_tax_details",
            "_batch_for_taxes_computation",
            "_distribute_delta_amount_smoothly",
            "_eval_tax_amount_price_excluded",
            "_eval_tax_amount_price_included",
            "_flatten_taxes_and_sort_them",
            "_get_tax_details",
            "_normalize_target_factors",
            "_prepare_base_line_tax_repartition_grouping_key",
            "_prepare_tax_lines",
            "_propagate_extra_taxes_base",
            "_round_base_lines_tax_details",
            "_round_tax_details_base_lines",
            "_round_tax_details_tax_amounts",
        }
    ),
    "account.tax.repartition.line": frozenset({"_get_aml_target_tax_account"}),
    "res.currency": frozenset({"is_zero", "round"}),
}

# Passive column types: written as given, nothing else happens.
PLAIN_TYPES = frozenset(
    {"char", "text", "integer", "float", "boolean", "date", "datetime", "selection", "many2one"}
)


@dataclass(frozen=True)
class RegistryReport:
    """What the registry of this database means for the quick writer."""

    obstacles: tuple[Reason, ...]  # empty: the quick writer may be used
    # stored columns of account.move and account.move.line that other modules added as plain data
    plain_fields: dict = field(default_factory=dict)
    # fields of moves and items on which stored fields of other modules depend
    foreign_triggers: dict = field(default_factory=dict)
    # fields elsewhere, by name, whose cached values a new invoice makes stale
    stale_fields: tuple = ()
    # modules that take part in computing percentage taxes: then Odoo's engine is always asked
    tax_modules: tuple = ()


def examine(env, watched, verified):
    """Return the RegistryReport of ``env``'s registry.

    :param frozenset watched: names of the methods that Odoo runs to create and post an invoice.
    :param frozenset verified: names of modules whose code is known to be covered.
    """
    obstacles = []
    for name, methods in _guarded_methods(env, watched):
        obstacles += _method_obstacles(env.registry[name], methods, verified)
    for name in GUARDED_MODELS:
        obstacles += _constraint_obstacles(env.registry[name], verified)
    plain_fields, closed = {}, set()
    for name in GUARDED_MODELS:
        sorted_fields = _ForeignFields(env.registry[name], verified)
        plain_fields[name] = sorted_fields.plain
        closed |= sorted_fields.closed
        obstacles += sorted_fields.refused
    return RegistryReport(
        obstacles=tuple(obstacles),
        plain_fields=plain_fields,
        foreign_triggers=foreign_triggers(env.registry, GUARDED_MODELS, verified, closed),
        stale_fields=_stale_fields(env.registry),
        tax_modules=_tax_modules(env.registry),
    )


def patched_obstacle(env, watched):
    """Return the Reason of a method that automation rules replaced, or None.

    To be asked for every batch: rules come and go while the registry stays.
    """
    for name, methods in _guarded_methods(env, watched):
        # base_automation and the like patch methods into the registry's own classes
        own = env.registry[name].__dict__
        for method in methods & own.keys():
            if "origin" in getattr(own[method], "__dict__", ()):
                module = _module_of(own[method])
                return Reason("patched", (module, f"{name}.{method}"))
    return None


def _module_of(function):
    """Return the addon that a function was written in."""
    parts = function.__module__.split(".")
    return parts[2] if parts[:2] == ["odoo", "addons"] else function.__module__


def _guarded_methods(env, watched):
    """Yield (model, names of its methods that the quick writer replaces)."""
    for name in GUARDED_MODELS:
        yield name, watched
    for name, methods in GUARDED_METHODS.items():
        if name in env.registry:
            yield name, frozenset(methods)


def _definition_classes(model_class):
    """Yield (module, class) for each Python class that was written for the model or its mixins."""
    for cls in model_class.mro():
        module = cls.__dict__.get("_module")
        if module and cls.__module__.startswith("odoo.addons."):
            yield module, cls


def _is_known(model_class, module, cls, name, verified):
    """Return whether what the class defines under that name was read, or is declared harmless."""
    return (
        module in verified
        or (module, model_class._name, name) in COVERED_NAMES
        or name in cls.__dict__.get(HARMLESS, ())
    )


def _method_obstacles(model_class, watched, verified):
    """Return why a method that Odoo's path runs is not the one that we know."""
    return [
        Reason("override", (module, f"{model_class._name}.{name}"))
        for module, cls in _definition_classes(model_class)
        for name in sorted(watched.intersection(cls.__dict__))
        if not _is_known(model_class, module, cls, name, verified)
    ]


def _constraint_obstacles(model_class, verified):
    """Return the Python constraints that modules we have not read put on the model."""
    return [
        Reason("constraint", (module, f"{model_class._name}.{name}"))
        for module, cls in _definition_classes(model_class)
        for name, member in cls.__dict__.items()
        if callable(member)
        and hasattr(member, "_constrains")
        and not _is_known(model_class, module, cls, name, verified)
    ]


class _ForeignFields:
    """Sorts the stored fields that modules we have not read whole add to a guarded model.

    - ``plain``: {name: field} that may be given as data;
    - ``closed``: fields of modules in COVERED, which may not be given;
    - ``refused``: reasons against those that fill themselves in.
    """

    def __init__(self, model_class, verified):
        self.model_class = model_class
        self.plain, self.closed, self.refused = {}, set(), []
        read = {
            definition.name
            for module, cls in _definition_classes(model_class)
            if module in verified
            for definition in cls.__dict__.get("_field_definitions", ())
        }
        for module, cls in _definition_classes(model_class):
            if module not in verified:
                for definition in cls.__dict__.get("_field_definitions", ()):
                    known = _is_known(model_class, module, cls, definition.name, verified)
                    self._sort(module, model_class._fields[definition.name], known, read)
        for fld in model_class._fields.values():
            if fld.manual and fld.store and fld.name not in read:
                self._sort_custom(fld)

    def _sort(self, module, fld, known, read):
        path = f"{fld.model_name}.{fld.name}"
        if fld.name in read:
            if not known:
                self.refused.append(Reason("redefined", (module, path)))
        elif not fld.store or fld.type == "one2many":
            return
        elif _sets_itself(fld) and not known:
            self.refused.append(Reason("sets_itself", (module, path)))
        elif module in COVERED_MODULES and (fld.model_name, fld.name) not in PLAIN_FIELDS:
            self.closed.add(fld)
        elif _is_plain(fld):
            self.plain[fld.name] = fld

    def _sort_custom(self, fld):
        if _sets_itself(fld):
            self.refused.append(Reason("custom_field", (f"{fld.model_name}.{fld.name}",)))
        elif _is_plain(fld):
            self.plain[fld.name] = fld


def _is_plain(fld):
    """Return whether the field's column holds what it is given: no text by language or company."""
    if getattr(fld, "translate", False) or fld.company_dependent:
        return False
    return fld.type in PLAIN_TYPES or fld.type == "many2many"


def _sets_itself(fld):
    return bool(fld.compute or fld.inverse or fld.default or fld.required)


def _tax_modules(registry):
    """Return the modules that override what `engine/plain_tax.py` stands in for."""
    return tuple(
        sorted(
            {
                module
                for name, methods in TAX_METHODS.items()
                for module, cls in _definition_classes(registry[name])
                if module not in TAX_MODULES and methods.intersection(cls.__dict__)
            }
        )
    )


def _stale_fields(registry):
    """Return (model, field) pairs that must leave the cache after invoices were inserted."""
    stale = {
        (dependent.model_name, dependent.name)
        for dependent in dependent_fields(registry, GUARDED_MODELS)
        if dependent.model_name not in GUARDED_MODELS and not dependent.store
    }
    for model_class in registry.values():
        for fld in model_class._fields.values():
            if (
                isinstance(fld, fields.One2many | fields.Many2many)
                and fld.comodel_name in GUARDED_MODELS
                and fld.store is not None
            ):
                stale.add((fld.model_name, fld.name))
    return tuple(sorted(stale))
