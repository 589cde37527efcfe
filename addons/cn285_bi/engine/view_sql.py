"""The SQL of views, with their walls and comments, for the database that BI tools read."""

from collections.abc import Iterable, Iterator

from .catalogue import KEY_TYPE, KINDS, Column, View, named

#: The schema of the views, and that of who sees which company.
SCHEMA = "bi"
PRIVATE = "bi_private"


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A name as SQL, whatever it consists of."""
    return '"' + text.replace('"', '""') + '"'


def schema_statements() -> Iterator[str]:
    """The two schemas, and the table of who sees which company."""
    yield f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
    yield f"CREATE SCHEMA IF NOT EXISTS {PRIVATE}"
    yield (
        f"CREATE TABLE IF NOT EXISTS {PRIVATE}.access"
        " (role name, company_id integer, PRIMARY KEY (role, company_id))"
    )


def view_statements(views: Iterable[View], installed: set[str], schema: str = SCHEMA) -> list[str]:
    """All views of installed addons and their comments, made anew.

    :param schema: where they are made; tables are those of ``public``
    """
    made = []
    for view in views:
        if view.present(installed):
            made.append(create_view(view, installed, schema))
            made += comments(view, schema)
    return made


def create_view(view: View, installed: set[str], schema: str = SCHEMA) -> str:
    """``CREATE VIEW`` of a declaration.

    A security barrier: no condition of who asks is worked out on rows that he may not see.
    """
    allowed = f"(SELECT company_id FROM {PRIVATE}.access WHERE role = current_user)"
    columns = ",\n  ".join(_column(one, installed) for one in view.columns)
    conditions = [part.replace("{allowed}", allowed) for part in (view.walled, view.where) if part]
    condition = _sql(view, " AND ".join(f"({part})" for part in conditions))
    if view.rows:
        source = f"({view.rows}) AS given"
    else:
        source = f"public.{name(view.tables[view.first])} AS {name(view.first)}"
    return (
        f"CREATE VIEW {schema}.{name(view.name)} WITH (security_barrier) AS\nSELECT\n  {columns}\n"
        f"FROM {source}"
        + (f"\n{_sql(view, view.joins)}" if view.joins else "")
        + (f"\nWHERE {condition}" if condition else "")
    )


def _sql(view: View, text: str) -> str:
    """A declaration's SQL with its tables and columns by their names."""
    for alias, table in view.tables.items():
        text = text.replace(f"{{{alias}}}", f"public.{name(table)} AS {name(alias)}")
    return named(text)


def comments(view: View, schema: str = SCHEMA) -> Iterator[str]:
    """``COMMENT ON`` a view and each of its columns, in English and in French."""
    full = f"{schema}.{name(view.name)}"
    yield f"COMMENT ON VIEW {full} IS {quoted(_both(view.en, view.fr))}"
    for one in view.columns:
        told = quoted(_both(one.en, one.fr))
        yield f"COMMENT ON COLUMN {full}.{name(one.name)} IS {told}"


def _both(english: str, french: str) -> str:
    return f"{english}\nFR : {french}"


def _column(column: Column, installed: set[str]) -> str:
    kind = KINDS[column.kind]
    if column.addon and column.addon not in installed:
        return f"NULL::{kind or KEY_TYPE} AS {name(column.name)}"
    source = named(column.source)
    return f"({source}){f'::{kind}' if kind else ''} AS {name(column.name)}"
