from odoo import api, fields, models
from odoo.tools import format_date

from ..common import labelled, spelled
from .change_value import BadValue, parse_value

# The template's item by whose terms a new one is sold.
TERMS = "template_item_id"


class ContractChange(models.Model):
    """What a change changes, in the words of whoever reads it."""

    _inherit = "cn285.contract.change"

    difference = fields.Text(
        string="Before and After",
        compute="_compute_difference",
        help="What was different once the change had taken effect, a line for each.",
    )

    @api.depends("before", "after")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_difference(self):
        for change in self:
            change.difference = "\n".join(change._difference_lines()) or False

    def _difference_lines(self):
        """What the change made different, in the words of whoever reads it."""
        self.ensure_one()
        before, after = self.before or {}, self.after or {}
        lines = []
        for name, value in after.items():
            if name not in before or before[name] == value:
                continue
            of_item = name.startswith("item.")
            model = "cn285.contract.item" if of_item else "cn285.contract"
            field = self.env[model]._fields.get(name.removeprefix("item."))
            if field is None:
                continue  # of an addon that is gone
            label = field._description_string(self.env)
            if of_item and self.item_id:
                label = f"{self.item_id.name}, {label}"
            old, new = (self._logged_text(field, one) for one in (before[name], value))
            lines.append(labelled(self.env, label, f"{old} → {new}"))
        return lines

    def _logged_text(self, field, value):
        """A value of a field, as :meth:`_snapshot` keeps it, in words."""
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if value in (None, False, ""):
            return "–"
        if field.type == "many2one":
            record = self.env[field.comodel_name].browse(value[0]).exists()
            return record.display_name if record and record.has_access("read") else value[1]
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "monetary":
            return self.currency_id.format(value)
        if field.type == "float":
            return spelled(self.env, value)
        return self._choice_text(field, value)

    def _portal_description(self):
        """What changes, in a line, as the customer reads it: prices with tax, where all are so."""
        self.ensure_one()
        return self._describe(with_tax=self.contract_id._prices_with_tax(), for_customer=True)

    def _describe(self, with_tax=False, for_customer=False):
        """What changes, in a line, as the log shows it.

        :param bool with_tax: prices are told including tax
        :param bool for_customer: by whose terms something is sold, and what has no name that users
            read, is left out
        """
        self.ensure_one()
        parts = [self.item_id.name] if self.item_id else []
        # sudo: customers read it in words only, and records by name only as far as they may.
        for name, value in (self.sudo().values or {}).items():
            if for_customer and (name == TERMS or not self._value_is_named(name)):
                continue
            text = self._value_text(name, value)
            if with_tax and name == "price_unit" and isinstance(value, (int, float)) and value:
                text = self._price_text(value)
            spec = self._type().values.get(name)
            named = spec is not None and spec.kind == "fields"
            parts.append(text if named else labelled(self.env, self._value_label(name), text))
        return " · ".join(filter(None, parts)) or self._type_label()

    def _price_text(self, price):
        """A price of this change with the taxes of what it is for."""
        items = self.env["cn285.contract.item"].sudo()  # sudo: taxes, for the customer
        product = (self.sudo().values or {}).get("product_id")
        item = self.sudo().item_id
        if product:
            item = items.new({"contract_id": self.contract_id.id, "product_id": product})
        if not item:
            return spelled(self.env, price)
        return self.env._("%s, tax included", self.currency_id.format(item._with_tax(price)))

    def _value_is_named(self, name):
        """Whether users know a value by a name, or by what stands in it."""
        spec = self._type().values.get(name)
        return bool(self._value_field(name)) or (spec is not None and spec.kind == "fields")

    def _value_label(self, name):
        """What a value is called: as the field of that name on items or contracts is."""
        if name == TERMS:
            return self.env._("Terms of")
        field = self._value_field(name)
        return field._description_string(self.env) if field else name.replace("_", " ")

    def _value_field(self, name):
        """The field that a value is one of, where there is one of that name."""
        dialog = "cn285.contract.change.wizard"
        for model in ("cn285.contract.item", "cn285.contract", self._name, dialog):
            field = self.env[model]._fields.get(name)
            if field:
                return field
        return None

    def _value_text(self, name, value):
        spec = self._type().values.get(name)
        if spec is not None and spec.kind == "boolean" and value is not None:
            return self.env._("yes") if value else self.env._("no")
        if value in (None, False) or spec is None:
            return value if value else "–"
        if not self._is_readable(value, spec):
            return value
        if spec.kind == "record":
            # Without sudo: only what the reader may read is told by name (see _is_readable).
            return self.env[spec.model].browse(value).display_name or value
        if spec.kind in ("date", "end"):
            return format_date(self.env, value)
        if spec.kind == "number":
            return spelled(self.env, value)
        if spec.kind == "choice":
            return self._choice_text(self._value_field(name), value)
        if spec.kind == "fields":
            return self._fields_text(spec.model, value)
        return value

    def _choice_text(self, field, value):
        """A choice as users read it."""
        if field is None or field.type != "selection":
            return value
        return dict(field._description_selection(self.env)).get(value, value)

    def _fields_text(self, model, values):
        """Values of a record's fields as users read them."""
        parts = []
        for name, value in values.items():
            field = self.env[model]._fields[name]
            if field.type == "many2one" and value:
                record = self.env[field.comodel_name].browse(value)
                value = record.display_name if record.has_access("read") else value
            elif field.type == "selection":
                value = self._choice_text(field, value)
            elif field.type == "date" and value:
                value = format_date(self.env, value)
            elif field.type == "boolean":
                value = self.env._("yes") if value else self.env._("no")
            elif value in (None, False):
                value = "–"
            elif field.type in ("float", "monetary", "integer"):
                value = spelled(self.env, value)
            parts.append(labelled(self.env, field._description_string(self.env), value))
        return ", ".join(parts)

    def _is_readable(self, value, spec):
        """Whether a value is of its kind, and a record one that the reader may read.

        Anything else is shown as it stands.
        """
        try:
            parse_value(self.env, value, spec)
        except BadValue:
            return False
        return True
