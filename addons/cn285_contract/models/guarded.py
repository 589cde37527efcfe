from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .common import STATE_DOOR

# What customers read of any record that they may read; archived ones are found by no search.
PORTAL_ALWAYS = ("id", "display_name", "active")


def refuse_kept_links(records, vals):
    """Refuse users to write our read-only fields of Odoo's own records: what an invoice billed.

    :param records: records of a model that is not ours
    :raises AccessError: naming the first of these fields
    """
    env = records.env
    if env.su or env.context.get("cn285_state_door") is STATE_DOOR:
        return
    for name in vals:
        field = records._fields.get(name)
        if name.startswith("cn285_") and field is not None and field.readonly:
            raise AccessError(kept_words(records, name))


def without_kept_links(records, vals_list, copied=frozenset()):
    """Values of users for new records of Odoo's own, without our read-only fields.

    What is given is refused; what would come as a default, whether of the context or one that a
    user keeps, stays empty.

    :param records: a model that is not ours
    :param copied: names of read-only fields that a copy of such a record has as well
    :raises AccessError: naming the first field that is given
    """
    env = records.env
    if env.su or env.context.get("cn285_state_door") is STATE_DOOR:
        return vals_list
    defaults = {name[8:] for name in env.context if name.startswith("default_cn285_")}
    defaults.update(env["ir.default"]._get_model_defaults(records._name))
    empty = {
        name: False
        for name, field in records._fields.items()
        if name in defaults
        and name.startswith("cn285_")
        and field.readonly
        and not field.compute
        and not field.related
    }
    for vals in vals_list:
        refuse_kept_links(records, [name for name in vals if name not in copied])
    return [{**empty, **vals} for vals in vals_list]


class KeptDefaults(models.AbstractModel):
    """Odoo's own models with fields of ours that the program keeps: nobody chooses their defaults.

    What :func:`refuse_kept_links` refuses as a value would come by the context else, or by a
    default that a user keeps.
    """

    _name = "cn285.kept.defaults"
    _description = "Records of Odoo with Fields that Only the Program Writes"

    @api.model
    def default_get(self, fields):
        kept = {name for name in fields if name.startswith("cn285_") and self._is_kept(name)}
        values = super().default_get([name for name in fields if name not in kept])
        return values | own_defaults(self, kept)

    def _is_kept(self, name):
        field = self._fields.get(name)
        return field is not None and field.readonly


def own_defaults(records, names):
    """Defaults of fields as the model has them, whatever callers or users chose instead."""
    values = {}
    for name in names:
        field = records._fields[name]
        if field.default:
            default = field.convert_to_cache(field.default(records), records, validate=False)
            values[name] = field.convert_to_write(
                field.convert_to_record(default, records), records
            )
    return values


def kept_words(records, name):
    """What a user is told who writes a field that the program keeps."""
    env = records.env
    return env._(
        "“%(field)s” of %(model)s is kept by the program: it follows from what is done, and "
        "is not edited.",
        field=records._fields[name]._description_string(env),
        model=env["ir.model"]._get(records._name).name or records._name,
    )


def is_for_staff(records, field):
    """Whether a field is ours, of a record of Odoo's, and a customer asks: he is told none of them.

    Customers read their company, their invoices and themselves; what we add there is how staff
    works. Pages show what they show by sudo.
    """
    return field.name.startswith("cn285_") and not records.env.su and records.env.user.share


