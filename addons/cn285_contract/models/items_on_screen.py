from odoo import api, models

# The widget that edits items in a list and opens all terms of one in a dialog.
WIDGET = "cn285_contract_items"
# What a column that is not shown takes over from the field of the dialog.
KEPT_ATTRIBUTES = ("groups", "readonly", "widget")


class ItemsOnScreen(models.AbstractModel):
    """Forms whose lists of items know all that the dialog of one of them shows.

    A web client gives a line that is not saved yet the values of those fields that its list has; a
    field that only the dialog has would start empty there, whatever its default or the template
    says, and be saved as that. So the lists get every field of the dialog that is typed, as columns
    that are not shown: also those that other addons put there.
    """

    _name = "cn285.items.on.screen"
    _description = "Forms with Items"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for node in arch.xpath(f"//field[@widget='{WIDGET}']"):
                self._complete_columns(node)
        return arch, view

    def _complete_columns(self, node):
        """Add to the list and the cards of ``node`` what the dialog has and they have not."""
        own = self._fields[node.get("name")]
        lines = self.env[own.comodel_name]
        dialog = lines._get_view(view_type="form")[0]
        typed = {
            field.get("name"): field
            for field in dialog.xpath(".//field[not(ancestor::field)]")
            if not lines._fields[field.get("name")].readonly
            and field.get("name") != own.inverse_name
        }
        for columns in node.xpath("./list | ./kanban"):
            known = set(columns.xpath(".//field/@name"))
            for name, field in typed.items():
                column = None if name in known else self._column(lines, field)
                if column is not None:
                    # Cards read the fields before their templates.
                    columns.insert(0, column)

    def _column(self, lines, field):
        """The column of a dialog's field; None for lines whose own list the dialog fetches."""
        attributes = {name: field.get(name) for name in KEPT_ATTRIBUTES if field.get(name)}
        column = field.makeelement("field", {"name": field.get("name"), **attributes})
        column.set("column_invisible", "True")
        if lines._fields[field.get("name")].type == "one2many":
            kept = field.xpath("./list/field/@name")
            if not kept:
                return None
            related = lines.env[lines._fields[field.get("name")].comodel_name]
            options = [
                {"name": name, "type": related._fields[name].type, "readonly": False}
                for name in kept
            ]
            column.set("widget", "cn285_kept_lines")
            column.set("options", str({"fields": options}))
        return column
