"""What references cost: the same, however many items there are and however many a call names."""

from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from ...models.ingest import usage_event_references
from ...models.ingest import usage_ingest_sql as sql
from .test_usage_ingest import UsageIngestCase

ITEMS = 20_000
REFERENCES = 2_000


@tagged("post_install", "-at_install")
class TestUsageReferences(UsageIngestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Driver", "ref": "D0"})
        cls.item.beneficiary_id = cls.partner
        cls.env.flush_all()

    def _copies(self, record, names, values, where=""):
        """Multiply a record by SQL: more of them than anybody would read one by one."""
        own = {"id", *names.split(", ")}
        columns = [
            f'"{name}"'
            for name, field in record._fields.items()
            if field.store and field.column_type and name not in own
        ]
        self.env.cr.execute(
            f"INSERT INTO {record._table} ({', '.join(columns)}, {names}) "
            f"SELECT {', '.join(f'r.{column}' for column in columns)}, {values} "
            f"FROM {record._table} r CROSS JOIN generate_series(1, %s) AS n {where} "
            "WHERE r.id = %s",
            (ITEMS, record.id),
        )

    def _plan(self, statement, values, options=""):
        self.env.cr.execute(f"EXPLAIN {options} {statement}", values)
        return "\n".join(row[0] for row in self.env.cr.fetchall())

    def test_many_references_are_found_by_indexes(self):
        self._copies(self.partner, "ref", "'D' || n")
        self._copies(
            self.item,
            "code, beneficiary_id",
            "'M' || n, p.id",
            "JOIN res_partner p ON p.ref = 'D' || n",
        )
        self.env.cr.execute("ANALYZE res_partner, cn285_contract_item")
        self.events._forget_references()
        parameters = self.events._ingest_parameters()
        kinds = {
            "ids": [f"={number}" for number in range(REFERENCES)],
            "numbers": [f"~M{number}" for number in range(REFERENCES)],
            "beneficiaries": [f"\x1f\x1f~D{number}" for number in range(REFERENCES)],
            "drivers": [f"\x1f~C-USAGE\x1f~D{number}" for number in range(REFERENCES)],
        }
        for kind, refs in kinds.items():
            with self.subTest(kind=kind):
                self.events._forget_references()
                plan = self._plan(sql.LEARN_PARTIES, {**parameters, "refs": refs}, "(ANALYZE)")
                self.assertIn("using cn285_contract_item_pkey", plan)
                # The contracts are few here, and read at once.
                read = [
                    line
                    for line in plan.splitlines()
                    if "Seq Scan on" in line and "never executed" not in line
                ]
                for table in ("cn285_contract_item ", "res_partner ", "ir_model_data "):
                    self.assertFalse([line for line in read if table in line])

        # A fleet: of a contract with many items each driver's own, by an event for each of them.
        drivers = range(1, ITEMS, 97)
        rows = [
            self._row(item_id=None, contract="C-USAGE", beneficiary=f"D{number}")
            for number in drivers
        ]
        self._ingest(*rows)
        self.assertEqual(
            [event.item_id.code for event in self._stored(*rows)],
            [f"M{number}" for number in drivers],
        )

    def test_no_statement_reads_a_table_for_each_row(self):
        """What was learned is joined: from some size on, all of it would be read for each row."""
        self.events._forget_references()
        parameters = {**self.events._ingest_parameters(), "ids": [1], "refs": ["=1", "~x.y"]}
        statements = {
            "learn": sql.LEARN_PARTIES,
            "check": sql.CHECK.format(which="TRUE"),
            "claim": sql.CLAIM.format(which="TRUE"),
            "taken": sql.TAKEN.format(which="TRUE"),
            "store": sql.STORE.format(which="TRUE"),
            "summary": sql.SUMMARY,
            "left over": sql.LEFT_OVER,
            "pick": sql.PICK.format(meters=self.events._meters_condition()),
        }
        for name, statement in statements.items():
            with self.subTest(statement=name):
                lines = self._plan(statement, parameters).splitlines()
                under = [lines[place + 1] for place, line in enumerate(lines) if "SubPlan" in line]
                for line in under:
                    self.assertNotRegex(line, r"(CTE|Seq) Scan on (cn285_usage|parts|found|items)")

    def test_references_are_learned_in_slices_and_forgotten(self):
        contract = self._create_contract([{"code": f"S{number}"} for number in range(7)])
        rows = [self._row(item_id=None, item=f"S{number % 7}") for number in range(28)]
        rows.append(self._row(item_id=None, item="S-nobody"))
        with (
            patch.object(usage_event_references, "SLICE", 2),
            patch.object(usage_event_references, "REMEMBERED", 3),
        ):
            report = self.events._ingest(rows, commit=False, size=5)
        self.assertEqual((report["accepted"], report["duplicates"]), (28, 0))
        self.assertEqual([entry["code"] for entry in report["refused"]], ["unknown_item"])
        self.assertEqual(
            [event.item_id for event in self._stored(*rows[:28])],
            [contract.item_ids[number % 7] for number in range(28)],
        )

    def test_parked_events_of_many_are_counted(self):
        rows = [
            self._row(item_id=None, item=f"later {number}", park=True, occurred_at=day)
            for number, day in enumerate([datetime(2026, 3, 10), datetime(2026, 3, 11)])
        ]
        report = self.events.ingest([*rows, self._row()])
        self.assertEqual((report["accepted"], report["parked"]), (1, 2))
