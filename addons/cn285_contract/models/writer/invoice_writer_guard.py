"""Decides, once per registry, whether the quick invoice writer may replace Odoo's own path.

The quick writer repeats what `account.move.create` and `account.move._post` do to a customer
invoice. That is safe only while nothing else takes part in those two. Modules whose code was read
for it are named in VERIFIED_MODULES; of every other module we look at what it adds to the models:
a method that Odoo runs on the way, a constraint, or a stored field that computes or defaults itself
makes the quick writer step aside. So does a new stored field of a module that is not known here,
unless it is plain data.
"""

from dataclasses import dataclass, field

from odoo import fields

# The code of these modules, as far as it concerns posting a customer invoice, was read, and the
# differential test runs with them installed.
VERIFIED_MODULES = frozenset(
    {
        "account",
        "account_add_gln",
        "account_edi_ubl_cii",
        "account_payment",
        "account_peppol",
        "account_qr_code_sepa",
        "analytic",
        "auth_signup",
        "base",
        "base_import",
        "base_iban",
        "base_sparse_field",
        "base_vat",
        "bus",
        "html_editor",
        "l10n_fr",
        "l10n_fr_account",
        "mail",
        "partner_autocomplete",
        "payment",
        "phone_validation",
        "portal",
        "privacy_lookup",
        "product",
        "queue_job",
        "sms",
        "snailmail",
        "snailmail_account",
        "web",
    }
)

GUARDED_MODELS = ("account.move", "account.move.line")

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
    "res.partner": ("_get_vat_required_valid",),
    "mail.message": ("create",),
    "mail.followers": ("create",),
    "account.analytic.distribution.model": ("_get_distribution",),
}

# Passive column types: written as given, nothing else happens.
PLAIN_TYPES = frozenset(
    {"char", "text", "integer", "float", "boolean", "date", "datetime", "selection", "many2one"}
)


@dataclass(frozen=True)
class RegistryReport:
    """What the registry of this database means for the quick writer."""

    obstacles: tuple[str, ...]  # empty: the quick writer may be used
    # stored columns of account.move and account.move.line that other modules added as plain data
    plain_fields: dict = field(default_factory=dict)
    # fields of moves and items on which stored fields of other modules depend
    foreign_triggers: dict = field(default_factory=dict)
    # fields elsewhere, by name, whose cached values a new invoice makes stale
    stale_fields: tuple = ()


def examine(env, watched, verified):
    """Return the RegistryReport of ``env``'s registry.

    :param frozenset watched: names of the methods that Odoo runs to create and post an invoice.
    :param frozenset verified: names of modules whose code is known to be covered.
    """
    obstacles = []
    for name in GUARDED_MODELS:
        obstacles += _method_obstacles(env.registry[name], watched, verified)
        obstacles += _constraint_obstacles(env[name], verified)
    for name, methods in GUARDED_METHODS.items():
        if name in env.registry:
            obstacles += _method_obstacles(env.registry[name], frozenset(methods), verified)
    plain_fields = {}
    for name in GUARDED_MODELS:
        plain_fields[name], refused = _foreign_fields(env.registry[name], verified)
        obstacles += refused
    dependents = list(_dependents(env.registry))
    return RegistryReport(
        obstacles=tuple(obstacles),
        plain_fields=plain_fields,
        foreign_triggers=_foreign_triggers(dependents, verified),
        stale_fields=_stale_fields(env.registry, dependents),
    )


def _definition_classes(model_class):
    """Yield (module, class) for each Python class that was written for the model or its mixins."""
    for cls in model_class.mro():
        module = cls.__dict__.get("_module")
        if module and cls.__module__.startswith("odoo.addons."):
            yield module, cls


def _method_obstacles(model_class, watched, verified):
    """Return why a method that Odoo's path runs is not the one that we know."""
    found = []
    for cls in model_class.mro():
        # base_automation and the like patch methods into the registry's own classes
        patched = [name for name in watched if hasattr(cls.__dict__.get(name), "origin")]
        found += [f"{model_class._name}.{name} is patched" for name in patched]
    for module, cls in _definition_classes(model_class):
        if module in verified:
            continue
        own = watched.intersection(cls.__dict__)
        found += [f"{model_class._name}.{name} is overridden by {module}" for name in sorted(own)]
    return found


def _constraint_obstacles(model, verified):
    """Return the Python constraints that modules we have not read put on the model."""
    found = []
    for module, cls in _definition_classes(type(model)):
        if module not in verified:
            found += [
                f"{model._name}.{name} is a constraint of {module}"
                for name, member in cls.__dict__.items()
                if callable(member) and hasattr(member, "_constrains")
            ]
    return found


def _foreign_fields(model_class, verified):
    """Return ({name: field} that may be given as plain data, reasons against the others)."""
    plain, refused = {}, []
    known = {
        fld.name
        for module, cls in _definition_classes(model_class)
        if module in verified
        for fld in cls.__dict__.get("_field_definitions", ())
    }
    for module, cls in _definition_classes(model_class):
        if module in verified:
            continue
        for definition in cls.__dict__.get("_field_definitions", ()):
            fld = model_class._fields[definition.name]
            if fld.name in known:
                refused.append(f"{model_class._name}.{fld.name} is redefined by {module}")
            elif not fld.store or fld.type == "one2many":
                continue
            elif fld.compute or fld.inverse or fld.default or fld.required:
                refused.append(f"{model_class._name}.{fld.name} of {module} sets itself")
            elif fld.type in PLAIN_TYPES or fld.type == "many2many":
                plain[fld.name] = fld
    return plain, refused


def _dependents(registry):
    """Yield (trigger field, dependent field) where the dependent is outside the guarded models."""
    for name in GUARDED_MODELS:
        for trigger in registry[name]._fields.values():
            for dependent in set(registry.get_dependent_fields(trigger)):
                if dependent.model_name not in GUARDED_MODELS:
                    yield trigger, dependent


def _foreign_triggers(dependents, verified):
    """Return {model: field names} that stored fields of modules we have not read depend on."""
    found = {name: set() for name in GUARDED_MODELS}
    for trigger, dependent in dependents:
        if dependent.store and dependent._module not in verified:
            found[trigger.model_name].add(trigger.name)
    return {name: frozenset(names) for name, names in found.items()}


def _stale_fields(registry, dependents):
    """Return (model, field) pairs that must leave the cache after invoices were inserted."""
    stale = {
        (dependent.model_name, dependent.name)
        for _trigger, dependent in dependents
        if not dependent.store
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
