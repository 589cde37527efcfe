"""Every kind of bad event at every door: create, ingest, a file, and JSON-2 over HTTP."""

import base64
import csv
import io
import json
from datetime import datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_usage_ingest import UsageIngestCase


class DoorCase(UsageIngestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env["cn285.usage.metric"].create(
            {"name": "Calls", "code": "calls", "company_id": cls.elsewhere.id}
        )
        foreign = cls.env["cn285.usage.metric"].create(
            {"name": "Foreign", "code": "foreign", "company_id": cls.elsewhere.id}
        )
        cls.env.user.company_ids |= cls.elsewhere
        foreign_contract = cls.contract.copy({"name": "C-FOREIGN"})
        cls.env.flush_all()
        # As if it were the other company's: what matters here is what its rows say.
        cls.env.cr.execute(
            "UPDATE cn285_contract SET company_id = %s WHERE id = %s",
            (cls.elsewhere.id, foreign_contract.id),
        )
        cls.env.cr.execute(
            "UPDATE cn285_contract_item SET company_id = %s WHERE contract_id = %s",
            (cls.elsewhere.id, foreign_contract.id),
        )
        cls.env.invalidate_all()
        draft = cls._create_contract([{"code": "draft"}], confirm=False)
        far = (datetime.now() + timedelta(days=400)).isoformat(timespec="seconds")
        cls.bad = [
            ("unknown_contract", {"item_id": None, "contract": "C-NOTHING"}),
            ("unknown_contract", {"item_id": None, "contract": "C-FOREIGN"}),
            ("unknown_item", {"item_id": None, "item": "00"}),
            ("unknown_item", {"item_id": foreign_contract.item_ids.id}),
            ("unknown_metric", {"metric": "nothing"}),
            ("unknown_metric", {"metric": None, "metric_id": foreign.id}),
            ("unknown_beneficiary", {"item_id": None, "beneficiary": "nobody"}),
            ("party_missing", {"item_id": None}),
            ("metric_missing", {"metric": None}),
            ("not_a_number", {"quantity": "many"}),
            ("not_finite", {"quantity": "NaN"}),
            ("not_finite", {"quantity": "Infinity"}),
            ("quantity_missing", {"quantity": None}),
            ("far_future", {"occurred_at": far}),
            ("too_old", {"occurred_at": "1999-12-31T12:00:00Z"}),
            ("not_a_time", {"occurred_at": "yesterday 12:00"}),
            ("time_missing", {"occurred_at": None}),
            ("not_active", {"occurred_at": "2025-12-31T12:00:00Z"}),
            ("not_active", {"item_id": draft.item_ids.id}),
            ("key_missing", {"source": None}),
            ("key_missing", {"transaction_id": None}),
            ("key_too_long", {"transaction_id": "x" * 256}),
            ("not_text", {"transaction_id": "a\x00b"}),
            ("unknown_origin", {"kind": "reversal", "origin": "nothing"}),
            ("origin_missing", {"kind": "reversal"}),
            ("origin_not_wanted", {"origin": "nothing"}),
            ("bad_kind", {"kind": "gift"}),
            ("end_before_start", {"ended_at": "2026-03-10T11:59:59Z"}),
            (
                "end_before_start",
                {"metric": "support", "quantity": None, "ended_at": "2026-03-10T11:00:00Z"},
            ),
            ("end_missing", {"metric": "support", "quantity": None}),
            ("bad_properties", {"properties": "[1]"}),
        ]

    @classmethod
    def _text_row(cls, **values):
        """A row as JSON and CSV can say it."""
        return cls._row(**{"occurred_at": "2026-03-10T12:00:00Z", **values})

    def _batch(self):
        """Every bad row with a good one after it: rows, and codes by position."""
        rows, codes = [], {}
        for code, values in self.bad:
            codes[len(rows)] = code
            row = self._text_row()
            row.update(values)
            rows.append({name: value for name, value in row.items() if value is not None})
            rows.append(self._text_row())
        return rows, codes

    def assertTold(self, report, codes, good):
        self.assertEqual(report["accepted"], good)
        self.assertEqual({entry["row"]: entry["code"] for entry in report["refused"]}, codes)
        for entry in report["refused"]:
            self.assertTrue(entry["reason"])
            self.assertNotIn("%(", entry["reason"])


@tagged("post_install", "-at_install")
class TestDoors(DoorCase):
    def test_texts_that_are_none_and_cells_that_are_formulas(self):
        """NUL and halves of characters are refused row by row; the errors' file is harmless."""
        events = self.env["cn285.usage.event"]
        for bad in ("a\x00b", "a\ud83db"):
            for name in ("transaction_id", "source", "metric", "item", "contract", "beneficiary"):
                with self.subTest(bad=bad, name=name):
                    row = {
                        "source": "test",
                        "transaction_id": "t",
                        "item": "line-1",
                        "metric": "calls",
                        "occurred_at": "2026-01-10 12:00:00",
                        "quantity": 1,
                        name: bad,
                    }
                    report = events.ingest([row])
                    self.assertEqual((report["accepted"], len(report["refused"])), (0, 1))
            report = events.ingest_csv(
                f"transaction_id,item,metric,occurred_at,quantity\n{bad},x,calls,2026-01-10,1\n",
                source="test",
            )
            self.assertEqual(report["accepted"], 0)
        report = events.ingest_csv(
            "transaction_id,item,metric,occurred_at,quantity,=prop\n"
            "=1+1,@x,calls,2026-01-10,-12.50,+y\n",
            source="test",
        )
        self.assertIn("'=prop", report["errors"])
        self.assertIn("'=1+1,'@x,calls,2026-01-10,-12.50,'+y", report["errors"])

    def test_ingest_tells_every_bad_row(self):
        rows, codes = self._batch()
        self.assertTold(self.events.ingest(rows), codes, len(self.bad))
        refusals = self.env["cn285.usage.refusal"].search([], limit=len(codes))
        self.assertEqual(sorted(refusals.mapped("reason_code")), sorted(codes.values()))
        self.assertTold(self.events.ingest(rows), codes, 0)

    def test_bad_rows_are_the_same_among_packed_and_staged_ones(self):
        rows, codes = self._batch()
        report = self.events._ingest(iter(rows), commit=False, size=7)
        self.assertTold(report, codes, len(self.bad))

    def test_create_keeps_none_of_a_bad_batch(self):
        before = self.events.search_count([])
        for code, values in self.bad:
            row = self._text_row()
            row.update(values)
            with self.subTest(code, values=values), self.assertRaises(ValidationError):
                self.events.create([self._text_row(), row])
        self.assertEqual(self.events.search_count([]), before)

    def test_rows_that_are_none(self):
        report = self.events.ingest(["text", 3, None, self._row(), ["source", "x"]])
        self.assertTold(report, dict.fromkeys((0, 1, 2, 4), "not_a_row"), 1)
        for rows in ("text", {"source": "x"}, 5, None):
            with self.assertRaises(UserError):
                self.events.ingest(rows)

    def test_file_with_its_error_file(self):
        rows, codes = self._batch()
        names = sorted(set().union(*rows))
        text = io.StringIO()
        writer = csv.DictWriter(text, names)
        writer.writeheader()
        writer.writerows(rows)
        wizard = self.env["cn285.usage.import"].create(
            {"file": base64.b64encode(text.getvalue().encode()), "source": False}
        )
        wizard.action_import()
        self.assertEqual((wizard.accepted, wizard.refused), (len(self.bad), len(codes)))
        errors = list(
            csv.DictReader(io.StringIO(base64.b64decode(wizard.error_file).decode("utf-8-sig")))
        )
        # The first line of the file has the names.
        self.assertEqual([int(error["line"]) for error in errors], [row + 2 for row in codes])
        for error, row in zip(errors, codes, strict=True):
            self.assertTrue(error["reason"])
            self.assertEqual(error["transaction_id"], rows[row].get("transaction_id", ""))

    def test_parked_events_are_matched_when_the_item_starts(self):
        row = self._row(item_id=None, item="0655", park=True)
        self._ingest(row, parked=1, accepted=0)
        contract = self._create_contract([{"code": "0655"}], confirm=False)
        cron = self.env.ref("cn285_usage.cron_match_parked")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        contract.action_confirm()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers + 1
        )
        self.events._cron_match_parked()
        event = self._stored(row)
        event.invalidate_recordset()
        self.assertEqual((event.state, event.item_id), ("active", contract.item_ids))

    def test_small_batches_are_as_large_ones(self):
        row = self._row(quantity="-0.0500", properties={"region": "Île-de-France"})
        self._ingest(row)
        self.env.cr.execute(
            "SELECT quantity::text, state, kind FROM cn285_usage_event WHERE id = %s",
            self._stored(row).ids,
        )
        self.assertEqual(self.env.cr.fetchone(), ("-0.0500", "active", "usage"))
        # The same once more, by the staging table: a second row of its key is with it.
        again = {**row, "transaction_id": "again"}
        self._ingest(again, again, duplicates=1)
        self.env.cr.execute(
            "SELECT count(DISTINCT (quantity::text, occurred_at, properties, item_id, metric_id, "
            "contract_id, beneficiary_id, ended_at)) FROM cn285_usage_event WHERE id = ANY(%s)",
            (self._stored(row, again).ids,),
        )
        self.assertEqual(self.env.cr.fetchone(), (1,))


