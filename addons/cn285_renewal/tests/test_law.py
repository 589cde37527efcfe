from datetime import date, timedelta

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import convert_file, mute_logger
from psycopg2 import IntegrityError

from ..engine.holidays import holidays_of
from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestLaw(TermCase):
    """The law of each customer's country; none where the country has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france = cls.env.ref("cn285_renewal.law_fr")
        cls.utopia = cls.env["res.country"].create({"name": "Utopia", "code": "XU"})
        cls.utopian = cls.consumer.copy({"name": "Raphael", "country_id": cls.utopia.id})

    def _utopian_law(self, **values):
        """A second country: one record."""
        return self.env["cn285.law"].create(
            {"name": "Utopia", "country_id": self.utopia.id, **values}
        )

    # === FRANCE === #

    def test_holidays_of_france(self):
        days = holidays_of(self.france._working_days(self.company).rules, 2026)
        self.assertEqual(
            [f"{day:%m-%d}" for day in sorted(days)],
            [
                "01-01",
                "04-06",
                "05-01",
                "05-08",
                "05-14",
                "05-25",
                "07-14",
                "08-15",
                "11-01",
                "11-11",
                "12-25",
            ],
        )
        self.company.cn285_legal_region_id = self.env.ref("cn285_renewal.region_alsace_moselle")
        local = holidays_of(self.france._working_days(self.company).rules, 2026)
        self.assertEqual(local - days, {date(2026, 4, 3), date(2026, 12, 26)})

    def test_fourteen_days_and_a_working_day(self):
        # 29 March 2025 is a Saturday.
        self.assertEqual(self._yearly().withdrawal_deadline, date(2025, 3, 31))
        with self.assertRaisesRegex(ValidationError, "14 to 365 days"):
            self.company.cn285_withdrawal_days = 7
        self.company.cn285_withdrawal_days = 14
        self.assertEqual(self._yearly().withdrawal_deadline, date(2025, 3, 31), "the law's days")
        self.company.cn285_withdrawal_days = 21
        self.assertEqual(self._yearly().withdrawal_deadline, date(2025, 4, 7), "or more")

    def test_a_template_may_grant_more_days_but_not_fewer(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Thirty days",
                "withdrawal_days": 30,
                "item_ids": [(0, 0, {"product_id": self.subscription.id, "price_unit": 30.0})],
            }
        )
        contract = self.env["cn285.contract"].create(
            {
                "partner_id": self.consumer.id,
                "template_id": template.id,
                "date_concluded": "2025-03-15",
            }
        )
        self.assertEqual(contract.withdrawal_deadline, date(2025, 4, 14))
        contract.withdrawal_days = 7
        self.assertEqual(contract.withdrawal_deadline, date(2025, 3, 31), "the law's days")
        with self.assertRaisesRegex(ValidationError, "cannot be -1"):
            template.withdrawal_days = -1

    def test_who_was_not_told_has_longer(self):
        contract = self._yearly(date_withdrawal_info=date(2025, 4, 10))
        self.assertEqual(contract.withdrawal_deadline, date(2025, 4, 24))

    def test_customers_without_a_country_are_under_the_companys_law(self):
        self.consumer.country_id = False
        self.assertEqual(self._yearly()._law(), self.france)

    def test_rates_begin_with_a_half_year(self):
        rate = self.env["cn285.legal.rate"].create({"date": "2030-07-01", "percent": 7.0})
        self.assertEqual(rate.law_id, self.france)
        with self.assertRaisesRegex(ValidationError, "for 6 months"):
            rate.date = "2030-04-01"

    # === ANOTHER COUNTRY === #

    def test_withdrawal_of_thirty_days(self):
        self._utopian_law(withdrawal_protects="consumers", withdrawal_days=30)
        contract = self._yearly(partner_id=self.utopian.id)
        self.assertTrue(contract.has_withdrawal)
        self.assertEqual(contract.withdrawal_deadline, date(2025, 4, 14))
        self.assertFalse(contract._announcement(), "only what the law says")

    def test_a_country_is_a_file_of_data(self):
        """``law_utopia.xml``, beside this test, is all that there is of it."""
        self.utopian.country_id = False
        self.utopia.unlink()
        convert_file(self.env, "cn285_renewal", "tests/law_utopia.xml", {})
        self.utopian.country_id = self.env.ref("cn285_renewal.utopia")
        contract = self._yearly(partner_id=self.utopian.id)
        self.assertTrue(contract.has_withdrawal)
        self.assertEqual(contract.withdrawal_deadline, date(2025, 4, 14), "thirty days")
        self.company.cn285_legal_region_id = self.env.ref("cn285_renewal.region_amaurot")
        contract.invalidate_recordset(["withdrawal_deadline"])
        self.assertEqual(contract.withdrawal_deadline, date(2025, 4, 15), "a holiday of its own")

    def test_a_window_of_its_own(self):
        self._utopian_law(
            renewal_protects="all", announce_from=2, announce_until=0, notice_text="By our law."
        )
        self.utopian.is_company = True
        contract = self._yearly(partner_id=self.utopian.id)
        notice = contract.notice_ids
        self.assertEqual(notice.basis, "law")
        self.assertEqual(
            (notice.date_earliest, notice.date_latest), (date(2025, 12, 14), date(2026, 2, 14))
        )
        contract.notice_ids.unlink()
        self._notices_on("2025-03-16")
        self.assertTrue(contract.notice_ids, "the daily work finds it too")

    def test_an_addon_says_what_figures_cannot(self):
        """As payment providers do: of its own country, and ``super()`` of all others."""
        self._utopian_law()
        law = type(self.env["cn285.law"])
        ordinary = law._refund_deadline

        def end_of_the_year(self, termination_day):
            if self.country_code != "XU":
                return ordinary(self, termination_day)
            return date(termination_day.year, 12, 31)

        self.patch(law, "_refund_deadline", end_of_the_year)
        day = date(2026, 2, 1)
        ours, theirs = self._yearly(), self._yearly(partner_id=self.utopian.id)
        self.assertEqual(ours._law()._refund_deadline(day), day + timedelta(days=30))
        self.assertEqual(theirs._law()._refund_deadline(day), date(2026, 12, 31))

    # === WHERE A MEMBER STATE HAS NO RECORD OF ITS OWN === #

    def _consumer_in(self, code, **values):
        country = self.env.ref(f"base.{code}")
        values = {"name": f"In {code}", "country_id": country.id, "zip": "1000", **values}
        return self.consumer.copy(values)

    def test_consumers_of_every_member_state_have_the_unions_rights(self):
        """Directive 2011/83/EU, articles 9, 10 and 13; prices with tax by its article 6."""
        union = self.env.ref("cn285_renewal.law_eu")
        for code in ("be", "de", "pl", "pt", "no"):
            contract = self._yearly(partner_id=self._consumer_in(code).id)
            self.assertEqual(contract._law(), union, code)
            self.assertTrue(contract.has_withdrawal, code)
            # The 29th of March 2025 is a Saturday: regulation 1182/71, article 3.
            self.assertEqual(contract.withdrawal_deadline, date(2025, 3, 31), code)
            self.assertTrue(contract._prices_with_tax(), code)
            self.assertFalse(contract._announcement(), "tacit renewal is each state's own")
            self.assertIsNone(contract._law()._interest_rates("consumer"))
            self.assertEqual(
                contract._law()._withdrawal_refund_deadline(date(2025, 3, 20)), date(2025, 4, 3)
            )
            told_late = self._yearly(
                partner_id=contract.partner_id.id, date_withdrawal_info=date(2025, 4, 10)
            )
            self.assertEqual(told_late.withdrawal_deadline, date(2025, 4, 24))

    def test_professionals_of_member_states_have_none_of_it(self):
        firm = self._consumer_in("be", is_company=True)
        contract = self._yearly(partner_id=firm.id)
        self.assertFalse(contract.has_withdrawal)
        self.assertFalse(contract._prices_with_tax())

    def test_a_state_with_a_law_of_its_own_is_under_that(self):
        union = self.env.ref("cn285_renewal.law_eu")
        reunion = self.env.ref("base.re")
        for country in (self.env.ref("base.fr"), reunion):
            customer = self.consumer.copy({"country_id": country.id})
            self.assertEqual(self.env["cn285.law"]._of(customer, self.company), self.france)
        self.assertNotIn(self.env.ref("base.fr"), union._countries())
        contract = self._yearly(partner_id=self._consumer_in("be").id)
        own = self.env["cn285.law"].create(
            {"name": "Belgium", "country_id": self.env.ref("base.be").id, "withdrawal_days": 20}
        )
        self.assertEqual(contract._law(), own)
        self.assertNotIn(self.env.ref("base.be"), union._countries())
        own.active = False
        self.assertEqual(contract._law(), union)

    def test_holidays_where_the_customer_lives(self):
        """Concluded 7 July 2025: the 21st is Belgium's national day, an ordinary one elsewhere."""
        deadlines = {}
        for code in ("be", "de", "lu"):
            contract = self._yearly(partner_id=self._consumer_in(code).id)
            with freeze_time("2025-07-08 10:00:00"):
                contract.date_concluded = date(2025, 7, 7)
            deadlines[code] = contract.withdrawal_deadline
        self.assertEqual(
            deadlines,
            {"be": date(2025, 7, 22), "de": date(2025, 7, 21), "lu": date(2025, 7, 21)},
        )

    def test_the_last_day_ends_by_the_clock_of_the_customers_country(self):
        contract = self._yearly(partner_id=self._consumer_in("pt").id)
        self.assertEqual(str(contract._customer_zone()), "Europe/Lisbon")

    def test_a_law_is_of_some_country(self):
        with self.assertRaisesRegex(ValidationError, "Say of which country"):
            self.env["cn285.law"].create({"name": "Nowhere"})

    # === NO LAW === #

    def test_where_there_is_none_contracts_are_what_was_agreed(self):
        contract = self._yearly(
            partner_id=self.utopian.id, telecom=True, commitment_length=36, announce="law"
        )
        self.assertFalse(contract._law())
        self._notices_on("2025-03-16")
        self.assertFalse(contract.notice_ids)
        self.assertFalse(contract.has_withdrawal)
        self.assertIsNone(contract._exit_facts().statutory)
        self.assertEqual(
            contract._law()._refund_deadline(date(2026, 2, 1)), date(2026, 3, 3), "as is usual"
        )
        self.assertIsNone(contract._law()._interest_rates("consumer"))

    def test_a_right_that_is_granted_all_the_same(self):
        contract = self._yearly(partner_id=self.utopian.id, has_withdrawal=True)
        # The company's days; no law moves their end to a working day.
        self.assertEqual(contract.withdrawal_deadline, date(2025, 3, 29))

    def test_who_treats_all_as_protected_goes_by_the_own_law(self):
        self.company.cn285_renewal_law_scope = "all"
        contract = self._yearly(partner_id=self.utopian.id)
        self.assertEqual(contract.notice_ids.basis, "law")
        self.assertEqual(contract.notice_ids.date_latest, date(2026, 1, 14))

    # === THE RECORDS === #

    def test_a_country_has_one_law(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["cn285.law"].create(
                {"name": "Again", "country_id": self.env.ref("base.fr").id}
            )

    @freeze_time("2025-03-20 10:00:00")
    def test_a_law_that_is_added_or_archived_counts_at_once(self):
        contract = self._yearly(partner_id=self.utopian.id)
        self.assertFalse(contract._law())
        law = self._utopian_law()
        self.assertEqual(contract._law(), law)
        law.active = False
        self.assertFalse(contract._law())
