"""What an uninstalled addon leaves in a database: two pictures of it compared."""

from contextlib import closing

import psycopg2

#: What there is in a database beside rows.
PARTS = {
    "relation": """
        SELECT relkind, relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace""",
    "column": """
        SELECT table_name, column_name, data_type, is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "function": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "trigger": "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal",
    "type": """
        SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')""",
    "schema": "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'",
    "extension": "SELECT extname FROM pg_extension",
}
TABLES = """
    SELECT table_name, bool_or(column_name = 'id')
    FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY 1"""


def picture(database):
    """All that is in a database: its parts, and for each table the rows it has.

    :return: {kind of part, or table: set of names, or of rows}; a row is its identifier, where
        there is one, else its values
    """
    with closing(psycopg2.connect(dbname=database)) as connection, connection.cursor() as cr:

        def names(query):
            cr.execute(query)
            return {"/".join(map(str, row)) for row in cr.fetchall()}

        parts = {part: names(query) for part, query in PARTS.items()}
        cr.execute(TABLES)
        rows = {
            table: names(f'SELECT {"id" if has_id else "*"} FROM "{table}"')
            for table, has_id in cr.fetchall()
        }
    return {**parts, **rows}


def remains(before, after):
    """What is in the second picture and not in the first: {part or table: set}."""
    more = {name: found - before.get(name, set()) for name, found in after.items()}
    return {name: found for name, found in more.items() if found}


def missing(before, after):
    """What was in the first picture and is not in the second: {part or table: set}."""
    return remains(after, before)
