"""What another system has done of a contract already: indexed, announced, refused to renew."""

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.importing.test_take_over import HEAD, TakeOverCase
from odoo.tests import tagged

COLUMNS = "id,partner,date_start,state,term_length,renewal_mode"
INDEXES = {
    "price_indexes": "code,name\nTO-IX,Syntec\n",
    "index_values": (
        "index,date,value\nTO-IX,2021-01-01,100\nTO-IX,2025-02-01,110\nTO-IX,2026-02-01,112.20\n"
    ),
}


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportTakenState(TakeOverCase):
    """A contract of 2021 in its fifth term, to 28 February; 100.00 a month, billed to January."""

    def _take(self, columns, *cells, errors=0, **more):
        lines = [
            f"TO-{n},TO-CUST,2021-03-01,active,12,tacit,{cell}" for n, cell in enumerate(cells, 1)
        ]
        items = [
            f"I-{n},TO-{n},TO-SUB,100,,calendar,fixed,month,2026-01-31"
            for n, _cell in enumerate(cells, 1)
        ]
        report = self._load_as(
            self.manager,
            "\n".join([f"{COLUMNS},{columns}", *lines]),
            "\n".join([f"{HEAD},billed_until", *items]),
            **more,
        )
        self.assertEqual(len(report.errors), errors, self._errors(report))
        return report, [self._loaded(f"TO-{n}") for n, _cell in enumerate(cells, 1)]

    def test_prices_go_on_from_the_last_revision_elsewhere(self):
        """Index 110 at the last renewal and 112.20 at the next: 102.00; from 108, 103.89."""
        _report, contracts = self._take(
            "renewal_revision,renewal_index,indexed_on,index_value",
            "index,TO-IX,,",
            "index,TO-IX,2025-01-15,108",
            "index,TO-IX,2021-03-01,",
            **INDEXES,
        )
        with freeze_time("2026-03-01 10:00:00"):
            contracts[0]._cron_renewals()
        prices = [self._cents(contract.item_ids.price_unit) for contract in contracts]
        # The third says itself that its price is that of 2021.
        self.assertEqual(prices, ["102.00", "103.89", "112.20"])
        with freeze_time("2027-03-01 10:00:00"):
            contracts[0]._cron_renewals()
        self.assertMoney(contracts[1].item_ids.price_unit, "103.89")

    def test_index_values_are_loaded_once(self):
        self._take("note", "", **INDEXES)
        report, _contracts = self._take("note", "", **INDEXES)
        self.assertEqual((report.skipped["price_indexes"], report.skipped["index_values"]), (1, 3))

    def test_refused_renewal_ends_the_contract_with_its_term(self):
        report, [contract] = self._take("auto_renew", "no")
        self.assertEqual(report.notes, [])
        self.assertFalse(contract.auto_renew)
        self.assertEqual(contract.date_end.isoformat(), "2026-02-28")
        self.assertEqual(self._planned("I-1", 3), [("2026-02-01", "2026-02-28", "100.00")])
        with freeze_time("2026-03-02 10:00:00"):
            contract._cron_renewals()
        self.assertEqual(contract.term_end.isoformat(), "2026-02-28")
        # Without a term there is nothing to refuse.
        lines = f"{COLUMNS},auto_renew\nTO-9,TO-CUST,2021-03-01,active,0,tacit,no\n"
        again = self._load_as(self.manager, lines, "id\n")
        [(_file, _line, reason)] = self._errors(again)
        self.assertIn("cannot be refused to", reason)

    def test_renewal_that_was_announced_is_not_announced_again(self):
        """To be told between 28 October and 28 December: it was on 1 December; others were not."""
        columns = "announce,announce_from,announce_until,announced_on,announced_to"
        _report, [told, late, untold] = self._take(
            columns,
            "always,3,1,2025-12-01,12 rue des Lilas",
            "always,3,1,2026-01-10,",
            "always,3,1,,",
        )
        states = [contract.notice_ids.state for contract in (told, late, untold)]
        self.assertEqual(states, ["on_time", "late", "missed"])
        self.assertEqual(told.notice_ids.sending_ids.recipient, "12 rue des Lilas")
        self.assertFalse(told.notice_ids.free_exit_from)
        self.assertTrue(late.notice_ids.free_exit_from)
        self.env["cn285.renewal.notice"]._run_notices(self.company)
        self.assertEqual(len(told.notice_ids.sending_ids), 1)
        # Loaded again, it is noted once.
        self._take(columns, "always,3,1,2025-12-01,12 rue des Lilas")
        self.assertEqual(len(told.notice_ids.sending_ids), 1)
