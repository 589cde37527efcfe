from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.statement_error import StatementError
from ...engine.statement_fields import ANY_PROPERTY, FIELDS, PROPERTY
from ...engine.statement_spec import Column, Group, Spec

MAX_GROUPS = 4


class StatementLayout(models.Model):
    """How a statement of usage looks: its columns, groups, order and formats."""

    _name = "cn285.statement.layout"
    _description = "Statement Layout"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Left empty, all companies may use it.",
    )
    title = fields.Char(translate=True, help="The heading; “Usage Statement” where it is empty.")
    column_ids = fields.One2many("cn285.statement.layout.column", "layout_id", copy=True)
    group_ids = fields.One2many(
        "cn285.statement.layout.group", "layout_id", string="Grouped by", copy=True
    )
    sort_field = fields.Selection("_field_choices", string="Sorted by", default="occurred_at")
    sort_property = fields.Char()
    sort_descending = fields.Boolean(string="Largest or Latest First")
    mode = fields.Selection(
        selection=[("detail", "Every Row"), ("summary", "Totals of the Groups")],
        string="Shows",
        default="detail",
        required=True,
        help="CSV files hold every row in both cases.",
    )
    want_pdf = fields.Boolean(string="PDF", default=True)
    want_xlsx = fields.Boolean(string="Excel", default=True)
    want_csv = fields.Boolean(string="CSV")
    show_company_logo = fields.Boolean(string="Company's Logo", default=True)
    show_customer_logo = fields.Boolean(string="Customer's Logo")

    # === WHAT A ROW CAN TELL === #

    @api.model
    def _row_fields(self):
        """What rows of a statement can tell: ``{name: Field}``, in the order of the choices.

        Another addon adds its own: ``return super()._row_fields() | {"x": Field("x", …)}``, with a
        label that is translated already. All else (choices, rows, files) goes by the entry.
        """
        return FIELDS

    @api.model
    def _offered_fields(self):
        return [*self._row_fields().values(), ANY_PROPERTY]

    @api.model
    def _field_choices(self):
        return [(field.name, self.env._(field.label)) for field in self._offered_fields()]

    @api.model
    def _group_choices(self):
        groups = {field.name for field in self._offered_fields() if field.groups}
        return [choice for choice in self._field_choices() if choice[0] in groups]

    # === AS THE ENGINE TAKES IT === #

    @api.constrains(
        "column_ids",
        "group_ids",
        "sort_field",
        "sort_property",
        "mode",
        "want_pdf",
        "want_xlsx",
        "want_csv",
    )
    def _check_layout(self):
        """A layout that is kept can be printed."""
        for layout in self:
            layout._spec()
            if not layout._formats():
                raise ValidationError(
                    self.env._("Layout “%s” makes no file: choose PDF, Excel or CSV.", layout.name)
                )

    def _formats(self):
        """The files wanted: of ``pdf``, ``xlsx``, ``csv``."""
        self.ensure_one()
        return [name for name in ("pdf", "xlsx", "csv") if self[f"want_{name}"]]

    def _spec(self):
        """The layout as the engine takes it, in the language of the context.

        :raises ValidationError: in a clerk's words, for a layout that cannot be
        """
        self.ensure_one()
        columns = self.column_ids.sorted(lambda column: (column.sequence, column.id))
        groups = self.group_ids.sorted(lambda group: (group.sequence, group.id))
        if len(groups) > MAX_GROUPS:
            raise ValidationError(
                self.env._(
                    "Layout “%(name)s” has %(count)s levels of groups; %(limit)s can be read.",
                    name=self.name,
                    count=len(groups),
                    limit=MAX_GROUPS,
                )
            )
        try:
            return Spec(
                columns=tuple(column._engine_column() for column in columns),
                groups=tuple(group._engine_group() for group in groups),
                sort=self._engine_sort(),
                detail=self.mode == "detail",
                fields=self._row_fields(),
            )
        except StatementError as error:
            raise ValidationError(self._refusal(error)) from error

    def _engine_sort(self):
        if not self.sort_field:
            return ()
        key = self._row_key(self.sort_field, self.sort_property, self.env._("the order"))
        return ((key, self.sort_descending),)

    @api.model
    def _row_key(self, name, property_name, where):
        """The engine's key of a field or property; refuses a property without a name."""
        if name != ANY_PROPERTY.name:
            return name
        if not (property_name or "").strip():
            raise ValidationError(self.env._("A property has no name: see %(where)s.", where=where))
        return PROPERTY + property_name.strip()

    def _refusal(self, error):
        messages = {
            "no_columns": self.env._("it needs at least one column"),
            "summary_needs_group": self.env._(
                "it shows totals of groups only, so it needs at least one grouping"
            ),
            "group_twice": self.env._("it is grouped twice by “%(field)s”"),
            "group_by_number": self.env._("it cannot be grouped by “%(field)s”"),
            "total_needs_number": self.env._(
                "the column “%(column)s” holds no numbers, so it can only be counted"
            ),
        }
        reason = messages.get(error.code, str(error)) % error.values
        return self.env._(
            "Layout “%(name)s” cannot be printed: %(reason)s.", name=self.name, reason=reason
        )


