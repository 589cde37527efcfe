from odoo import api, models
from odoo.addons.cn285_contract.models.common import spelled
from odoo.tools import format_date


class LawPart(models.AbstractModel):
    """A record that a law consists of: what is added, edited and deleted stands in its history."""

    _name = "cn285.law.part"
    _inherit = ["cn285.guarded"]
    _description = "Part of a Law"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        for part in parts:
            part._log_on_law(self.env._("%s: added", part._part_words()))
        return parts

    def write(self, vals):
        before = {part: part._part_values() for part in self}
        laws = {part: part.law_id for part in self}
        result = super().write(vals)
        for part in self:
            was, now = before[part], part._part_values()
            changed = [
                f"{name}: {was[name]} → {now[name]}" for name in now if was[name] != now[name]
            ]
            if not changed:
                continue
            text = self.env._(
                "%(part)s: %(changes)s", part=part._part_words(), changes="; ".join(changed)
            )
            part._log_on_law(text)
            if laws[part] != part.law_id:
                part._log_on_law(text, laws[part])
        return result

    def unlink(self):
        for part in self:
            part._log_on_law(self.env._("%s: deleted", part._part_words()))
        return super().unlink()

    def _part_words(self):
        """What part it is, as its law's history names it."""
        self.ensure_one()
        kind = self.env["ir.model"]._get(self._name).name or self._name
        return self.env._("%(kind)s “%(name)s”", kind=kind, name=self.display_name)

    def _part_values(self):
        """What the record says, in words, by the label of its fields."""
        self.ensure_one()
        values = {}
        for name, field in self._fields.items():
            if name in models.MAGIC_COLUMNS or not field.store or name == "display_name":
                continue
            label = field._description_string(self.env) or name
            values[label] = self._part_value(field)
        return values

    def _part_value(self, field):
        value = self[field.name]
        if field.type == "many2one":
            return value.display_name or "–"
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if value is False or value is None or value == "":
            return "–"
        if field.type == "date":
            return format_date(self.env, value)
        if field.type in ("integer", "float", "monetary"):
            return spelled(self.env, value)
        return str(value)

    def _log_on_law(self, text, law=None):
        """Note a text in the history of the law, but not what the program itself brings."""
        self.ensure_one()
        if self.env.su and self.env.context.get("install_mode"):
            return
        # sudo: who edits a part may not write the law; the note is in their own name.
        (law or self.law_id).sudo()._message_log(body=text)
