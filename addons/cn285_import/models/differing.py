"""Whether a row that is loaded again says anything new of its record."""

from odoo.fields import Command


def differs(record, name, value):
    """Whether writing the value would change the record."""
    field, current = record._fields[name], record[name]
    if field.type == "many2one":
        return current.id != value
    if field.type == "many2many":
        [(command, _zero, *ids)] = value
        wanted = set(ids[0]) if command == Command.SET else set()
        return set(current.ids) != wanted
    if field.type == "one2many":
        return _differs_lines(current, value)
    if field.type == "json":
        return (current or {}) != value
    return field.convert_to_cache(value, record) != field.convert_to_cache(current, record)


def _differs_lines(lines, commands):
    """Whether these commands (clear, then create each line) would change the lines."""
    wanted = [values for command, _zero, values in commands if command == Command.CREATE]
    return len(lines) != len(wanted) or any(
        differs(line, name, value)
        for line, values in zip(lines, wanted, strict=True)
        for name, value in values.items()
    )
