"""What tests of kept sums have in common: groups read from them, and what is kept."""

from contextlib import contextmanager
from itertools import chain

from odoo.tools import SQL

from ..models.summed_table import SummedTable


class SumsCase:
    """Asserts that sums are those of the rows: what is read of them, and what is kept."""

    @contextmanager
    def row_by_row(self):
        """Odoo's own way of grouping."""
        with patched(SummedTable, "_summed_domain", lambda *_asked: None):
            yield

    def assert_same(self, figures, rows, domains, groups, by_sums=True):
        """Each group of each domain is as Odoo counts it; ``by_sums``: whether it is not counted.

        :param rows: the model, as the user who asks
        """
        for domain in domains:
            for groupby in groups:
                asked = (list(domain), groupby, figures)
                order = ",".join(groupby)
                with self.subTest(user=rows.env.user.login, domain=domain, by=groupby):
                    known = rows._summed_domain(asked[0], [groupby], figures)
                    self.assertEqual(known is not None, by_sums)
                    found = rows._read_group(*asked, order=order)
                    with self.row_by_row():
                        expected = rows._read_group(*asked, order=order)
                    self.assertEqual(told(found, figures), told(expected, figures))
                    for record in chain.from_iterable(found):
                        if hasattr(record, "env"):
                            self.assertEqual(record.env, rows.env)

    def assert_kept(self, sums):
        """What is kept is what a count of all rows comes to."""
        self.env.flush_all()
        names = sums._sql_names()
        figures = [SQL("count(*)::numeric")]
        for part in ("coalesce(sum(%s), 0)::numeric", "count(%s)::numeric"):
            figures += [SQL(part, SQL.identifier(name)) for name in sums._summed]
        counted = self.env.execute_query(
            SQL(
                "SELECT %(dimensions)s, %(figures)s FROM %(rows)s GROUP BY %(dimensions)s",
                **names,
                figures=SQL(", ").join(figures),
            )
        )
        kept = self.env.execute_query(
            SQL(
                """SELECT %(dimensions)s, %(totals)s FROM %(sums)s GROUP BY %(dimensions)s
                   HAVING (%(totals)s) != (%(nothing)s)""",
                **names,
                nothing=SQL(", ").join([SQL("0")] * len(figures)),
            )
        )
        self.assertEqual(sorted(map(str, kept)), sorted(map(str, counted)))
        self.assertTrue(kept)


@contextmanager
def patched(owner, name, value):
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, kept)


def told(rows, figures):
    """Rows to compare; converted money to a millionth: its division has an end."""
    places = [n for n, name in enumerate(figures) if name.endswith(":sum_currency")]

    def one(row):
        row = list(row)
        for place in places:
            value = row[place - len(figures)]
            row[place - len(figures)] = value and round(value, 6)
        return tuple(row)

    return [[(type(value), value) for value in one(row)] for row in rows]
