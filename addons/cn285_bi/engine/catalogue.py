"""How views for BI are declared: a view, its columns, where they come from and who may see them.

A declaration names columns of tables in braces, ``{alias.column}``: the SQL of the view is made of
it, and so is the list of what leaves the database. Nothing else leaves it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What a column may be, and its type in PostgreSQL. A view's types do not follow its tables'.
KINDS = {
    "key": "",  # as it is, so that indexes are used
    "text": "text",
    "number": "numeric",
    "money": "numeric",
    "count": "bigint",
    "date": "date",
    "time": "timestamptz",
    "flag": "boolean",
}
#: Type of a key in a view whose addon is not there.
KEY_TYPE = "integer"
#: What no view may list, whatever it is called: secrets, and how people are reached.
FORBIDDEN = re.compile(
    r"key$|secret|token|passw|hash|email|phone|mobile|iban|acc_number|street|birth|signature|login"
)
#: Tables of which nothing leaves.
FORBIDDEN_TABLES = re.compile(
    r"^(res_users.*|ir_.*|mail_.*|payment_token|res_partner_bank|auth_.*|cn285_bridge_.*"
    r"|cn285_api_.*|cn285_sepa_.*|cn285_webhook_.*|cn285_sign_.*|cn285_stripe_.*|cn285_yousign_.*)$"
)
#: Primary keys of tables that have no ``id``. Those without a key at all are published as they are
#: inserted, and by nothing else.
KEYS = {
    "cn285_contract_cn285_contract_tag_rel": ("cn285_contract_id", "cn285_contract_tag_id"),
    "cn285_usage_event": (),
}

_NAMED = re.compile(r"\{(\w+)\.(\w+)\}")


@dataclass(frozen=True)
class Column:
    """A column of a view.

    :param source: SQL with ``{alias.column}``
    :param en: what it is, in English; ``fr`` in French
    :param addon: which addon brings it. Where that is not installed the column is there and empty
    """

    name: str
    kind: str
    source: str
    en: str
    fr: str
    addon: str = ""


@dataclass(frozen=True)
class View:
    """A view of the catalogue. Its name and its columns' names stay: versions only add.

    :param tables: ``{alias: table}``; the first is what a row of the view is
    :param joins: what is joined, as SQL after ``FROM first alias``, with ``{alias}`` for a table
    :param wall: SQL that says which rows a role sees, with ``{allowed}`` for its companies;
        empty: ``{first.company_id} IN {allowed}``
    :param where: what more rows have to be
    :param rows: SQL of rows that come from no table of the database
    :param insert_only: rows of it are published as they arrive, and only where that is asked for
    """

    name: str
    addon: str
    en: str
    fr: str
    tables: dict[str, str]
    columns: tuple[Column, ...]
    joins: str = ""
    wall: str = ""
    where: str = ""
    rows: str = ""
    insert_only: bool = False

    @property
    def first(self) -> str:
        """The alias of what a row is."""
        return next(iter(self.tables), "")

    @property
    def walled(self) -> str:
        """Which rows a role sees, as declared or by default."""
        return self.wall or (f"{{{self.first}.company_id}} IN {{allowed}}" if self.tables else "")

    def present(self, installed: set[str]) -> bool:
        """Whether its addon is installed."""
        return not self.addon or self.addon in installed

    def used(self, installed: set[str]) -> dict[str, set[str]]:
        """``{table: columns}`` of which the view is made, with their keys."""
        texts = [self.joins, self.walled, self.where]
        texts += [one.source for one in self.columns if not one.addon or one.addon in installed]
        used = {table: set(key_of(table)) for table in self.tables.values()}
        for text in texts:
            for alias, column in _NAMED.findall(text):
                used[self.tables[alias]].add(column)
        return used


def key_of(table: str) -> tuple[str, ...]:
    """The columns of a table's primary key; none where it has no key."""
    return KEYS.get(table, ("id",))


def published(views: Iterable[View], installed: set[str]) -> dict[str, tuple[str, ...]]:
    """What leaves the database: ``{table: columns in order}`` of these views, keys first."""
    found: dict[str, set[str]] = {}
    for view in views:
        if view.present(installed):
            for table, columns in view.used(installed).items():
                found.setdefault(table, set()).update(columns)
    return {
        table: (*key_of(table), *sorted(columns - set(key_of(table))))
        for table, columns in sorted(found.items())
    }


def faults(views: Iterable[View], installed: set[str]) -> list[str]:
    """What is wrong with declarations, in words; empty where nothing is."""
    told = []
    names: set[str] = set()
    for view in views:
        if view.name in names:
            told.append(f"{view.name}: declared twice")
        names.add(view.name)
        told += [f"{view.name}: {fault}" for fault in _faults_of(view)]
    for table, columns in published(views, installed).items():
        if FORBIDDEN_TABLES.match(table):
            told.append(f"{table}: nothing of it may leave")
        told += [f"{table}.{name}: may not leave" for name in columns if FORBIDDEN.search(name)]
    return told


def _faults_of(view: View) -> Iterable[str]:
    columns = [one.name for one in view.columns]
    for name in {one for one in columns if columns.count(one) > 1}:
        yield f"{name} is declared twice"
    if not (view.en and view.fr):
        yield "has no comment"
    for one in view.columns:
        if not (one.en and one.fr):
            yield f"{one.name} has no comment"
        if one.kind not in KINDS:
            yield f"{one.name} is of no kind: {one.kind}"
        if one.kind == "money" and not {"currency", "company_currency"} & set(columns):
            yield f"{one.name} is money without a currency"
        if one.kind == "key" and not one.name.endswith("_id"):
            yield f"{one.name} is a key, and named otherwise"
    for text in (view.joins, view.walled, view.where, *(one.source for one in view.columns)):
        for alias, _column in _NAMED.findall(text):
            if alias not in view.tables:
                yield f"{alias} is no table of it"


def named(text: str) -> str:
    """A declaration's SQL with its columns quoted: ``{s.id}`` becomes ``"s"."id"``."""
    return _NAMED.sub(r'"\1"."\2"', text)
