"""Names that somebody gave a calculator are kept in a column of their own.

Until now one column held them and those that were made up in the language of whoever saved them.
Which are which is told afterwards, when the addon can say what it would make up.
"""


def migrate(cr, version):
    cr.execute(
        """SELECT count(*) FILTER (WHERE column_name = 'name'),
                  count(*) FILTER (WHERE column_name = 'own_name')
             FROM information_schema.columns
            WHERE table_name = 'cn285_usage_calculator' AND table_schema = current_schema"""
    )
    if cr.fetchone() == (1, 0):
        cr.execute("ALTER TABLE cn285_usage_calculator ADD COLUMN own_name varchar")
        cr.execute("UPDATE cn285_usage_calculator SET own_name = name")
        cr.execute("ALTER TABLE cn285_usage_calculator DROP COLUMN name")
