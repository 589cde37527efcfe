"""What Odoo leaves behind of an addon that is uninstalled, and that is removed here.

Every addon of the suite builds on this one, and calls :func:`forget` in its ``uninstall_hook``.
"""

from odoo.fields import Domain

#: Models whose records belong to a model that they only name: {model: field with the name}.
NAMED = {
    "cn285.import.record": "model",
    "ir.exports": "resource",
    "ir.filters": "model_id",
    "queue.job": "model_name",
}


def forget(env, addon):
    """Remove what says something of an addon, and that Odoo does not count among its records.

    Odoo calls the hooks of all addons to be uninstalled before it removes the first record. Then
    it removes what has an external identifier of the addon, its columns and its tables, and with a
    model its messages and attachments. Here go: what other addons noted about its models, the
    constraints of its columns in others' tables, its parameters, its jobs, users' filters, and what
    screens were told.

    :param addon: technical name of the addon
    """
    models = [name for name, model in env.registry.items() if model._original_module == addon]
    _notes(env, addon, models).unlink()
    _constraints(env, addon, models).unlink()
    env["ir.config_parameter"].search([("key", "=like", f"{addon}.%")]).unlink()
    # Screens are told on channels of records; Odoo would keep that for a day.
    told = Domain.OR(Domain("channel", "like", f'"{name}"') for name in models)
    env["bus.bus"].search(told).unlink()
    for name, field in NAMED.items():
        records = env[name].with_context(active_test=False)
        records.search([(field, "in", models)]).unlink()


def forget_imported(env):
    """Remove the external identifiers under which imported records are found again.

    The records stay where their model does: they are the company's customers and products.
    """
    modules = env["ir.module.module"].search([]).mapped("name")
    # Whoever loads may name them: under any name that is no module's.
    named = {name for (name,) in env["cn285.import.record"]._read_group([], ["namespace"])}
    ours = Domain("module", "=like", "cn285\\_%") | Domain("module", "in", list(named))
    env["ir.model.data"].search(ours & Domain("module", "not in", modules)).unlink()


def _notes(env, addon, models):
    """External identifiers that other addons gave to the parents of models and to their choices.

    Those of an addon that stays, as `mail`, would name records that are gone with their models.
    """
    parents = env["ir.model.inherit"].search([("model_id.model", "in", models)])
    choices = env["ir.model.fields.selection"].search([("field_id.model", "in", models)])
    return env["ir.model.data"].search(
        Domain("module", "!=", addon)
        & Domain.OR(
            Domain("model", "=", records._name) & Domain("res_id", "in", records.ids)
            for records in (parents, choices)
        )
    )


def _constraints(env, addon, models):
    """What is noted of foreign keys of the addon's columns in the tables of other addons.

    With its own tables Odoo removes such notes itself. While the keys are there, a record of the
    addon on which an invoice depends could not be removed.
    """
    return env["ir.model.constraint"].search(
        [("module.name", "=", addon), ("type", "=", "f"), ("model.model", "not in", models)]
    )