class Guarded(models.AbstractModel):
    """The whitelist of what users write: the fields that are not ``readonly``, and no others.

    Odoo keeps to ``readonly`` on screens only; programs may write whatever they name. Here a
    read-only field is refused to all but the superuser and the machinery's own door
    (:meth:`_inside`), at ``create`` and at ``write``, in commands of a parent's x2many field, and
    as a default, whether of the context or kept by the user. Stored related fields and computed
    ones without ``readonly=False`` are read-only by themselves. Links are to records of ours that
    the user may read, and no record is moved to a parent where the user may not write it.

    ``_creatable`` names read-only fields that whoever creates the record may give: a number that
    comes from elsewhere. ``_is_history`` refuses users everything, deleting too: rows of it are
    made by the engine alone. ``_fixed_after_draft`` are written while the record is a draft, and
    then no more: what its history hangs on.

    ``_portal_fields`` names what customers read of the records that they may read, by remote calls
    too: nothing else is read, searched, grouped or told by them.
    """

    _name = "cn285.guarded"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Fields that Only the Program Writes"

    _creatable = frozenset()
    _is_history = False
    _fixed_after_draft = frozenset()
    _portal_fields = frozenset()

    # === THE DOOR === #

    def _inside(self):
        """These records for the machinery: with its fields open. For code alone, never a caller.

        What opens the door is an object that no remote call can put into its context.
        """
        return self.with_context(cn285_state_door=STATE_DOOR)

    def _is_inside(self):
        return self.env.su or self.env.context.get("cn285_state_door") is STATE_DOOR

    def _write_inside(self, vals):
        """Write what only the machinery may write."""
        self._inside().write(vals)

    # === WHAT CUSTOMERS READ === #

    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if not allowed or self.env.su or not self.env.user.share:
            return allowed
        return field.name in self._portal_fields or field.name in PORTAL_ALWAYS

    # === WHAT IS REFUSED === #

    @api.model
    def _kept_fields(self):
        """Names of the stored fields that users never write, not even in a new record."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if (field.readonly or self._is_history)
            and (field.store or field.inverse)
            and name not in models.MAGIC_COLUMNS
        )

    def _refuse_kept(self, names):
        """Refuse fields that the program keeps.

        :raises AccessError: naming the first of them
        """
        for name in sorted(names):
            raise AccessError(self._kept_error(name))

    def _kept_error(self, name):
        """What a user is told who writes a field that the program keeps. Hook."""
        return kept_words(self, name)

    @api.model
    def _bound_of(self, name, declared):
        """The usual bounds are of what users write: the machinery counts what it counts."""
        if self._is_history and name not in declared:
            return None
        return super()._bound_of(name, declared)

    @api.model
    def _within_bounds(self, vals):
        # History comes in great numbers, and from code alone.
        if self._is_history and not self._bounds():
            return vals
        return super()._within_bounds(vals)

    # === CRUD === #

    @api.model
    def default_get(self, fields):
        """Without the defaults that callers or users chose for fields that the program keeps.

        For the machinery too: the context of whoever calls goes with all that follows from it.
        """
        if self._is_inside() and not self._chosen_defaults():
            return super().default_get(fields)
        kept = self._kept_fields() - self._creatable
        values = super().default_get([name for name in fields if name not in kept])
        return values | own_defaults(self, kept.intersection(fields))

    @api.model
    def _chosen_defaults(self):
        """Whether a caller or the user chose any default."""
        return any(name.startswith("default_") for name in self.env.context) or bool(
            self.env["ir.default"]._get_model_defaults(self._name)
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_inside():
            self._refuse_history()
            kept = self._kept_fields() - self._creatable
            for vals in vals_list:
                self._refuse_kept(name for name in kept & vals.keys() if self._says(name, vals))
            vals_list = [
                {name: value for name, value in vals.items() if name not in kept}
                for vals in vals_list
            ]
            # Of its parents a new record is asked by its record rules, once it is there.
            self.browse()._check_links_read(
                *(
                    {n: value for n, value in vals.items() if not self._is_parent(n)}
                    for vals in vals_list
                )
            )
        return super().create(vals_list)

    def _says(self, name, vals):
        """Whether a new record's value says anything: forms send what they got as default."""
        if not vals[name]:
            return False
        return vals[name] != self.default_get([name]).get(name)

    def write(self, vals):
        if not self._is_inside():
            self._refuse_kept(self._kept_fields() & vals.keys())
            self._refuse_fixed(vals)
            self._check_links_read(vals)
        result = super().write(vals)
        if not self._is_inside() and self._names_a_parent(vals):
            # Odoo asks before it writes only: nothing is put where its user may not write.
            self.check_access("write")
        return result

    def _is_parent(self, name):
        field = self._fields.get(name)
        return (
            field is not None
            and field.type == "many2one"
            and bool(field.required or field.ondelete == "cascade")
        )

    def _names_a_parent(self, vals):
        # Of parents alone: whoever hands over his own contract may write no more of it, and may.
        return any(
            self._is_parent(name) and self._fields[name].comodel_name.startswith("cn285.")
            for name in vals
        )

    def _refuse_fixed(self, vals):
        """Refuse other values of what is fixed once a record is no draft any more.

        :raises UserError: naming the record and the first field
        """
        for name in sorted(self._fixed_after_draft & vals.keys()):
            field = self._fields[name]
            for record in self:
                value = field.convert_to_cache(vals[name], record, validate=False)
                if record.state != "draft" and value != field.convert_to_cache(
                    record[name], record, validate=False
                ):
                    raise UserError(
                        self.env._(
                            "%(record)s is no draft any more: “%(field)s” does not change.",
                            record=record.display_name,
                            field=field._description_string(self.env),
                        )
                    )

    def copy_data(self, default=None):
        """Without what the program keeps: a copy has no history."""
        copies = super().copy_data(default=default)
        if self._is_inside():
            return copies
        dropped = self._kept_fields() - self._creatable - set(default or ())
        return [
            {name: value for name, value in vals.items() if name not in dropped} for vals in copies
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_no_history(self):
        self._refuse_history()

    def _refuse_history(self):
        if self._is_history and not self._is_inside():
            raise AccessError(
                self.env._(
                    "%s: this is history that the program keeps; it is neither made nor deleted by "
                    "hand.",
                    self.env["ir.model"]._get(self._name).name or self._name,
                )
            )
