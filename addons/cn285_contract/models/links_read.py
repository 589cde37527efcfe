from odoo import models
from odoo.fields import Command


class LinksRead(models.AbstractModel):
    """Forms and dialogs whose links are to records of ours that the user may read."""

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

    def _check_links_read(self, values):
        """Refuse links to unreadable records of ours, in values of a form and of its lines."""
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not (field.comodel_name or "").startswith("cn285."):
                continue
            linked = self.env[field.comodel_name]
            if field.type == "many2one":
                # A line names the form that it is part of by what that form holds, saved or not.
                if isinstance(value, dict) and hasattr(linked, "_check_links_read"):
                    linked.browse(value.get("id") or [])._check_links_read(value)
                target = linked.browse(value.get("id") if isinstance(value, dict) else value)
                # sudo: only whether the record has this link already.
                if target and target != self.sudo()[name]:
                    target.check_access("read")
            elif isinstance(value, list):
                self._check_lines_read(linked, value)

    def _check_lines_read(self, linked, commands):
        """The same in commands of lines: what is linked, and the values of new or edited lines."""
        for command in commands:
            if command[0] in (Command.LINK, Command.UPDATE) and isinstance(command[1], int):
                linked.browse(command[1]).check_access("read")
            elif command[0] == Command.SET:
                linked.browse(command[2]).check_access("read")
            if command[0] in (Command.CREATE, Command.UPDATE) and hasattr(
                linked, "_check_links_read"
            ):
                known = linked.browse(command[1]) if command[0] == Command.UPDATE else linked
                known._check_links_read(command[2])
