"""What holds of every operation of the API, found in its own specification.

A request for each is in ``api_requests.py``. What they answer is kept in ``static/examples.json``,
which the specification shows: ``CN285_API_EXAMPLES=write`` writes it anew, and a test fails where
the API answers otherwise by now.
"""

import gc
import json
import os
import re
from pathlib import Path

from fastapi import FastAPI
from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..core.documentation import EXAMPLES
from ..engine.examples import told
from .api_requests import asks, filled, path_of, seed
from .common import ApiCase

# What answers files.
NOT_SHOWN = {"get_document_content", "get_invoice_pdf", "get_quote_pdf"}


# Numbers of documents, requests and records go on from what other tests have made.
_NUMBER = re.compile(r"\b([A-Z]+[-/]?(?:\d{4}/)?)\d+\b")


def _uncounted(value):
    """A value of JSON without what is counted; amounts, states, words and shapes stay."""
    if isinstance(value, dict):
        return {key: _uncounted(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_uncounted(one) for one in value]
    if isinstance(value, str):
        return "#" if value.isdigit() else _NUMBER.sub(r"\1#", value)
    return value


class OperationsCase(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"]._cn285_mark_test_database()
        with trap_jobs():
            cls.names = seed(cls.env)
        # Told already, by the seed.
        cls.env.cr.precommit.clear()
        cls.key = cls.names["key"]
        program = cls.env["res.users"].browse(cls.names["user"])
        job = cls.env["cn285.contract"].with_user(program).with_delay()._derive_state()
        cls.names["job"] = job.uuid
        cls.env.flush_all()

    def operations(self):
        """``(path, method, about)`` of all operations, reading ones first, deleting ones last."""
        spec = self.get("/openapi.json", key="")
        order = {"GET": 0, "POST": 1, "PATCH": 2, "PUT": 2, "DELETE": 3}
        found = [
            (path, method.upper(), about)
            for path, methods in spec["paths"].items()
            for method, about in methods.items()
        ]
        return sorted(found, key=lambda one: order[one[1]])


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiOperations(OperationsCase):
    def test_every_operation_has_a_request(self):
        found = {about["operationId"] for _path, _method, about in self.operations()}
        self.assertEqual(found - asks().keys(), set(), "add them to tests/api_requests.py")
        self.assertEqual(asks().keys() - found, set(), "these are no operations")

    def test_examples_are_what_the_api_answers(self):
        shown = {}
        for path, method, about in self.operations():
            operation = about["operationId"]
            ask = asks()[operation]
            body = filled(ask.body, self.names)
            with trap_jobs(), self.subTest(operation=operation):
                answer = self.call(method, path_of(path, ask, self.names), body)
                if ask.status:
                    self.assertEqual(answer.status_code, ask.status, answer.text)
                else:
                    self.assertLess(answer.status_code, 300, answer.text)
                if ask.status or operation in NOT_SHOWN:
                    continue
                shown[operation] = self._example(answer, body)
        text = json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        if os.environ.get("CN285_API_EXAMPLES") == "write":
            Path(EXAMPLES).write_text(text)
        kept = json.loads(Path(EXAMPLES).read_text())
        for operation, example in shown.items():
            with self.subTest(operation=operation):
                self.assertEqual(_uncounted(kept.get(operation)), _uncounted(example))
        self.assertEqual(kept.keys() - shown.keys(), set())

    def _example(self, answer, body):
        example = {"status": answer.status_code}
        numbers = self._numbers()
        if body is not None:
            example["request"] = told(body, numbers)
        if answer.content:
            example["answer"] = told(answer.json(), numbers)
        return example

    def _numbers(self):
        """Texts that count on from what the database has, by what they are shown as."""
        company = [("company_id", "=", self.company.id)]
        found = {}
        for model, shown, domain in (
            ("cn285.contract", "C00042", company),
            ("cn285.billing.run", "RUN00007", company),
            ("account.move", "INV/2026/00012", [("cn285_contract_ids", "!=", False)]),
        ):
            for name in self.env[model].search(domain).mapped("name"):
                if name and re.search(r"\d", name):
                    found[name] = shown
        return found

    def test_the_specification_shows_them(self):
        kept = json.loads(Path(EXAMPLES).read_text())
        for _path, _method, about in self.operations():
            example = kept.get(about["operationId"])
            if example and "answer" in example:
                [status] = [str(example["status"])]
                content = about["responses"][status]["content"]["application/json"]
                self.assertEqual(content["example"], example["answer"], about["operationId"])

    def test_statements_of_sql_do_not_grow_with_any_page(self):
        import odoo.sql_db

        count = 0
        for path, method, about in self.operations():
            names = {one.get("name") for one in about.get("parameters", ())}
            if method != "GET" or "limit" not in names:
                continue
            operation = about["operationId"]
            pages = {}
            ask = asks()[operation]
            plain = path_of(path, ask._replace(query=""), self.names)
            for limit in (1, 1, 100):
                before = odoo.sql_db.sql_counter
                got = self.get(f"{plain}?limit={limit}")
                pages[limit] = odoo.sql_db.sql_counter - before
                shown = len(got["data"])
            count += 1
            with self.subTest(operation=operation, shown=shown):
                self.assertLessEqual(pages[100], pages[1] + 2)
        self.assertGreater(count, 20)

    def test_lists_of_what_grows_large_have_an_index_on_changes(self):
        self.env.cr.execute("SELECT tablename, indexdef FROM pg_indexes")
        indexed = {table for table, text in self.env.cr.fetchall() if "(write_date, id)" in text}
        for table in (
            "account_move",
            "cn285_contract",
            "cn285_contract_change",
            "cn285_contract_item",
            "res_partner",
        ):
            with self.subTest(table=table):
                self.assertIn(table, indexed)
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM account_move WHERE move_type IN ('out_invoice', 'out_refund') "
            "AND (write_date, id) > ('2026-01-01', 0) ORDER BY write_date, id LIMIT 20"
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("changed_idx", plan)


@tagged("post_install", "-at_install")
class TestApiMemory(OperationsCase):
    PATHS = int(os.environ.get("CN285_API_PATHS", "300"))

    def test_different_paths_leave_nothing_behind(self):
        """``CN285_API_PATHS=2000`` for as many as the benchmark asks."""
        reading = [
            (path, about)
            for path, method, about in self.operations()
            if method == "GET" and "{" in path
        ]

        def ask(number):
            path, about = reading[number % len(reading)]
            wanted = asks()[about["operationId"]]
            places = {name: str(10**6 + number) for name in re.findall(r"{(\w+)}", path)}
            self.call("GET", path_of(path, wanted._replace(places=places), self.names))

        for number in range(len(reading) * 2):
            ask(number)
        apps, before = _apps(), _resident()
        for number in range(self.PATHS):
            ask(10_000 + number)
        # One for each path was what OCA's pool kept.
        self.assertEqual(_apps(), apps)
        # Of other tests in this process some megabytes may come; an app for each path was 270 kB,
        # and half of that of anything else is seen.
        self.assertLess(_resident() - before, 20 + self.PATHS * 0.05)


def _apps():
    """How many apps there are in this process, whoever keeps them."""
    gc.collect()
    return sum(isinstance(one, FastAPI) for one in gc.get_objects())


def _resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
