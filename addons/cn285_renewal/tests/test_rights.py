from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .term_common import TermCase

# The law, which is the same for all companies.
LAW = ("cn285.law", "cn285.legal.region", "cn285.legal.holiday")
# What managers keep up to date.
MANAGED = ("cn285.legal.rate", "cn285.price.index", "cn285.price.index.value")
CONFIGURATION = (*LAW, *MANAGED, "cn285.letter.template")
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
                "administrator": "base.group_system,cn285_contract.group_contract_user_own",
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
                keeper = "manager" if model in MANAGED else "administrator"
                self._as(keeper, record).write({field: record[field]})

    def test_the_law_is_written_by_administrators(self):
        for model in LAW:
            with self.subTest(model=model):
                record = self.env[model].search([], limit=1)
                self._as("manager", record).read(["name"])
                self._refused(self._as("manager", record).write, {"name": "Mine"})
                self._refused(self._as("manager", record).unlink)
                self._refused(self._as("manager", self.env[model]).create, {})
                view = self._as("manager", record).get_view(view_type="form")["arch"]
                self.assertIn('edit="False"', view)
                self.assertIn('create="False"', view)

    def test_a_manager_enters_rates_and_the_law_remembers(self):
        france = self.env.ref("cn285_renewal.law_fr")
        rate = self._as("manager", self.env["cn285.legal.rate"]).create(
            {"law_id": france.id, "date": "2030-07-01", "percent": 7.0}
        )
        rate.percent = 7.25
        notes = [str(body) for body in france.message_ids.mapped("body")]
        self.assertIn("7.25 %", notes[0])
        self.assertIn(": 7 %", notes[1])
        self.assertEqual(france.message_ids[0].author_id, self.users["manager"].partner_id)
        self._refused(rate.unlink)
        self._as("administrator", rate).unlink()

    def test_a_law_in_use_is_archived_and_its_changes_are_kept(self):
        france = self._as("administrator", self.env.ref("cn285_renewal.law_fr"))
        france = france.with_context(tracking_disable=False, mail_notrack=False)
        with self.assertRaisesRegex(UserError, "archive it instead"), self.env.cr.savepoint():
            france.unlink()
        france.withdrawal_days = 15
        france.active = False
        self.env.flush_all()
        self.cr.precommit.run()
        changed = france.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"withdrawal_days", "active"}, set(changed))
        country = self.env["res.country"].create({"name": "Utopia", "code": "XU"})
        unused = france.create({"name": "Utopia", "country_id": country.id})
        unused.unlink()
        self.assertFalse(unused.exists())

    def test_common_letters_are_written_by_administrators(self):
        common = self.env.ref("cn285_renewal.letter_withdrawal")
        letter = self._as("manager", common)
        self.assertTrue(letter.subject)
        self._refused(letter.write, {"subject": "Mine"})
        self._refused(letter.write, {"company_id": self.company.id})
        self._refused(letter.update_field_translations, "subject", {"en_US": "Mine"})
        self._refused(letter.unlink)
        self._refused(letter.create, letter.copy_data()[0] | {"company_id": False})
        own = letter.browse(letter.action_copy_for_company()["res_id"])
        self.assertEqual(own.company_id, self.company)
        self.assertEqual(letter.action_copy_for_company()["res_id"], own.id, "one is enough")
        own.subject = "Ours"
        self.assertNotEqual(common.subject, "Ours")
        self._refused(own.write, {"company_id": False})
        self.assertEqual(letter.copy().company_id, self.company)
        own.unlink()
        self._as("administrator", common).subject = "For all"
        self.assertFalse(self._as("administrator", common).copy().company_id)

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

    def _by_hand(self, **values):
        return self._as("own", self.env["cn285.renewal.notice.sending"]).create(
            {
                "notice_id": self.mine.notice_ids.id,
                "date": "2025-12-21",
                "recipient": "Camille Durand, Lyon",
                **values,
            }
        )

    def test_a_sending_by_other_means_is_in_ones_own_name(self):
        sending = self._by_hand(
            subject="Renewal", body="<p>By 14 February.</p><img src=x onerror=alert(1)>"
        )
        self.assertEqual(sending.user_id, self.users["own"])
        self.assertEqual((sending.channel, sending.delivery), ("letter", "sent"))
        self.assertIn("By 14 February.", sending.body)
        self.assertNotIn("onerror", sending.body)
        with Form(self._as("own", self.mine.notice_ids)) as notice, notice.sending_ids.new() as one:
            one.date = "2025-12-22"
            one.recipient = "Lyon"
        self.assertEqual(len(self.mine.notice_ids.sending_ids), 3, "the screen sends no more")

    def test_proof_is_not_forged(self):
        message = self.env["mail.message"].search([], limit=1)
        attachment = self.mine.notice_ids.sending_ids.attachment_id
        forged = {
            "user_id": self.users["all"].id,
            "message_id": "<proof@example.com>",
            "mail_message_id": message.id,
            "attachment_id": attachment.id,
            "well_formed": True,
            "delivery": "sent",
            "delivery_note": "Received",
            "company_id": self.other_company.id,
        }
        for field, value in forged.items():
            with (
                self.subTest(field=field),
                self.assertRaisesRegex(UserError, "noted by the program alone"),
                self.env.cr.savepoint(),
            ):
                self._by_hand(**{field: value})
            with self.subTest(field=field), self.assertRaises(UserError):
                self._as("own", self.mine.notice_ids).write(
                    {"sending_ids": [(1, self.mine.notice_ids.sending_ids.id, {field: value})]}
                )
        with self.assertRaisesRegex(UserError, "send the notice by its button"):
            self._by_hand(channel="email")
        with self.assertRaises(UserError):
            self.mine.notice_ids.sending_ids.with_user(self.users["own"]).copy()
        sendings = self._as("own", self.env["cn285.renewal.notice.sending"])
        defaults = {f"default_{field}": value for field, value in forged.items()}
        one = sendings.with_context(**defaults, cn285_state_door=True).create(
            {"notice_id": self.mine.notice_ids.id, "date": "2025-12-21", "recipient": "Lyon"}
        )
        self.assertEqual(one.user_id, self.users["own"])
        self.assertFalse(one.message_id or one.mail_message_id or one.attachment_id)
        for field in ("date_sent", "free_exit_from"):
            with self.assertRaises(UserError):
                self._as("own", self.mine.notice_ids).write({field: "2025-12-16"})

    def test_a_letter_that_left_is_not_replaced(self):
        self._as("own", self.mine.notice_ids).action_print_letters()
        letter = self.mine.notice_ids.sending_ids.attachment_id[:1]
        self.assertTrue(letter.raw.startswith(b"%PDF"))
        for login in ("own", "manager"):
            mine = letter.with_user(self.users[login])
            self.assertTrue(mine.has_access("write"), "but for what it is")
            for change in (
                lambda mine=mine: mine.write({"raw": b"%PDF another"}),
                lambda mine=mine: mine.write({"datas": b"JVBERg=="}),
                lambda mine=mine: mine.write({"name": "another.pdf"}),
                lambda mine=mine: mine.write({"res_id": self.theirs.notice_ids.id}),
                lambda mine=mine: mine.write({"type": "url", "url": "https://example.com"}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine._delete_and_notify(),
                lambda mine=mine: mine.sudo().unlink(),
            ):
                self._refused(change)
        self.assertTrue(letter.exists())
        self.assertEqual(letter.res_id, self.mine.notice_ids.id)
        # What proves nothing is anybody's who may edit the record.
        draft = letter.with_user(self.users["own"]).copy({"name": "draft.pdf"})
        draft.name = "other.pdf"
        draft.unlink()

    def test_a_letter_that_came_back_does_not_count(self):
        sending = self._as("own", self.mine.notice_ids.sending_ids)
        self._refused(self._as("bookkeeper", sending).action_came_back)
        sending.action_came_back()
        self.assertEqual(sending.delivery, "bounced")
        self.assertIn("rights_own", sending.delivery_note)
        self.assertNotEqual(self.mine.notice_ids.state, "on_time")

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
