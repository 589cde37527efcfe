from contextlib import suppress
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.purge import usage_purge
from ..rating.test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsagePurge(UsageCase):
    """Old events go; what was billed of them stays, once; what is still needed stays too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "dpo", groups="base.group_system,cn285_contract.group_billing_manager"
        )
        cls.manager = new_test_user(
            cls.env, "billing", groups="cn285_contract.group_billing_manager"
        )
        cls.events = cls.env["cn285.usage.event"]

    def _on(self, day):
        return freeze_time(f"{day} 10:00:00")

    def _bill_on(self, day):
        with self._on(day):
            return self._bill(date.fromisoformat(day))

    def _keep(self, months, **values):
        self.calls.write({"retention_months": months, **values})

    def _purge_on(self, day):
        with self._on(day):
            return self.events._purge(self.company)

    def _events(self, contract):
        return self.events.search([("item_id", "in", contract.item_ids.ids)])

    def _kept_by(self, day):
        with self._on(day):
            lines = self.env["cn285.usage.purge.preview"].search(
                self.calls.with_user(self.admin).action_preview_purge()["domain"]
            )
        return [(line.old_count, line.event_count, line.kept_by or "") for line in lines]

    def _billed(self, **values):
        """A contract of which 10 + 4 events of January were billed 28.00 on 1 February."""
        contract = self._usage_contract({"price_unit": 2.0}, **values)
        self._use(contract, 10, properties={"caller": "Jean Dupont"})
        self._use(contract, 4, "2026-01-31")
        self._use(contract, 1, "2026-02-01")
        run = self._bill_on("2026-02-01")
        self.assertMoney(run.amount_untaxed, "28.00")
        return contract

    # === WHAT GOES === #

    def test_off_by_default(self):
        contract = self._billed()
        self.assertFalse(self.calls.retention_months)
        self.assertEqual(self._purge_on("2036-01-01"), 0)
        self.assertEqual(len(self._events(contract)), 3)

    def test_old_events_go_and_what_they_were_billed_stays(self):
        contract = self._billed()
        row = contract.schedule_ids.sorted("period_start")[0]
        explanation, rating = row.explanation, row.rating_ids.explanation
        self._keep(12)
        # 31 January 2027: the 30th of January 2026 is old enough, its period not as a whole.
        self.assertEqual(self._purge_on("2027-01-31"), 0)
        self._bill_on("2027-02-01")
        self.assertEqual(self._purge_on("2027-02-01"), 2)
        self.assertEqual(self._events(contract).mapped("quantity"), [1.0])
        self.assertEqual(contract.usage_purged_until, date(2026, 1, 31))
        self.env.invalidate_all()
        self.assertEqual((row.explanation, row.rating_ids.explanation), (explanation, rating))
        self.assertMoney(row.amount, "28.00")
        self.assertEqual(row.rating_ids.event_count, 2)
        self.assertEqual(self._purge_on("2027-02-02"), 0)
        # Nothing is credited, or billed again.
        self.assertEqual(self._bill_on("2027-02-02").row_count, 0)

    def test_sent_again_it_does_not_count_again(self):
        contract = self._billed()
        first = UsageCase.number - 2
        self._keep(3)
        self._purge_on("2026-06-01")
        row = {
            "source": "test",
            "transaction_id": f"t{first}",
            "item_id": contract.item_ids.id,
            "metric": "calls",
            "occurred_at": "2026-01-10 12:00:00",
            "quantity": 10,
            "properties": {"caller": "Jean Dupont"},
        }
        with self._on("2026-06-02"):
            report = self.events.ingest([row])
            self.assertEqual((report["accepted"], report["duplicates"]), (0, 1))
            report = self.events.ingest([{**row, "quantity": 11}])
            self.assertEqual(report["refused"][0]["code"], "conflict")
            report = self.events.ingest(
                [
                    {
                        "source": "test",
                        "transaction_id": "back",
                        "kind": "reversal",
                        "origin": f"t{first}",
                    }
                ]
            )
        self.assertEqual(report["refused"][0]["code"], "purged_origin")
        self.assertIn("purged", report["refused"][0]["reason"])
        self.assertFalse(self._events(contract).filtered(lambda event: event.quantity > 4))

    def test_only_details_go(self):
        contract = self._billed()
        self._keep(3, retention_scope="details")
        self._bill_on("2026-06-01")
        self.assertEqual(self._purge_on("2026-06-01"), 3)
        events = self._events(contract)
        self.assertEqual(sorted(events.mapped("quantity")), [1.0, 4.0, 10.0])
        self.assertFalse([event for event in events if event.properties or event.beneficiary_id])
        self.assertTrue(all(event.transaction_id.startswith("purged-") for event in events))
        self.assertEqual(self._purge_on("2026-06-02"), 0)

    def test_by_metric(self):
        bytes_ = self.calls.copy({"code": "bytes", "name": "Bytes"})
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._use(contract, 5, metric="bytes")
        self._bill_on("2026-02-01")
        self._keep(3)
        self.assertEqual(self._purge_on("2026-06-01"), 1)
        self.assertEqual(self._events(contract).metric_id, bytes_)

    def test_in_batches_and_killed_between(self):
        contract = self._billed()
        self._keep(3)
        self.patch(usage_purge, "EVENTS", 1)
        commits = []

        def kill(env):
            commits.append(len(self._events(contract)))
            if len(commits) == 2:
                raise KeyboardInterrupt

        self.patch(usage_purge, "commit_batch", kill)
        with suppress(KeyboardInterrupt):
            self._purge_on("2026-06-01")
        # First the days are closed, then events go: what is half gone is never rated.
        self.assertEqual(commits, [3, 2])
        self.assertEqual(contract.usage_purged_until, date(2026, 1, 31))
        self.patch(usage_purge, "commit_batch", lambda env: None)
        self.assertEqual(self._purge_on("2026-06-02"), 1)
        self.assertEqual(self._events(contract).mapped("quantity"), [1.0])

    # === WHAT STAYS === #

    def test_not_billed(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._keep(1)
        self.assertEqual(self._purge_on("2026-06-01"), 0)
        self.assertEqual([one[:2] for one in self._kept_by("2026-06-01")], [(1, 0)])
        self.assertMoney(self._bill_on("2026-06-01").amount_untaxed, "20.00")
        self.assertEqual(self._purge_on("2026-06-01"), 1)

    def test_drafts_and_late_usage(self):
        contract = self._billed()
        self._keep(1)
        move = contract.invoice_ids
        self._bill_on("2026-06-01")
        with self._on("2026-06-01"):
            self._use(contract, 3, "2026-01-15")
        self.assertEqual(self._purge_on("2026-06-01"), 0)
        self.assertIn("no billing run", self._kept_by("2026-06-01")[0][2])
        self.assertMoney(self._bill_on("2026-06-02").amount_untaxed, "6.00")
        self.assertEqual(self._purge_on("2026-06-02"), 4)
        self.assertTrue(move)

    def test_planned_change_of_the_past(self):
        contract = self._billed()
        self._bill_on("2026-06-01")
        self._keep(1)
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "usage_terms",
                "date_effective": date(2026, 1, 20),
                "values": {"price_unit": 3.0},
            }
        )
        self.assertEqual(self._purge_on("2026-06-01"), 0)
        self.assertIn("change is planned", self._kept_by("2026-06-01")[0][2])
        change.action_cancel()
        self.assertEqual(self._purge_on("2026-06-01"), 3)

    def test_level_in_force(self):
        seats = self.env["cn285.usage.metric"].create(
            {"name": "Seats", "code": "seats", "aggregation": "last", "retention_months": 1}
        )
        contract = self._usage_contract({"price_unit": 5.0, "metric_id": seats.id})
        self._use(contract, 3, metric="seats")
        self._bill_on("2026-06-01")
        self.assertEqual(self._purge_on("2026-06-01"), 0)
        self.assertMoney(self._bill_on("2026-07-01").amount_untaxed, "15.00")

    def test_pool_is_purged_together(self):
        pool = self.env["cn285.usage.pool"].create({"name": "Family"})
        terms = {
            "price_unit": 1.0,
            "allowance_units": 10,
            "allowance_scope": "pool",
            "pool_id": pool.id,
        }
        first, second = self._usage_contract(terms), self._usage_contract(terms)
        self._use(first, 30)
        self._use(second, 5)
        self._bill_on("2026-02-01")
        self._keep(1)
        second.schedule_ids.move_id.button_draft()
        self.assertEqual(self._purge_on("2026-03-20"), 0)
        second.schedule_ids.move_id.action_post()
        self.assertEqual(self._purge_on("2026-03-20"), 2)
        self.assertEqual((first | second).mapped("usage_purged_until"), [date(2026, 1, 31)] * 2)

    # === AFTERWARDS === #

    def test_late_usage_of_closed_days_is_told_and_not_billed(self):
        contract = self._billed()
        self._keep(1)
        self._bill_on("2026-06-01")
        self._purge_on("2026-06-01")
        with self._on("2026-06-10"):
            self._use(contract, 7, "2026-01-20")
            self.assertFalse(
                [one for one in contract._usage_estimates()[0] if one.row.period_start.month == 1]
            )
        run = self._bill_on("2026-06-10")
        self.assertEqual((run.row_count, run.issue_ids), (0, run.issue_ids.browse()))
        self.assertIn("purged", contract.message_ids[0].body)
        # What is not closed goes on.
        with self._on("2026-06-10"):
            self._use(contract, 2, "2026-05-20")
        self.assertMoney(self._bill_on("2026-06-11").amount_untaxed, "4.00")

    def test_closed_days_are_not_billed_anew(self):
        contract = self._billed()
        self._keep(1)
        self._bill_on("2026-06-01")
        self._purge_on("2026-06-01")
        move = contract.schedule_ids.sorted("period_start")[0].move_id
        with self._on("2026-06-02"):
            with self.assertRaisesRegex(UserError, "purged"):
                contract.item_ids.calculator_ids.write(
                    {"price_unit": 9.0, "terms_from": date(2026, 1, 10), "terms_correct": True}
                )
            with self.assertRaisesRegex(UserError, "purged"):
                move.button_cancel() if move.state == "draft" else (
                    move.button_draft(),
                    move.button_cancel(),
                )
            contract.item_ids.calculator_ids.write({"price_unit": 9.0})
        with self._on("2026-06-20"):
            self._use(contract, 1, "2026-06-15")
        self.assertMoney(self._bill_on("2026-07-01").amount_untaxed, "9.00")

    def test_statements(self):
        layout = self.env["cn285.statement.layout"].search([], limit=1)
        contract = self._billed(statement_layout_id=layout.id)
        move = contract.invoice_ids
        self.assertFalse(move.cn285_statement_ids)
        self._keep(1)
        self._bill_on("2026-06-01")
        self._purge_on("2026-06-01")
        self.assertTrue(move.cn285_statement_ids, "what could not be made later is made before")
        self.assertFalse(move.cn285_statement_missing)
        other = self._billed()
        self._bill_on("2026-06-01")
        self._purge_on("2026-06-01")
        self.assertTrue(other.usage_purged_until)
        self.env.invalidate_all()
        other.statement_layout_id = layout
        late = other.schedule_ids.sorted("period_start")[0].move_id
        self.assertFalse(late.cn285_statement_missing)
        with self.assertRaisesRegex(UserError, "purged"):
            late._make_usage_statements()

    # === ANONYMOUS === #

    def test_events_of_a_person(self):
        person = self.env["res.partner"].create({"name": "Jeanne Delacroix", "ref": "JD-42"})
        contract = self._usage_contract({"price_unit": 2.0})
        hers = {"beneficiary_id": person.id, "properties": {"caller": "Jeanne Delacroix"}}
        self._use(contract, 10, **hers)
        self._use(contract, 5, properties={"caller": "Autre"})
        run = self._bill_on("2026-02-01")
        self.assertMoney(run.amount_untaxed, "30.00")
        with self._on("2026-03-02"):
            self._use(contract, 10, "2026-03-01", **hers)
        data = self.env["cn285.personal.data"].with_user(self.admin)
        with self._on("2026-03-02"), self.assertRaisesRegex(UserError, "still needed"):
            data._anonymise(person.with_user(self.admin))
        self._bill_on("2026-04-01")
        with self._on("2026-04-01"):
            data._anonymise(person.with_user(self.admin))
        self.env.invalidate_all()
        events = self._events(contract)
        self.assertEqual(sorted(events.mapped("quantity")), [5.0, 10.0, 10.0])
        self.assertFalse(events.beneficiary_id)
        self.assertEqual(
            [event.properties for event in events if event.properties], [{"caller": "Autre"}]
        )
        # What was billed stays: nothing is credited for properties that are gone.
        self.assertEqual(self._bill_on("2026-04-02").row_count, 0)

    # === RIGHTS === #

    def test_only_administrators(self):
        metric = self.calls.with_user(self.manager)
        with self.assertRaises(AccessError):
            metric.write({"retention_months": 12})
        with self.assertRaises(AccessError):
            metric.create({"name": "New", "code": "new", "retention_months": 1})
        with self.assertRaises(AccessError):
            metric.action_preview_purge()
        metric.write({"name": "Calls", "retention_months": 0})
        metric.create({"name": "New", "code": "new"})

    @mute_logger("odoo.sql_db")
    def test_companies(self):
        contract = self._billed()
        self._keep(1)
        self._bill_on("2026-06-01")
        other = self.env["res.company"].create({"name": "Filiale"})
        with self._on("2026-06-01"):
            self.assertEqual(self.events.with_company(other)._purge(other), 0)
        self.assertEqual(len(self._events(contract)), 3)

    def test_the_number_of_queries_does_not_grow(self):
        contracts = self.env["cn285.contract"]
        for _number in range(6):
            contracts |= self._usage_contract({"price_unit": 2.0})
        for contract in contracts:
            self._use(contract, 1)
        self._bill_on("2026-02-01")
        limit = date(2026, 1, 31)
        counts = []
        for some in (contracts[:1], contracts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._purge_horizons(limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
