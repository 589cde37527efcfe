from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Groups behind a page that are counted: of millions of rows nobody pages to the last one.
MORE_GROUPS = 2000


class LargeTable(models.AbstractModel):
    """Lists and groups of tables with millions of rows: a page is read, and not all the others.

    ``_order`` of such a model names columns that an index of it has. By a link that is in
    ``_ordered_by_number`` records are ordered as those of the link were made: by their names or
    dates, all rows would have to be joined and sorted for a page. Groups by a link are found from
    the side of the link, as many as a page has; how many there are besides is counted up to
    ``MORE_GROUPS``.
    """

    _name = "cn285.large.table"
    _description = "Table of Millions of Rows"

    _ordered_by_number = frozenset()

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name in self._ordered_by_number:
            field_name = f"{field_name}.id"
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _formatted_read_group_with_length(
        self, domain, groupby, aggregates, offset=0, limit=None, order=None
    ):
        field = self._paged_link(domain, groupby, aggregates)
        if not (field and limit and order in (field.name, f"{field.name} ASC")):
            return super()._formatted_read_group_with_length(
                domain, groupby, aggregates, offset, limit, order
            )
        query = self._linked_query(domain, field)
        query.limit, query.offset = limit, offset
        ids = [linked for (linked,) in self.env.execute_query(query.select())]
        is_last = len(ids) < limit
        page = Domain(field.name, "in", ids)
        if is_last and not field.required:
            page |= Domain(field.name, "=", False)
        found = self.formatted_read_group(Domain(domain) & page, groupby, aggregates)
        places = {linked: place for place, linked in enumerate(ids)}
        found.sort(key=lambda group: places[group[field.name][0]] if group[field.name] else limit)
        if is_last:
            return found, offset + len(found)
        query.limit, query.offset = MORE_GROUPS, offset + limit
        counted = SQL("SELECT count(*) FROM (%s) AS more", query.select(SQL("1")))
        length = offset + limit + self.env.execute_query(counted)[0][0]
        if not field.required:
            length += self.search_count(Domain(domain) & Domain(field.name, "=", False), limit=1)
        return found, length

    @api.model
    def _paged_link(self, _domain, groupby, _aggregates):
        """The link whose groups are found a page at a time, from its side; else None."""
        field = self._fields.get(groupby[0]) if len(groupby) == 1 else None
        return field if field is not None and field.type == "many2one" and field.store else None

    def _linked_query(self, domain, field):
        """What the rows of a domain link to, in its own order."""
        rows = self._search(domain)
        # sudo: rows that may be read tell what they link to, archived too; as Odoo's groups do.
        comodel = self.env[field.comodel_name].sudo().with_context(active_test=False)
        query = comodel._search(Domain.TRUE, order=comodel._order)
        rows.add_where(
            SQL(
                "%s = %s",
                self._field_to_sql(rows.table, field.name, rows),
                SQL.identifier(query.table, "id"),
            )
        )
        query.add_where(SQL("EXISTS (%s)", rows.select(SQL("1"))))
        return query
