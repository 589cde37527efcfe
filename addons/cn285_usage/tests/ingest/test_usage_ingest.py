import base64
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from math import ceil

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

NOON = datetime(2026, 3, 10, 12)


class UsageIngestCase(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events = cls.env["cn285.usage.event"]
        cls.calls, cls.support, cls.mails = cls.env["cn285.usage.metric"].create(
            [
                {"name": "API calls", "code": "calls", "unit": "call"},
                {"name": "Support", "code": "support", "input_kind": "duration"},
                {"name": "Mails", "code": "mails", "aggregation": "count"},
            ]
        )
        cls.contract = cls._create_contract([{"code": "0612345678"}], name="C-USAGE")
        cls.item = cls.contract.item_ids
        cls.number = 0

    @classmethod
    def _row(cls, **values):
        cls.number += 1
        row = {
            "source": "test",
            "transaction_id": f"T{cls.number}",
            "metric": "calls",
            "item_id": cls.item.id,
            "occurred_at": NOON,
            "quantity": 5,
        }
        row.update(values)
        return {name: value for name, value in row.items() if value is not None}

    def _ingest(self, *rows, **expected):
        """Ingest rows; the counts are asserted: all accepted unless said otherwise."""
        report = self.events.ingest(list(rows))
        expected.setdefault("accepted", len(rows) - sum(expected.values()))
        counts = {name: report[name] for name in ("accepted", "duplicates", "parked")}
        counts["refused"] = len(report["refused"])
        self.assertEqual(counts, {"duplicates": 0, "parked": 0, "refused": 0, **expected})
        return report

    def _stored(self, *rows):
        return self.events._by_keys([(row["source"], row["transaction_id"]) for row in rows])

    def assertRefused(self, code, **values):
        """A good row beside the bad one goes in; the bad one comes back with its reason."""
        good, bad = self._row(), self._row(**values)
        report = self._ingest(good, bad, refused=1)
        (entry,) = report["refused"]
        self.assertEqual((entry["row"], entry["code"]), (1, code))
        self.assertTrue(entry["reason"])
        self.assertNotIn("%(", entry["reason"])
        self.assertEqual(len(self._stored(good)), 1)
        if bad.get("transaction_id") and "\x00" not in bad["transaction_id"]:
            self.assertFalse(
                self.events.search_count([("transaction_id", "=", bad["transaction_id"])])
            )
        refusal = self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")
        self.assertEqual((refusal.reason_code, refusal.state), (code, "open"))
        self.assertEqual(refusal.reason, entry["reason"])
        return entry["reason"]


@tagged("post_install", "-at_install")
class TestUsageIngest(UsageIngestCase):
    def test_event_is_stored_with_all_it_says(self):
        row = self._row(quantity=Decimal("2.5"), properties={"country": "FR", "ok": True})
        self._ingest(row)
        event = self._stored(row)
        self.assertEqual(event.item_id, self.item)
        self.assertEqual(event.contract_id, self.contract)
        self.assertEqual(event.metric_id, self.calls)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(event.occurred_at, NOON)
        self.assertEqual(event.quantity, 2.5)
        self.assertEqual(event.properties, {"country": "FR", "ok": True})
        self.assertEqual((event.kind, event.state), ("usage", "active"))

    def test_references_by_id_code_name_and_external_id(self):
        self.env["ir.model.data"].create(
            {
                "module": "test_usage",
                "name": "line",
                "model": "cn285.contract.item",
                "res_id": self.item.id,
            }
        )
        rows = [
            self._row(),
            self._row(item_id=None, item="0612345678"),
            self._row(item_id=None, item="test_usage.line"),
            self._row(item_id=None, contract="C-USAGE"),
            self._row(item_id=None, contract_id=self.contract.id),
            self._row(metric=None, metric_id=self.calls.id),
        ]
        self._ingest(*rows)
        self.assertEqual(self._stored(*rows).item_id, self.item)
        self.assertEqual(len(self._stored(*rows).filtered("item_id")), len(rows))

    def test_beneficiary_alone_finds_the_item(self):
        driver = self.env["res.partner"].create({"name": "Driver", "ref": "D7"})
        fleet = self._create_contract([{"beneficiary_id": driver.id}, {}])
        row = self._row(item_id=None, beneficiary="D7")
        self._ingest(row)
        self.assertEqual(self._stored(row).item_id, fleet.item_ids[0])
        self.assertEqual(self._stored(row).beneficiary_id, driver)

    def test_contract_with_several_items_keeps_the_event(self):
        contract = self._create_contract([{}, {}])
        row = self._row(item_id=None, contract_id=contract.id)
        self._ingest(row)
        event = self._stored(row)
        self.assertEqual((event.contract_id, event.item_id.id), (contract, False))

    def test_service_number_that_moved_to_another_contract(self):
        self.item.action_end("2026-03-10")
        other = self._create_contract([{"code": "0612345678"}], date_start="2026-03-11")
        # Local midnight is 23:00 UTC.
        before = self._row(item_id=None, item="0612345678", occurred_at="2026-03-10T22:59:59Z")
        after = self._row(item_id=None, item="0612345678", occurred_at="2026-03-10T23:00:00Z")
        self._ingest(before, after)
        self.assertEqual(self._stored(before).item_id, self.item)
        self.assertEqual(self._stored(after).item_id, other.item_ids)

    # === ONCE === #

    def test_same_content_counts_once(self):
        row = self._row()
        self._ingest(row)
        self._ingest(row, duplicates=1)
        self.assertEqual(self.events.search_count([("item_id", "=", self.item.id)]), 1)

    def test_same_content_in_other_words_counts_once(self):
        row = self._row(quantity=5, properties={"a": 1, "b": 2})
        self._ingest(row)
        again = {**row, "quantity": "5.00", "properties": {"b": 2, "a": 1}, "item": "0612345678"}
        again["occurred_at"] = "2026-03-10T13:00:00+01:00"
        del again["item_id"]
        self._ingest(again, duplicates=1)

    def test_twice_in_one_batch_counts_once(self):
        row = self._row()
        self._ingest(row, self._row(), dict(row), duplicates=1)

    def test_other_content_is_refused_whatever_the_date(self):
        row = self._row()
        self._ingest(row)
        for change in ({"quantity": 6}, {"occurred_at": datetime(2026, 5, 2)}):
            report = self._ingest({**row, **change}, refused=1)
            self.assertEqual(report["refused"][0]["code"], "conflict")
        self.assertEqual(self._stored(row).quantity, 5)

    def test_bad_row_beside_a_good_one_of_its_key(self):
        late = {"occurred_at": datetime.now() + timedelta(days=2)}
        for code, bad in (("far_future", late), ("unknown_metric", {"metric": "nothing"})):
            row = self._row()
            for place in (0, 1):
                row["transaction_id"] += "x"
                rows = [row, row]
                rows[place] = {**row, **bad}
                (entry,) = self._ingest(*rows, refused=1)["refused"]
                self.assertEqual((entry["row"], entry["code"]), (place, code))

    def test_same_content_is_a_duplicate_after_the_item_has_ended(self):
        row = self._row()
        self._ingest(row)
        self.item.action_end("2026-03-01")
        self._ingest(row, duplicates=1)

    def test_sources_have_numbers_of_their_own(self):
        row = self._row()
        self._ingest(row, {**row, "source": "other"})

    # === BAD INPUT === #

    def test_unknown_references(self):
        reason = self.assertRefused("unknown_metric", metric="nothing")
        self.assertEqual(reason, "There is no metric “nothing”.")
        self.assertRefused("unknown_contract", item_id=None, contract="C-NOTHING")
        self.assertRefused("unknown_item", item_id=None, item="00")
        self.assertRefused("unknown_item", item_id=2**31 - 1)
        self.assertRefused("unknown_item", item_id=2**70)
        self.assertRefused("unknown_beneficiary", item_id=None, beneficiary="nobody")

    def test_numbers(self):
        self.assertRefused("not_a_number", quantity="many")
        self.assertRefused("not_a_number", quantity=True)
        self.assertRefused("not_a_number", quantity="1_000")
        for value in (float("nan"), float("inf"), "NaN", "-Infinity", Decimal("sNaN")):
            self.assertRefused("not_finite", quantity=value)
        for value in (10**40, 10**5000, "1e-40", 1e300):
            self.assertRefused("number_too_long", quantity=value)
        self.assertRefused("quantity_missing", quantity=None)

    def test_times(self):
        self.assertRefused("far_future", occurred_at=datetime.now() + timedelta(days=2))
        self.assertRefused("too_old", occurred_at="1999-12-31T12:00:00")
        self.assertRefused("not_a_time", occurred_at="yesterday")
        self.assertRefused("not_a_time", occurred_at="2026-03-10")
        self.assertRefused("not_a_time", occurred_at="2026-02-30T10:00:00")
        self.assertRefused("time_missing", occurred_at=None)
        self.assertRefused("end_before_start", ended_at=NOON - timedelta(seconds=1))
        self.assertRefused("end_missing", metric="support")

    def test_item_not_active_then(self):
        # 1 January in Paris begins at 23:00 UTC.
        self.assertRefused("not_active", occurred_at=datetime(2025, 12, 31, 22, 59, 59))
        self._ingest(self._row(occurred_at=datetime(2025, 12, 31, 23)))
        self.item.action_end("2026-03-29")
        # The day on which the clocks change ends at 22:00 UTC.
        self._ingest(self._row(occurred_at=datetime(2026, 3, 29, 21, 59, 59)))
        self.assertRefused("not_active", occurred_at=datetime(2026, 3, 29, 22))

    def test_draft_contract_is_not_active(self):
        draft = self._create_contract([{}], confirm=False)
        self.assertRefused("not_active", item_id=draft.item_ids.id)

    def test_malformed_rows(self):
        self.assertRefused("unknown_field", quantiti=3)
        self.assertRefused("key_missing", transaction_id=None)
        self.assertRefused("key_too_long", transaction_id="x" * 256)
        self.assertRefused("not_text", transaction_id="a\x00b")
        self.assertRefused("not_text", source="\ud800")
        self.assertRefused("party_missing", item_id=None)
        self.assertRefused("metric_missing", metric=None)
        self.assertRefused("bad_properties", properties="[1]")
        self.assertRefused("bad_properties", properties={"a": "\x00"})
        self.assertRefused("bad_properties", properties={"a": float("nan")})
        deep = {}
        for _level in range(3000):
            deep = {"a": deep}
        self.assertRefused("bad_properties", properties=deep)
        self.assertRefused("bad_properties", properties={"a": 10**5000})
        self.assertRefused("bad_properties", properties={"a": [10**5000]})
        self.assertRefused("bad_kind", kind="gift")
        self.assertRefused("origin_missing", kind="reversal")
        self.assertRefused("origin_not_wanted", origin="T1")
        report = self._ingest(self._row(), "text", refused=1)
        self.assertEqual(report["refused"][0]["code"], "not_a_row")

    def test_text_is_data(self):
        texts = ["tab\there", "line\nbreak", "\\N", "back\\slash", "'; DROP TABLE x; --", "é€𝄞"]
        rows = [self._row(transaction_id=text, properties={"t": text}) for text in texts]
        self._ingest(*rows)
        events = self._stored(*rows)
        self.assertEqual(events.mapped("transaction_id"), texts)
        self.assertEqual([event.properties["t"] for event in events], texts)
        self._ingest(*rows, duplicates=len(rows))

    def test_many_rows_with_bad_ones_among_them(self):
        rows = [self._row(quantity="x" if n % 97 == 0 else n) for n in range(1000)]
        rows = [{**row, "item_id": 2**31 - 1} if n % 89 == 1 else row for n, row in enumerate(rows)]
        report = self.events._ingest(iter(rows), commit=False, size=300)
        bad = [n for n in range(1000) if n % 97 == 0 or n % 89 == 1]
        self.assertEqual([entry["row"] for entry in report["refused"]], bad)
        self.assertEqual(report["accepted"], 1000 - len(bad))

    # === CORRECTIONS === #

    def _counted(self):
        """What counts of the item, by the rule of the model's documentation."""
        domain = [("item_id", "=", self.item.id), ("state", "=", "active")]
        return sum(self.events.search([*domain, ("kind", "!=", "reversal")]).mapped("quantity"))

    def _correction(self, origin, kind="reversal", **values):
        row = {"source": "test", "kind": kind, "origin": origin["transaction_id"], **values}
        type(self).number += 1
        return {"transaction_id": f"T{self.number}", **row}

    def test_reversal(self):
        row = self._row(quantity=7)
        back = self._correction(row)
        self._ingest(row, back)
        first, reversal = self._stored(row, back)
        self.assertEqual((first.state, reversal.state), ("superseded", "active"))
        self.assertEqual((reversal.quantity, reversal.origin_id), (-7, first))
        self.assertEqual((reversal.occurred_at, reversal.item_id), (NOON, self.item))
        self.assertEqual(self._counted(), 0)
        self._ingest(back, duplicates=1)
        report = self._ingest(self._correction(row), refused=1)
        self.assertEqual(report["refused"][0]["code"], "already_corrected")

    def test_replacement(self):
        row = self._row(quantity=7)
        self._ingest(row)
        better = self._correction(row, "replacement", quantity=9)
        self._ingest(better)
        self.assertEqual(self._counted(), 9)
        self.assertEqual(self._stored(better).metric_id, self.calls)
        back = self._correction(better)
        self._ingest(back)
        self.assertEqual(self._counted(), 7)

    def test_reversal_of_a_reversal(self):
        row = self._row(quantity=7)
        back = self._correction(row)
        self._ingest(row, back, self._correction(back))
        self.assertEqual(self._counted(), 7)

    def test_corrections_that_cannot_be(self):
        row = self._row()
        back = self._correction(row)
        self._ingest(row, back)
        for code, bad in (
            ("unknown_origin", self._correction({"transaction_id": "nothing"})),
            ("of_reversal", self._correction(back, "replacement", quantity=1)),
        ):
            report = self._ingest(bad, refused=1)
            self.assertEqual(report["refused"][0]["code"], code)

    # === PARKED === #

    def test_parked_and_matched(self):
        row = self._row(item_id=None, item="0699", park=True)
        self._ingest(row, parked=1, accepted=0)
        event = self._stored(row)
        self.assertEqual((event.state, event.item_id.id), ("parked", False))
        self._ingest(row, duplicates=1)
        self.assertEqual(self.events._match_parked(), 0)
        contract = self._create_contract([{"code": "0699"}])
        self.assertEqual(self.events._match_parked(), 1)
        event.invalidate_recordset()
        self.assertEqual((event.state, event.item_id), ("active", contract.item_ids))
        self.assertGreater(event.seq, event.id)
        ingest = self.env["cn285.usage.ingest.log"].search([], limit=1, order="id desc")
        self.assertEqual((ingest.origin, ingest.first_seq), ("match", event.seq))

    def test_replacement_of_a_parked_event_waits_in_its_place(self):
        row = self._row(item_id=None, item="0699", park=True)
        self._ingest(row, parked=1)
        better = self._correction(row, "replacement", quantity=9)
        self._ingest(better, parked=1)
        first, waiting = self._stored(row, better)
        self.assertEqual((first.state, waiting.state), ("superseded", "parked"))
        contract = self._create_contract([{"code": "0699"}])
        self.assertEqual(self.events._match_parked(), 1)
        (first + waiting).invalidate_recordset()
        self.assertEqual((first.state, waiting.state), ("superseded", "active"))
        self.assertEqual((waiting.quantity, waiting.item_id), (9, contract.item_ids))

    def test_parked_by_parameter(self):
        self.env["ir.config_parameter"].set_param("cn285_usage.park_unknown", "True")
        self._ingest(self._row(item_id=None, contract="C-LATER"), parked=1, accepted=0)

    # === DURATIONS === #

    def test_duration_by_the_started_minute(self):
        row = self._row(metric="support", quantity=None, ended_at=NOON + timedelta(seconds=601))
        row["started_at"] = row.pop("occurred_at")
        self._ingest(row)
        self.assertEqual(self._stored(row).quantity, 11)

    def test_durations_in_figures(self):
        cases = [
            # unit, step, minimum, seconds, units
            ("minute", 1, 0, "0", "0"),
            ("minute", 1, 0, "0.000001", "1"),
            ("minute", 1, 0, "60", "1"),
            ("minute", 1, 0, "60.001", "2"),
            ("minute", 1, 0, "601", "11"),
            ("minute", 1, 3, "0", "3"),
            ("minute", 1, 3, "180", "3"),
            ("minute", 1, 3, "181", "4"),
            ("minute", 15, 0, "901", "30"),
            ("minute", 0.5, 0, "61", "1.5"),
            ("second", 6, 0, "61", "66"),
            ("hour", 0.25, 0, "3601", "1.25"),
            ("hour", 1, 0, "3600", "1"),
            ("day", 1, 0, "86400", "1"),
            ("day", 1, 0, "86401", "2"),
            ("day", 0.5, 0, "86401", "1.5"),
        ]
        rows = []
        for number, (unit, step, minimum, seconds, _units) in enumerate(cases):
            self.env["cn285.usage.metric"].create(
                {
                    "name": "Time",
                    "code": f"f{number}",
                    "input_kind": "duration",
                    "duration_unit": unit,
                    "duration_step": step,
                    "duration_minimum": minimum,
                }
            )
            end = NOON + timedelta(microseconds=int(Decimal(seconds) * 10**6))
            rows.append(self._row(metric=f"f{number}", quantity=None, ended_at=end))
        self._ingest(*rows)
        self.env.cr.execute(
            "SELECT quantity::text FROM cn285_usage_event WHERE id = ANY(%s) ORDER BY "
            "array_position(%s, id::integer)",
            (self._stored(*rows).ids,) * 2,
        )
        counted = [Decimal(quantity) for (quantity,) in self.env.cr.fetchall()]
        self.assertEqual(counted, [Decimal(case[-1]) for case in cases])

    @staticmethod
    def _units(start, end, unit, step, minimum):
        """Units of time by the started step, at least the minimum, in exact fractions."""
        length = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[unit]
        seconds = Fraction((end - start) // timedelta(microseconds=1), 10**6)
        return max(ceil(seconds / length / Fraction(step)) * Decimal(step), Decimal(minimum))

    def test_durations_are_counted_exactly(self):
        chance = random.Random(285)
        for number in range(12):
            unit = chance.choice(["second", "minute", "hour", "day"])
            step = chance.choice(["1", "0.1", "0.3", "15", "2.5"])
            minimum = chance.choice(["0", "3", "0.5"])
            self.env["cn285.usage.metric"].create(
                {
                    "name": "Time",
                    "code": f"d{number}",
                    "input_kind": "duration",
                    "duration_unit": unit,
                    "duration_step": float(step),
                    "duration_minimum": float(minimum),
                }
            )
            ends = [NOON, NOON + timedelta(seconds=18), NOON + timedelta(days=1)]
            ends += [NOON + timedelta(microseconds=chance.randrange(10**11)) for _ in range(9)]
            rows = [self._row(metric=f"d{number}", quantity=None, ended_at=end) for end in ends]
            self._ingest(*rows)
            self.env.cr.execute(
                "SELECT quantity::text FROM cn285_usage_event WHERE id = ANY(%s) ORDER BY "
                "array_position(%s, id::integer)",
                (self._stored(*rows).ids,) * 2,
            )
            self.assertEqual(
                [Decimal(row[0]) for row in self.env.cr.fetchall()],
                [self._units(NOON, end, unit, step, minimum) for end in ends],
                (unit, step, minimum),
            )

    # === STORAGE AND SCREENS === #

    def test_partition_is_made_when_needed(self):
        self.item.contract_id.date_start = self.item.date_start = "2011-01-01"
        row = self._row(occurred_at=datetime(2011, 7, 14))
        self._ingest(row)
        self.env.cr.execute("SELECT count(*) FROM ONLY cn285_usage_event_y2011m07")
        self.assertEqual(self.env.cr.fetchone()[0], 1)
        self.env.cr.execute("SELECT count(*) FROM cn285_usage_event_default")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_partitions_are_made_ahead(self):
        months = self.events._months_ahead()
        name = self.events._partition_name(months[-1])
        self.env.cr.execute(f"DROP TABLE {name}")
        self.assertFalse(self.events._has_partition(months[-1]))
        self.events._cron_make_partitions()
        self.assertTrue(self.events._has_partition(months[-1]))

    def test_lists_and_pivots(self):
        self._ingest(self._row(quantity=2), self._row(quantity=3, occurred_at="2026-04-02T10:00"))
        groups = self.events._read_group(
            [("item_id", "=", self.item.id)],
            ["metric_id", "occurred_at:month"],
            ["quantity:sum", "__count"],
        )
        self.assertEqual(
            [(metric.code, *rest) for metric, _m, *rest in groups],
            [("calls", 2.0, 1), ("calls", 3.0, 1)],
        )
        found = self.events.search([("contract_id.name", "=", "C-USAGE"), ("quantity", ">", 2)])
        self.assertEqual(found.mapped("quantity"), [3.0])
        self.assertEqual(found.web_read({"item_id": {}})[0]["item_id"], self.item.id)

    def test_events_cannot_be_edited_or_deleted(self):
        row = self._row()
        self._ingest(row)
        event = self._stored(row)
        with self.assertRaises(UserError):
            event.write({"quantity": 6})
        with self.assertRaises(UserError):
            event.sudo().unlink()

    def test_what_has_events_cannot_be_deleted(self):
        self._ingest(self._row())
        with self.assertRaises(UserError):
            self.calls.unlink()
        with self.assertRaises(UserError):
            self.item.unlink()
        with self.assertRaises(UserError):
            self.calls.input_kind = "duration"
        self.mails.unlink()

    def test_create_goes_through_the_ingest(self):
        values = {
            "source": "test",
            "transaction_id": "created",
            "metric_id": self.calls.id,
            "item_id": self.item.id,
            "occurred_at": "2026-03-10 12:00:00",
            "quantity": 0,
        }
        event = self.events.create(values)
        self.assertEqual((event.quantity, event.contract_id), (0, self.contract))
        self.assertEqual(self.events.create(values), event)
        with self.assertRaisesRegex(ValidationError, "other content"):
            self.events.create({**values, "quantity": 1})

    # === ACCESS === #

    def test_who_may_record_and_read(self):
        other = self.env["res.partner"].create({"name": "Other"})
        foreign = self._create_contract([{}], partner_id=other.id)
        self._ingest(self._row(), self._row(item_id=foreign.item_ids.id))
        portal = new_test_user(self.env, "usage_portal", groups="base.group_portal")
        portal.partner_id.parent_id = self.customer
        seen = self.events.with_user(portal).search([])
        self.assertEqual(seen.contract_id.sudo(), self.contract)
        employee = new_test_user(self.env, "usage_employee", groups="base.group_user")
        for user in (portal, employee):
            with self.assertRaises(AccessError):
                self.events.with_user(user).ingest([self._row()])
        recorder = new_test_user(self.env, "usage_meter", groups="cn285_usage.group_usage_recorder")
        report = self.events.with_user(recorder).ingest([self._row(), self._row(quantity="x")])
        self.assertEqual((report["accepted"], len(report["refused"])), (1, 1))

    def test_other_companies_are_unknown(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        metric = {"name": "Calls", "code": "calls", "company_id": company.id}
        self.env["cn285.usage.metric"].create(metric)
        row = self._row()
        report = self.events.with_company(company).ingest([row])
        self.assertEqual(report["refused"][0]["code"], "unknown_item")
        self._ingest(row)

    # === FILES === #

    def test_csv_with_an_error_file(self):
        text = (
            "transaction_id;metric;item;occurred_at;quantity;country\n"
            "c1;calls;0612345678;2026-03-10T10:00:00Z;2.5;FR\n"
            "c2;calls;0612345678;2026-03-10T10:00:00Z;=1+1;FR\n"
            "c3;calls;nobody;2026-03-10T10:00:00Z;1;BE\n"
        )
        report = self.events.ingest_csv(base64.b64encode(text.encode()).decode(), source="file")
        self.assertEqual((report["accepted"], len(report["refused"])), (1, 2))
        lines = report["errors"].splitlines()
        self.assertTrue(lines[0].startswith("line,reason,transaction_id"))
        self.assertTrue(lines[1].startswith("3,"))
        self.assertIn("'=1+1", lines[1])
        self.assertIn("nobody", lines[2])
        event = self.events._by_keys([("file", "c1")])
        self.assertEqual((event.quantity, event.properties), (2.5, {"country": "FR"}))

    def test_csv_with_decimal_commas(self):
        """As spreadsheets in French write them; between commas a comma is no decimal sign."""
        head = ["transaction_id", "metric", "item", "occurred_at", "quantity"]
        rows = [["m1", "calls", "0612345678", "2026-03-10T10:00Z", quantity] for quantity in "ab"]
        rows[0][4], rows[1][4], rows[1][0] = "1,5", "1,234,5", "m2"
        text = "\ufeff" + "\r\n".join(";".join(row) for row in [head, *rows])
        report = self.events.ingest_csv(text, source="file")
        self.assertEqual((report["accepted"], len(report["refused"])), (1, 1))
        self.assertEqual(self.events._by_keys([("file", "m1")]).quantity, 1.5)
        text = ",".join(head) + '\nm3,calls,0612345678,2026-03-10T10:00Z,"1,5"\n'
        report = self.events.ingest_csv(text, source="file")
        self.assertEqual(report["refused"][0]["code"], "not_a_number")

    def test_what_is_no_file_is_said(self):
        for content in (12, None, ["a"]):
            with self.subTest(content), self.assertRaisesRegex(UserError, "cannot be read"):
                self.events.ingest_csv(content)

    def test_import_wizard(self):
        text = "transaction_id,metric,item,occurred_at,quantity\nw1,calls,00,2026-03-10T10:00Z,1\n"
        wizard = self.env["cn285.usage.import"].create({"file": base64.b64encode(text.encode())})
        wizard.action_import()
        self.assertEqual((wizard.accepted, wizard.refused), (0, 1))
        self.assertIn("00", base64.b64decode(wizard.error_file).decode())

    def test_refusal_is_retried(self):
        row = self._row(item_id=None, item="0688", quantity=Decimal("1.5"))
        self._ingest(row, refused=1)
        refusal = self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")
        refusal.action_retry()
        self.assertEqual(refusal.state, "open")
        contract = self._create_contract([{"code": "0688"}])
        refusal.action_retry()
        self.assertEqual(refusal.state, "accepted")
        self.assertEqual(self._stored(row).item_id, contract.item_ids)
        self.assertEqual(self._stored(row).quantity, 1.5)

    def test_zone_of_a_time(self):
        zone = timezone(timedelta(hours=-5))
        row = self._row(occurred_at=datetime(2026, 3, 10, 7, tzinfo=zone))
        self._ingest(row)
        self.assertEqual(self._stored(row).occurred_at, NOON)
