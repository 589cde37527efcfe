import json
import os
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from odoo.addons import cn285_contract
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ...sandbox import process

INPUTS = {
    "period": {
        "start": date(2026, 1, 1),
        "end": date(2026, 1, 31),
        "days": 31,
        "share": Decimal(1),
    },
    "item": {"name": "API", "contract": "C-1", "customer": "Martin", "quantity": Decimal(1)},
    "usage": {"api": {"quantity": Decimal("1250"), "count": 10, "unit": "call"}},
    "events": [{"metric": "api", "occurred_at": datetime(2026, 1, 5, 12), "quantity": Decimal(3)}],
}
CENT = Decimal("0.01")


@tagged("post_install", "-at_install")
class TestSmartCode(ContractCase):
    """Macros: what they give, what they cannot do, and versions that stay what they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = new_test_user(cls.env, "author", groups="cn285_usage.group_smartcode_author")
        cls.manager = new_test_user(
            cls.env, "manager", groups="cn285_contract.group_billing_manager"
        )
        cls.smartcode = cls.env["cn285.smartcode"].create({"name": "Tariff", "code": "tariff"})
        cls.runner = cls.env["cn285.smartcode.runner"]

    def _version(self, body, **values):
        return self.env["cn285.smartcode.version"].create(
            {"smartcode_id": self.smartcode.id, "body": body, "seconds": 1, **values}
        )

    def _run(self, body, inputs=None, **values):
        version = self._version(body, **values)
        (result,) = self.runner._run_batch(version, [inputs or INPUTS])
        return result

    def _failure(self, body, **values):
        failure = self._run(body, **values)
        self.assertIsInstance(failure, process.Failure, failure)
        return failure

    # --- What it gives ------------------------------------------------------------------------

    def test_a_macro_gets_plain_values_and_gives_exact_lines(self):
        (calls, fee) = self._run(
            "calls = usage['api']['quantity']\n"
            "lines.append({'label': f'{calls} calls', 'quantity': calls, 'unit_price': 0.02})\n"
            "extra = 0.1 + 0.2 + len(events) + events[0]['quantity']\n"
            "lines.append({'label': f\"Fee {period['end'].month}\", 'amount': extra})\n"
        )
        self.assertEqual((calls.label, calls.exact), ("1250 calls", Decimal("25.00")))
        self.assertEqual((fee.label, fee.amount), ("Fee 1", Decimal("4.3")))

    def test_what_cannot_be_relied_on_is_not_put_in_force(self):
        """A macro without its input billed 0.00; labels with an address differ at each run."""
        cases = {
            "lines = [{'label': 'n', 'amount': len(events)}]": "Receives Events",
            "lines = [{'label': f'{1.5} units', 'amount': 1}]": "no exact number",
            "def f():\n    return 1\nlines = [{'label': f'{f}', 'amount': 1}]": "a function",
            "lines = [{'label': 'n', 'amount': period['start'].timestamp()}]": "time zone",
        }
        for body, reason in cases.items():
            with self.subTest(body):
                version = self._version(body).with_user(self.author)
                with self.assertRaisesRegex(UserError, reason):
                    version.action_activate()
                self.assertEqual(version.state, "draft")
                version.action_test_run()
                self.assertIn(reason, version.test_result)
        version = self._version(next(iter(cases)), detailed=True)
        version.with_user(self.author).action_activate()
        self.assertEqual(version.state, "active")

    def test_rounding_is_that_of_invoices(self):
        (line,) = self._run("lines = [{'label': 'x', 'amount': round(2.675, 2) + round(0.5)}]")
        self.assertEqual(line.amount, Decimal("3.68"))

    def test_a_batch_goes_on_after_a_bad_one(self):
        body = (
            "if usage['n'] == 2:\n    1 / 0\nif usage['n'] == 3:\n    while True:\n        pass\n"
            "lines = [{'label': 'n', 'amount': usage['n']}]"
        )
        inputs = [{**INPUTS, "usage": {"n": number}} for number in range(1, 6)]
        results = list(self.runner._run_batch(self._version(body), iter(inputs)))
        self.assertEqual([results[number][0].amount for number in (0, 3, 4)], [1, 4, 5])
        self.assertEqual((results[1].kind, results[1].line), ("failed", 2))
        self.assertEqual(results[2].kind, "time")
        self.assertIn(results[2].line, (4, 5))

    def test_nothing_is_kept_from_one_run_to_the_next(self):
        body = (
            "try:\n    kept\nexcept Exception:\n    kept = 0\n"
            "usage['api']['quantity'] += 1\nkept += 1\n"
            "lines = [{'label': 'kept', 'amount': kept + usage['api']['quantity']}]"
        )
        results = list(self.runner._run_batch(self._version(body), [INPUTS] * 3))
        self.assertEqual([lines[0].amount for lines in results], [1252] * 3)
        self.assertEqual(INPUTS["usage"]["api"]["quantity"], 1250)

    # --- Limits that hold ---------------------------------------------------------------------

    def test_endless_loops_are_stopped_and_located(self):
        began = time.monotonic()
        swallowing = "while True:\n    try:\n        x = [1]\n    except:\n        x = 2"
        for body, lines in (
            ("x = 1\nwhile True:\n    x = x + 1", (2, 3)),
            (swallowing, (1, 2, 3, 4, 5)),
            ("x = 1\nx = 9 ** 9 ** 9", (2,)),
            ("x = sum(range(10 ** 12))", (1,)),
        ):
            with self.subTest(body):
                failure = self._failure(body)
                self.assertEqual(failure.kind, "time")
                self.assertIn(failure.line, lines)
        self.assertLess(time.monotonic() - began, 40)

    def test_after_three_killed_runs_the_rest_is_set_aside(self):
        version = self._version("while True:\n    pass")
        results = list(self.runner._run_batch(version, [INPUTS] * 50))
        self.assertEqual([result.kind for result in results], ["time"] * 3 + ["skipped"] * 47)

    def test_memory_is_limited(self):
        for body, line in (
            ("x = 'a' * 10 ** 10", 1),
            ("x = []\nwhile True:\n    x.append('abc' * 1000 + str(len(x)))", 3),
            ("x = [0] * (40 * 1024 * 1024)", 1),
        ):
            with self.subTest(body):
                failure = self._failure(body, megabytes=64, seconds=5)
                self.assertEqual((failure.kind, failure.line), ("memory", line))

    def test_what_a_macro_receives_is_not_of_its_memory(self):
        inputs = {**INPUTS, "events": ["x" * 1000] * 50_000}
        (line,) = self._run(
            "lines = [{'label': 'n', 'amount': len(events)}]", inputs, megabytes=16, seconds=60
        )
        self.assertEqual(line.amount, 50_000)

    def test_deep_recursion_is_stopped(self):
        failure = self._failure("def f(n):\n    return f(n + 1)\nf(0)")
        self.assertEqual((failure.kind, failure.line), ("recursion", 2))
        nested = "x = []\nfor i in range(200000):\n    x = [x]\n"
        for end in ("lines = x", "x = repr(x)", "x == [[x]]", "raise Exception(x)"):
            with self.subTest(end):
                self.assertTrue(self._failure(nested + end).kind)

    def test_code_that_breaks_the_compiler_breaks_no_worker(self):
        for body in ("-" * 40_000 + "1", "(" * 5000, "[" * 90 + "x" + "]" * 90 + " = 1"):
            with self.subTest(body[:20]):
                self.assertTrue(self._failure(body).kind)

    # --- Walls --------------------------------------------------------------------------------

    def test_there_is_no_way_out(self):
        for body in (
            "import os",
            "x = env['res.partner']",
            "x = self.env",
            "x = cr",
            "x = open('/etc/passwd')",
            "x = eval('1')",
            "x = exec('1')",
            "x = getattr(lines, 'append')",
            "x = globals()",
            "x = vars()",
            "x = type(1)",
            "x = ().__class__.__base__.__subclasses__()",
            "x = lines.append.__self__",
            "x = (lambda: 1).__globals__",
            "x = '{0.__class__}'.format(lines)",
            "x = '{0.__init__.__globals__}'.format(date)",
            "x = str.format_map('{a.__class__}', {'a': 1})",
            "x = f'{lines.__class__}'",
            "x = (i for i in [1]).gi_frame",
            "def g():\n    yield 1\nx = g().gi_code",
            "x = int.mro()",
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    x = e.__traceback__.tb_frame",
            "try:\n    1 / 0\nexcept Exception as e:\n    x = e.with_traceback(None).tb_frame",
            "match lines:\n    case list(__class__=x):\n        pass",
            "x = __builtins__",
            "x = __import__('os')",
            "class A:\n    pass",
            "round.x = 1",
            "def f():\n    global date\n    date = 1",
            "async def f():\n    pass",
            "x = date.today()",
            "x = datetime.now()",
            "x = breakpoint()",
            "x = input()",
            "x = memoryview(b'1')",
        ):
            with self.subTest(body):
                failure = self._failure(f"{body}\nlines = [{{'label': 'out', 'amount': 1}}]")
                self.assertIn(failure.kind, ("refused", "failed"))

    def test_the_process_holds_no_database_no_file_and_no_password(self):
        os.environ["CN285_TEST_SECRET"] = "secret"
        self.addCleanup(os.environ.pop, "CN285_TEST_SECRET")
        contract = cn285_contract.__path__[0]
        with process.MacroProcess("lines = []", contract, 5.0, 64) as child:
            self.assertIsNone(child.prepare())
            self.assertEqual(child.run(INPUTS), [])
            proc = Path(f"/proc/{child._process.pid}")
            open_files = sorted(os.readlink(one) for one in (proc / "fd").iterdir())
            self.assertFalse([name for name in open_files if name.startswith("socket:")])
            # Three streams, the second of the outgoing pipe, and the gauge of its own memory.
            self.assertEqual(len(open_files), 5, open_files)
            environment = (proc / "environ").read_text()
            self.assertNotIn("secret", environment)
            self.assertNotIn("PGHOST", environment)
            limits = (proc / "limits").read_text()
            self.assertRegex(limits, r"Max open files +0 +0 ")
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            pid = child._process.pid
        self.assertFalse(Path(f"/proc/{pid}").exists())

    def test_a_refusal_at_the_end_is_not_believed_either(self):
        """A process that answers what no macro can answer is taken for dead."""
        reply = {"lines": [{"label": "a", "amount": {"$n": "NaN"}}]}
        contract = cn285_contract.__path__[0]
        with process.MacroProcess("lines = []", contract, 5.0, 64) as child:
            child.prepare()
            child._exchange = lambda *_arguments: reply
            self.assertEqual(child.run(INPUTS).kind, "ended")

    def test_records_do_not_pass(self):
        failure = self._run("lines = []", {**INPUTS, "item": self.customer})
        self.assertEqual((failure.kind, failure.code), ("refused", "input_type"))

    # --- Versions -----------------------------------------------------------------------------

    def test_reasons_name_the_version_the_line_and_the_message(self):
        version = self._version("x = 1\nraise Exception('no price for Corsica')")
        (failure,) = self.runner._run_batch(version, [INPUTS])
        self.assertEqual(
            self.runner._reason(version, failure),
            "SmartCode “Tariff”, version 1, line 2: no price for Corsica.",
        )
        version.body = "x = usage['api']['quantity'] * (1 / 3)"
        (failure,) = self.runner._run_batch(version, [INPUTS])
        self.assertIn(
            "line 1: an exact and an inexact number", self.runner._reason(version, failure)
        )
        version.body = "x = '{}'.format(1)"
        (failure,) = self.runner._run_batch(version, [INPUTS])
        self.assertIn(
            'format is not available: write f"{value}"', self.runner._reason(version, failure)
        )

    def test_versions_are_numbered_activated_and_retired(self):
        first, second = self._version("lines = []"), self._version("lines = []")
        self.assertEqual((first.number, second.number), (1, 2))
        first.action_activate()
        self.assertEqual(self.smartcode.active_version_id, first)
        second.action_activate()
        self.assertEqual((first.state, second.state), ("retired", "active"))
        self.assertEqual(self.smartcode.active_version_id, second)
        self.assertEqual(second.activated_by_id, self.env.user)
        second.action_retire()
        self.assertFalse(self.smartcode.active_version_id)
        with self.assertRaisesRegex(UserError, "not in force"):
            first.action_retire()

    def test_a_bad_macro_is_not_activated(self):
        version = self._version("x = 1\nimport os")
        with self.assertRaisesRegex(UserError, "line 2: nothing can be imported"):
            version.action_activate()
        self.assertEqual(version.state, "draft")

    def test_a_version_that_was_in_force_never_changes(self):
        version = self._version("lines = []")
        version.action_activate()
        for vals in (
            {"body": "lines = [1]"},
            {"seconds": 30},
            {"number": 9},
            {"detailed": True},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "does not change any more"):
                version.write(vals)
        version.note = "Typed later"
        version.action_retire()
        with self.assertRaisesRegex(UserError, "does not change any more"):
            version.body = "lines = [2]"
        with self.assertRaisesRegex(UserError, "it is kept"):
            version.unlink()
        with self.assertRaisesRegex(UserError, "it is kept"):
            self.smartcode.unlink()
        other = self.env["res.company"].create({"name": "Filiale"})
        with self.assertRaisesRegex(UserError, "stays with its company"):
            self.smartcode.company_id = other
        self._version("lines = []").unlink()

    def test_the_state_has_one_door(self):
        version = self._version("lines = []")
        for vals in ({"state": "active"}, {"activated_on": "2026-01-01"}):
            with self.assertRaisesRegex(UserError, "by its buttons"):
                version.write(vals)
            with self.assertRaisesRegex(UserError, "by its buttons"):
                version.with_context(cn285_state_door=True).write(vals)
        with self.assertRaisesRegex(UserError, "by its buttons"):
            self._version("lines = []", state="active")

    def test_a_new_draft_begins_as_a_copy(self):
        version = self._version("lines = []\n# old", megabytes=64)
        version.action_activate()
        draft = self.env["cn285.smartcode.version"].browse(
            self.smartcode.action_new_draft()["res_id"]
        )
        self.assertEqual(
            (draft.body, draft.megabytes, draft.state, draft.number),
            ("lines = []\n# old", 64, "draft", 2),
        )
        copied = self.smartcode.copy()
        self.assertEqual(copied.version_ids.mapped("state"), ["draft"])
        self.assertFalse(copied.active_version_id)

    def test_a_draft_is_replayed_against_the_past(self):
        version = self._version(
            "calls = usage['api']['quantity']\nprice = 0.02 if calls < 2000 else 0.015\n"
            "if calls > 5000:\n    raise Exception('ask sales')\n"
            "lines = [{'label': 'calls', 'quantity': calls, 'unit_price': price}]"
        )
        past = [
            {
                "key": month,
                "inputs": {**INPUTS, "usage": {"api": {"quantity": Decimal(calls)}}},
                "amount": Decimal(amount),
                "unit": CENT,
            }
            for month, calls, amount in (
                ("jan", 1000, "20.00"),
                ("feb", 3333, "66.66"),
                ("mar", 9000, "180.00"),
            )
        ]
        february, march = self.runner._replay(version, iter(past))
        self.assertEqual(february.key, "feb")
        self.assertEqual((february.recorded, february.found), (Decimal("66.66"), Decimal("50.00")))
        self.assertEqual(february.change, Decimal("-16.66"))
        self.assertIsNone(march.found)
        self.assertIn("line 4: ask sales", march.problem)

    # --- The author ---------------------------------------------------------------------------

    def test_only_authors_write_and_run_macros(self):
        version = self._version("lines = []")
        reading = version.with_user(self.manager)
        self.assertEqual(reading.body, "lines = []")
        with self.assertRaises(AccessError):
            reading.body = "lines = [1]"
        for action in ("action_activate", "action_retire", "action_test_run"):
            with self.subTest(action), self.assertRaises(UserError):
                getattr(reading, action)()
        with self.assertRaises(AccessError):
            reading.create({"smartcode_id": self.smartcode.id, "body": "lines = []"})
        with self.assertRaises(AccessError):
            self.smartcode.with_user(self.manager).action_new_draft()
        self.assertEqual(version.state, "draft")
        version.with_user(self.author).body = "lines = [2]"
        version.with_user(self.author).unlink()

    def test_walls_between_companies(self):
        other = self.env["res.company"].create({"name": "Filiale"})
        foreign = self.env["cn285.smartcode"].create(
            {
                "name": "Theirs",
                "code": "theirs",
                "company_id": other.id,
                "version_ids": [(0, 0, {"body": "lines = []"})],
            }
        )
        for record in (foreign, foreign.version_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.author).read(["display_name"])

    def test_a_test_run_shows_lines_or_the_reason(self):
        version = self._version(
            "lines = [{'label': 'a', 'quantity': 3, 'unit_price': 0.5},"
            " {'label': 'b', 'amount': usage['api']['quantity']}]"
        )
        version.with_user(self.author).action_test_run()
        self.assertEqual(version.test_result, "a: 3 × 0.5 = 1.5\nb: 1250")
        version.body = "lines = []\nx = usage['none']"
        version.action_test_run()
        self.assertEqual(
            version.test_result, "SmartCode “Tariff”, version 1, line 2: KeyError: 'none'."
        )
        version.body = "lines = []"
        version.action_test_run()
        self.assertIn("nothing is billed", version.test_result)
        for bad in ("{", "[]", '{"period": {"start": "soon"}}', json.dumps({"period": 3})):
            version.test_input = bad
            with self.subTest(bad), self.assertRaisesRegex(ValidationError, "cannot be read"):
                version.action_test_run()

    def test_limits_are_limited(self):
        for vals in ({"seconds": 0}, {"seconds": 61}, {"megabytes": 4096}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._version("lines = []", **vals).flush_recordset()
