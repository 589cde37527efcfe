from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase

CONFIGURATION = (
    "cn285.law",
    "cn285.legal.region",
    "cn285.legal.holiday",
    "cn285.legal.rate",
    "cn285.letter.template",
    "cn285.price.index",
    "cn285.price.index.value",
)
PROOF = ("cn285.renewal.notice", "cn285.renewal.notice.sending")


@tagged("post_install", "-at_install")
class TestRights(TermCase):
    """Who may see and change what of terms, notices and the law."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(cls.env, f"rights_{name}", groups)
            for name, groups in {
                "own": "cn285_contract.group_contract_user_own",
                "all": "cn285_contract.group_contract_user",
                "manager": "cn285_contract.group_billing_manager",
                "bookkeeper": "account.group_account_readonly",
                "clerk": "base.group_user",
                "portal": "base.group_portal",
            }.items()
        }
        index = cls.env["cn285.price.index"].create({"name": "Syntec"})
        index.value_ids = [(0, 0, {"date": "2025-01-01", "value": 100.0})]
        cls.mine = cls._yearly(user_id=cls.users["own"].id)
        cls.theirs = cls._yearly(user_id=cls.users["all"].id)
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        with freeze_time("2025-12-20 09:00:00"):
            (cls.mine | cls.theirs).notice_ids.action_print_letters()

    def _as(self, user, records):
        return records.with_user(self.users[user])

    def _refused(self, call, *args):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            call(*args)

    # === WHAT IS CONFIGURED === #

    def test_a_billing_manager_configures_and_other_staff_read(self):
        for model in CONFIGURATION:
            with self.subTest(model=model):
                record = self.env[model].search([], limit=1)
                self.assertTrue(record)
                field = "name" if "name" in record._fields else "date"
                for user in ("own", "all"):
                    self._as(user, record).read([field])
                    self._refused(self._as(user, record).write, {field: record[field]})
                    self._refused(self._as(user, record).unlink)
                    self._refused(self._as(user, self.env[model]).create, {})
                self._as("manager", record).write({field: record[field]})

    def test_nobody_else_gets_there(self):
        for model in (*CONFIGURATION, *PROOF):
            record = self.env[model].search([], limit=1)
            for user in ("clerk", "portal"):
                with self.subTest(model=model, user=user):
                    self._refused(self._as(user, record).read, ["display_name"])
                    self._refused(self._as(user, record).search, [])

    def test_what_another_company_configures_is_its_own(self):
        index = self.env["cn285.price.index"].create(
            {"name": "Theirs", "company_id": self.other_company.id}
        )
        index.value_ids = [(0, 0, {"date": "2025-01-01", "value": 100.0})]
        letter = self.env.ref("cn285_renewal.letter_withdrawal").copy(
            {"company_id": self.other_company.id}
        )
        for records in (index, index.value_ids, letter):
            with self.subTest(model=records._name):
                self._refused(self._as("manager", records).read, ["display_name"])
                self._refused(self._as("manager", records).write, {})

    # === NOTICES AND THEIR PROOF === #

    def test_a_salesperson_of_own_contracts_sees_only_their_notices(self):
        for field in ("notice_ids", "notice_ids.sending_ids"):
            mine, theirs = self.mine.mapped(field), self.theirs.mapped(field)
            with self.subTest(model=mine._name):
                found = self._as("own", mine).search([("id", "in", (mine | theirs).ids)])
                self.assertEqual(found, mine)
                self._refused(self._as("own", theirs).read, ["display_name"])
        self._refused(
            self._as("own", self.env["cn285.renewal.notice.sending"]).create,
            {
                "notice_id": self.theirs.notice_ids.id,
                "date": "2025-12-21",
                "recipient": "Somebody",
            },
        )
        self._refused(self._as("own", self.theirs.notice_ids).action_send)
        self._refused(self._as("own", self.theirs.notice_ids).action_print_letters)
        self._refused(self._as("own", self.theirs).action_refuse_renewal)

    def test_who_keeps_the_books_reads_the_proof_and_no_more(self):
        notices = self._as("bookkeeper", (self.mine | self.theirs).notice_ids)
        self.assertEqual(set(notices.mapped("state")), {"on_time"})
        self.assertEqual(len(notices.sending_ids), 2)
        self._refused(notices[0].write, {"channel": "letter"})
        self._refused(notices[0].action_send)
        self._refused(notices.sending_ids[0].write, {"delivery": "bounced"})

    def test_another_company_is_closed(self):
        notices = self.theirs.notice_ids
        stranger = new_test_user(
            self.env,
            "rights_stranger",
            "cn285_contract.group_billing_manager",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )
        for records in (notices, notices.sending_ids):
            self._refused(records.with_user(stranger).read, ["display_name"])
            self.assertFalse(records.with_user(stranger).search([("id", "in", records.ids)]))

    def test_not_even_a_manager_rewrites_proof(self):
        notice = self._as("manager", self.theirs.notice_ids)
        for records, values in (
            (notice, {"state": "planned"}),
            (notice, {"date_latest": "2026-12-31"}),
            (notice.sending_ids, {"body": "Something else"}),
            (notice.sending_ids, {"date": "2025-12-01"}),
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                records.write(values)
        for records in (notice, notice.sending_ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                records.unlink()

    # === THE LEAST RIGHTS ARE ENOUGH === #

    def test_own_contracts_are_kept_with_the_least_rights(self):
        contract = self._as("own", self.mine)
        with freeze_time("2026-01-20 10:00:00"):
            contract.with_context(lang="en_US").read(["withdrawal_deadline", "last_day_to_refuse"])
            self.assertTrue(contract.termination_quote()["earliest_date"])
            change = contract.action_refuse_renewal()
            change.action_confirm_to_customer()
        self.assertEqual(change.stage, "notified")
        self.assertEqual(str(self.mine.notice_ids.date_refused), "2026-01-20")
        later = self._as("own", self._yearly(user_id=self.users["own"].id))
        with freeze_time("2025-03-20 10:00:00"):
            later.action_withdraw()
        self.assertEqual(later.state, "withdrawn")
