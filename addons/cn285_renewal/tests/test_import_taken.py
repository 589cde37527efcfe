"""Contracts in their nth term come from another system: the term, its end, the commitment."""

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.importing.test_take_over import HEAD, TakeOverCase
from odoo.tests import tagged

COLUMNS = "id,partner,date_start,state,term_length,renewal_mode,renewal_max,renewal_revision,"
COLUMNS += "renewal_percent,term_number,term_start,term_end,commitment_length,commitment_end,"
COLUMNS += "date_concluded\n"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportTaken(TakeOverCase):
    def _taken_contract(self, cells, start="2021-03-01", item_start=""):
        """A contract of 100.00 a month, billed elsewhere until the end of January."""
        report = self._load_as(
            self.manager,
            f"{COLUMNS}TO-C,TO-CUST,{start},active,12,{cells}\n",
            f"{HEAD},billed_until\nTO-M,TO-C,TO-SUB,100,{item_start},calendar,fixed,month,2026-01-31\n",
        )
        self.assertEqual(self._errors(report), [])
        return self._loaded("TO-C")

    def _term(self, contract):
        days = (contract.term_start, contract.term_end, contract.date_end)
        return contract.term_number, *(day and day.isoformat() for day in days)

    def test_tacit_renewals_of_the_past_happened_elsewhere(self):
        contract = self._taken_contract("tacit,0,percent,5,,,,,,2021-02-11")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._term(contract), (4, "2025-03-01", "2026-02-28", False))
        self.assertEqual(contract.date_concluded.isoformat(), "2021-02-11")
        contract._cron_renewals()
        self.assertEqual(contract.item_ids.price_unit, 100.0, "no revision is made up for")
        with freeze_time("2026-03-01 10:00:00"):
            run = self._bill("2026-03-01")
            self.assertEqual(self._term(contract), (5, "2026-03-01", "2027-02-28", False))
        # February at 100.00, March at 105.00.
        self.assertMoney(run.amount_untaxed, "205.00")

    def test_renewals_on_agreement_went_on_as_long_as_it_was_billed(self):
        contract = self._taken_contract(
            "explicit,0,none,,,,,,,", "2022-06-01", item_start="2024-02-01"
        )
        self.assertEqual(self._term(contract), (3, "2025-06-01", "2026-05-31", "2026-05-31"))
        self.assertEqual(self._planned("TO-M", 9)[-1][:2], ("2026-05-01", "2026-05-31"))

    def test_renewals_at_most(self):
        contract = self._taken_contract("tacit,5,none,,,,,,,", item_start="2024-02-01")
        self.assertEqual(self._term(contract), (4, "2025-03-01", "2026-02-28", "2027-02-28"))

    def test_term_and_commitment_that_are_given(self):
        contract = self._taken_contract("tacit,3,none,,2,2025-09-01,2026-08-31,12,2026-12-31,")
        self.assertEqual(self._term(contract), (2, "2025-09-01", "2026-08-31", "2027-08-31"))
        self.assertEqual(contract.commitment_end.isoformat(), "2026-12-31")
        self.assertEqual(contract._exit_facts().committed_until.isoformat(), "2027-01-01")
        self.assertEqual(contract.last_day_to_refuse.isoformat(), "2026-07-31")

    def test_what_follows_of_a_term_is_not_asked_for(self):
        contract = self._taken_contract("explicit,0,none,,,,2026-06-15,,,")
        self.assertEqual(self._term(contract), (4, "2025-06-16", "2026-06-15", "2026-06-15"))
        self.assertEqual(contract.term_anchor_day, 16)
        text = "TO-N,TO-CUST,2021-03-01,draft,12,tacit,0,none,,3,,,,,\n"
        self._load_as(self.manager, COLUMNS + text, "id\n")
        draft = self._loaded("TO-N")
        self.assertEqual(self._term(draft)[:3], (3, "2024-03-01", "2025-02-28"))

    def test_new_contracts_begin_with_their_first_term(self):
        self._load_as(
            self.manager,
            f"{COLUMNS}TO-C,TO-CUST,2025-11-01,active,12,tacit,0,none,,,,,,,\n",
            f"{HEAD}\nTO-M,TO-C,TO-SUB,100,,calendar,fixed,month\n",
        )
        self.assertEqual(self._term(self._loaded("TO-C")), (0, "2025-11-01", "2026-10-31", False))

    def test_terms_that_cannot_be(self):
        lines = [
            "TO-1,TO-CUST,2021-03-01,active,0,tacit,0,none,,2,,,,,",
            "TO-2,TO-CUST,2021-03-01,active,12,tacit,0,none,,,2026-01-01,2025-01-01,,,",
            "TO-3,TO-CUST,2021-03-01,active,12,tacit,0,none,,99999,,,,,",
        ]
        items = "\n".join(
            [f"{HEAD},billed_until"]
            + [f"I{n},TO-{n},TO-SUB,100,,calendar,fixed,month,2026-01-31" for n in (1, 2, 3)]
        )
        report = self._load_as(self.manager, COLUMNS + "\n".join(lines), items)
        reasons = [reason for _file, _line, reason in self._errors(report)]
        for reason, words in zip(
            reasons, ("no length of it", "cannot be: the contract", "99999 renewals"), strict=True
        ):
            self.assertIn(words, reason)
        self.assertEqual({self._loaded(f"TO-{n}").state for n in (1, 2, 3)}, {"draft"})
