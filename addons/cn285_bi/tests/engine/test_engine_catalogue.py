"""The catalogue keeps its promises, and what is rendered of a declaration. Without Odoo."""

import re

import pytest
from cn285_bi_house.cn285_bi.catalogue import CATALOGUE, LEFT_OUT
from cn285_bi_house.cn285_bi.engine import catalogue, page, view_sql
from cn285_bi_house.cn285_bi.engine.catalogue import Column, View

ALL = {view.addon for view in CATALOGUE} | {
    column.addon for view in CATALOGUE for column in view.columns
}
SAMPLE = View(
    "thing",
    "one",
    "Things, it's said",
    "Choses",
    {"t": "cn285_thing", "c": "res_currency"},
    (
        Column("thing_id", "key", "{t.id}", "Key", "Clé"),
        Column("currency", "text", "{c.name}", "Currency", "Devise"),
        Column("amount", "money", "{t.amount}", "Amount", "Montant"),
        Column("end", "date", "{t.date_end}", "Last day", "Dernier jour", "two"),
        Column("other_id", "key", "{t.other_id}", "Other", "Autre", "two"),
    ),
    "JOIN {c} ON {c.id} = {t.currency_id}",
)


class TestCatalogue:
    def test_it_has_no_faults(self):
        assert catalogue.faults(CATALOGUE, ALL) == []

    @pytest.mark.parametrize("view", CATALOGUE, ids=lambda view: view.name)
    def test_names_are_plain(self, view):
        for name in (view.name, *(column.name for column in view.columns)):
            assert re.fullmatch(r"[a-z][a-z0-9_]{1,40}", name)

    @pytest.mark.parametrize("view", CATALOGUE, ids=lambda view: view.name)
    def test_a_wall_stands_before_what_is_somebodys(self, view):
        """Only what belongs to no company is seen by all."""
        shared = {"calendar", "freshness", "change_reason"}
        assert ("{allowed}" in view.walled) == (view.name not in shared)

    def test_links_lead_to_views(self):
        names = {view.name for view in CATALOGUE}
        for view in CATALOGUE:
            for column in view.columns:
                _text, said, target = column.en.partition(", see view ")
                assert not said or target in names, f"{view.name}.{column.name}"

    def test_french_is_french(self):
        """No straight quotation, and no colon without its space."""
        for view in CATALOGUE:
            for text in (view.fr, *(column.fr for column in view.columns)):
                assert not re.search(r"\w[:;?!](\s|$)", text), text

    def test_nothing_is_both_listed_and_left_out(self):
        listed = catalogue.published(CATALOGUE, ALL)
        for table, names in LEFT_OUT.items():
            assert not set(names.split()) & set(listed[table])

    @pytest.mark.parametrize(
        "column",
        ["access_token", "secret", "email", "phone", "acc_number", "street2", "customer_key"],
    )
    def test_what_may_not_leave_is_found(self, column):
        bad = Column("x", "text", f"{{t.{column}}}", "X", "X")
        view = View("v", "one", "V", "V", {"t": "cn285_thing"}, (bad,))
        assert catalogue.faults([view], {"one"}) == [f"cn285_thing.{column}: may not leave"]

    @pytest.mark.parametrize(
        "table", ["res_users", "ir_config_parameter", "payment_token", "res_partner_bank"]
    )
    def test_tables_of_which_nothing_leaves(self, table):
        view = View("v", "one", "V", "V", {"t": table}, ())
        assert f"{table}: nothing of it may leave" in catalogue.faults([view], {"one"})

    @pytest.mark.parametrize(
        ("column", "fault"),
        [
            (Column("a", "money", "{t.a}", "A", "A"), "v: a is money without a currency"),
            (Column("a", "text", "{t.a}", "A", ""), "v: a has no comment"),
            (Column("a", "sum", "{t.a}", "A", "A"), "v: a is of no kind: sum"),
            (Column("a", "key", "{t.a}", "A", "A"), "v: a is a key, and named otherwise"),
            (Column("a", "text", "{u.a}", "A", "A"), "v: u is no table of it"),
        ],
    )
    def test_slips_are_told(self, column, fault):
        view = View("v", "one", "V", "V", {"t": "cn285_thing"}, (column,))
        if "{u." in column.source:
            assert fault in [f"v: {one}" for one in catalogue._faults_of(view)]
        else:
            assert fault in catalogue.faults([view], {"one"})

    def test_columns_that_leave(self):
        assert catalogue.published([SAMPLE], {"one"}) == {
            "cn285_thing": ("id", "amount", "company_id", "currency_id"),
            "res_currency": ("id", "name"),
        }
        assert "date_end" in catalogue.published([SAMPLE], {"one", "two"})["cn285_thing"]
        assert catalogue.published([SAMPLE], set()) == {}


class TestViewSql:
    def test_a_view(self):
        assert view_sql.create_view(SAMPLE, {"one"}) == (
            'CREATE VIEW bi."thing" WITH (security_barrier) AS\n'
            "SELECT\n"
            '  ("t"."id") AS "thing_id",\n'
            '  ("c"."name")::text AS "currency",\n'
            '  ("t"."amount")::numeric AS "amount",\n'
            '  NULL::date AS "end",\n'
            '  NULL::integer AS "other_id"\n'
            'FROM public."cn285_thing" AS "t"\n'
            'JOIN public."res_currency" AS "c" ON "c"."id" = "t"."currency_id"\n'
            'WHERE ("t"."company_id" IN '
            "(SELECT company_id FROM bi_private.access WHERE role = current_user))"
        )

    def test_names_stay_where_an_addon_is_missing(self):
        """A column is there and empty; with its addon it is the same column."""

        def names(installed):
            return re.findall(r'AS "(\w+)"[,\n]', view_sql.create_view(SAMPLE, installed))

        assert names({"one"}) == names({"one", "two"})
        assert view_sql.view_statements([SAMPLE], {"two"}) == []

    def test_comments_in_both_languages(self):
        made = view_sql.view_statements([SAMPLE], {"one"})
        assert made[1] == "COMMENT ON VIEW bi.\"thing\" IS 'Things, it''s said\nFR : Choses'"
        assert len(made) == 2 + len(SAMPLE.columns)


class TestPage:
    def test_it_has_every_view_and_column(self):
        text = page.text(CATALOGUE)
        for view in CATALOGUE:
            assert f"### {view.name}\n" in text
            for column in view.columns:
                assert f"| `{column.name}` |" in text
                assert column.fr.replace("|", "\\|") in text