class StatementLayoutColumn(models.Model):
    """One column of a statement."""

    _name = "cn285.statement.layout.column"
    _description = "Statement Layout Column"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"

    layout_id = fields.Many2one(
        "cn285.statement.layout", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    field = fields.Selection(
        lambda self: self.env["cn285.statement.layout"]._field_choices(),
        string="Shows",
        required=True,
        default="label",
    )
    property_name = fields.Char(string="Property")
    name = fields.Char(
        string="Heading",
        translate=True,
        help="Where it is empty, the column is headed by what it shows.",
    )
    width = fields.Integer(default=12, required=True, help="Characters, about.")
    total = fields.Selection(
        selection=[
            ("none", "None"),
            ("sum", "Sum"),
            ("count", "Count"),
            ("minimum", "Smallest"),
            ("maximum", "Largest"),
        ],
        default="none",
        required=True,
        help="Quantities of different units have no sum: that place stays empty.",
    )

    _width_sane = models.Constraint(
        "CHECK(width BETWEEN 3 AND 100)", "A column is 3 to 100 characters wide."
    )

    @api.constrains("field", "property_name", "total")
    def _check_column(self):
        """The column by itself; what columns and groups make together, the layout checks."""
        for column in self:
            try:
                column._engine_column()
            except StatementError as error:
                raise ValidationError(column.layout_id._refusal(error)) from error

    @api.onchange("field")
    def _onchange_field(self):
        """Amounts are summed, unless somebody says otherwise."""
        shown = self.layout_id._row_fields().get(self.field)
        if shown and (shown.total != "none" or not shown.is_number):
            self.total = shown.total

    def _engine_column(self):
        heading = self.name or self._heading()
        key = self.layout_id._row_key(self.field, self.property_name, heading)
        return Column(key, heading, self.width, self.total, self.layout_id._row_fields())

    def _heading(self):
        """What the column shows, in the language of the context."""
        if self.field == ANY_PROPERTY.name:
            return self.property_name or self.env._("Property")
        return _choice(self, "field")


class StatementLayoutGroup(models.Model):
    """One level of grouping of a statement."""

    _name = "cn285.statement.layout.group"
    _description = "Statement Layout Grouping"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"

    layout_id = fields.Many2one(
        "cn285.statement.layout", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    field = fields.Selection(
        lambda self: self.env["cn285.statement.layout"]._group_choices(),
        string="Grouped by",
        required=True,
    )
    property_name = fields.Char(string="Property")
    name = fields.Char(string="Called", translate=True)

    @api.constrains("field", "property_name")
    def _check_group(self):
        """The grouping by itself; what columns and groups make together, the layout checks."""
        for group in self:
            group._engine_group()

    def _engine_group(self):
        label = self.name or (
            self.property_name if self.field == ANY_PROPERTY.name else _choice(self, "field")
        )
        key = self.layout_id._row_key(
            self.field, self.property_name, label or _choice(self, "field")
        )
        return Group(key, label, self.layout_id._row_fields())


def _choice(record, name):
    """What a selection field's value is called in the language of the context."""
    choices = dict(record._fields[name]._description_selection(record.env))
    return choices.get(record[name], "")
