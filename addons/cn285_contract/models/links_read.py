from odoo import api, models
from odoo.fields import Command


def _id_of(value):
    """The id in a value of a many2one, in each way in which Odoo takes it; or what is none."""
    if isinstance(value, models.BaseModel):
        return value.ids
    if isinstance(value, dict):
        return value.get("id")
    return value[0] if value and isinstance(value, list | tuple) else value


class LinksRead(models.AbstractModel):
    """Forms, and records, whose links are to records of ours that the user may read."""

    _name = "cn285.links.read"
    _description = "Forms that Tell what the User May Read"

    def onchange(self, values, field_names, fields_spec):
        """Odoo's, for values that name what the user may read.

        Fields of linked records are worked out as the superuser: a form with a foreign id would
        tell them.

        :raises AccessError: if a value links to a record of ours that the user may not read
        """
        if not self.env.su:
            self._check_links_read(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model_create_multi
    def create(self, vals_list):
        """Odoo's; dialogs, which tell what they link to, are refused what forms are refused."""
        if self._transient and not self.env.su:
            self.browse()._check_links_read(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Odoo's, likewise."""
        if self._transient and not self.env.su:
            self._check_links_read(vals)
        return super().write(vals)

    def _check_links_read(self, *vals_list):
        """Refuse links to unreadable records of ours, in values of records and of their lines.

        :raises AccessError: naming what may not be read
        """
        named = {}
        for values in vals_list:
            self._collect_links(values, named)
        for model, ids in named.items():
            self.env[model].browse(list(ids)).check_access("read")

    def _collect_links(self, values, named):
        """Add what values name of records of ours, and do not name already, by model.

        :param named: ``{model: ids}``
        """
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not (field.comodel_name or "").startswith("cn285."):
                continue
            linked = self.env[field.comodel_name]
            if field.type == "many2one":
                # A line names the form that it is part of by what that form holds, saved or not.
                if isinstance(value, dict) and hasattr(linked, "_collect_links"):
                    linked.browse(value.get("id") or [])._collect_links(value, named)
                target = linked.browse(_id_of(value))
                if target:
                    self._name_links(name, target.ids, named)
            elif isinstance(value, models.BaseModel):
                self._name_links(name, value.ids, named)
            elif value and isinstance(value, list | tuple):
                # Odoo takes plain ids for all that are linked, too.
                commands = value if isinstance(value[0], list | tuple) else [Command.set(value)]
                self._collect_lines(name, commands, named)

    def _name_links(self, name, ids, named):
        """Add ids to what a field is to name, without what it names already in each record."""
        # sudo: only whether the records have these links already.
        had = [set(record[name].ids) for record in self.sudo()]
        named.setdefault(self._fields[name].comodel_name, set()).update(
            set(ids).difference(set.intersection(*had) if had else ())
        )

    def _collect_lines(self, name, commands, named):
        """The same in commands of lines: what is linked, and the values of new or edited lines."""
        linked = self.env[self._fields[name].comodel_name]
        for command in commands:
            if command[0] in (Command.LINK, Command.UPDATE) and isinstance(command[1], int):
                named.setdefault(linked._name, set()).add(command[1])
            elif command[0] == Command.SET:
                self._name_links(name, command[2] or (), named)
            if command[0] in (Command.CREATE, Command.UPDATE) and hasattr(linked, "_collect_links"):
                known = linked.browse(command[1]) if command[0] == Command.UPDATE else linked
                known._collect_links(command[2], named)