@tagged("post_install", "-at_install")
class TestDoorsHttp(DoorCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "base.group_user,cn285_usage.group_usage_recorder"
        cls.meter = new_test_user(cls.env, "http_meter", groups=group)
        cls.employee = new_test_user(cls.env, "http_employee", groups="base.group_user")
        cls.stranger = new_test_user(
            cls.env,
            "http_stranger",
            groups=group,
            company_id=cls.elsewhere.id,
            company_ids=[(6, 0, cls.elsewhere.ids)],
        )

    def _post(self, rows, user=None, key=None):
        if user:
            keys = self.env["res.users.apikeys"].with_user(user)
            key = keys._generate("rpc", "test", datetime.now() + timedelta(days=1))
        headers = {"Content-Type": "application/json", "X-Odoo-Database": self.env.cr.dbname}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self.url_open(
            "/json/2/cn285.usage.event/ingest", data=json.dumps({"rows": rows}), headers=headers
        )

    def test_every_bad_row_over_http(self):
        rows, codes = self._batch()
        answer = self._post(rows, self.meter)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertTold(answer.json(), codes, len(self.bad))
        self.assertTold(self._post(rows, self.meter).json(), codes, 0)

    def test_rows_that_are_none_over_http(self):
        report = self._post(["text", 3, None, self._text_row()], self.meter).json()
        self.assertTold(report, dict.fromkeys(range(3), "not_a_row"), 1)
        self.assertGreaterEqual(self._post("text", self.meter).status_code, 400)

    def test_who_is_refused_over_http(self):
        row = self._text_row()
        self.assertEqual(self._post([row], self.employee).status_code, 403)
        self.assertEqual(self._post([row]).status_code, 401)
        self.assertEqual(self._post([row], key="0" * 40).status_code, 401)
        self.assertFalse(self._stored(row))

    def test_other_companies_know_nothing_of_it(self):
        report = self._post([self._text_row()], self.stranger).json()
        self.assertTold(report, {0: "unknown_item"}, 0)
