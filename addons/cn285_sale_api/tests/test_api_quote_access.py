"""Who sees and does what with quotations over the API: sellers their own, companies theirs."""

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import QuoteApiCase

SELLER = "sales_team.group_sale_salesman"
EVERYBODYS = "sales_team.group_sale_salesman_all_leads"
READING = ("", "/first-invoice", "/versions", "/comparison", "/pdf")
DOING = ("send", "versions", "accept", "activate", "decline", "cancel")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiQuoteAccess(QuoteApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template.company_id = cls.company
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other = cls._new_key(new_test_user(cls.env, "api_other_seller", SELLER))
        cls.chief = cls._new_key(new_test_user(cls.env, "api_chief", EVERYBODYS))
        stranger = new_test_user(
            cls.env,
            "api_stranger_seller",
            f"{EVERYBODYS},base.group_partner_manager",
            company_id=cls.elsewhere.id,
            company_ids=[(6, 0, cls.elsewhere.ids)],
        )
        cls.stranger = cls._new_key(stranger, company_id=cls.elsewhere.id)

    def _nothing_of(self, quote, key):
        path = f"/quotes/{quote['id']}"
        for part in READING:
            with self.subTest(part=part):
                self.assertProblem(self.call("GET", path + part, key=key), 404, "not_found")
        for verb in DOING:
            body = {} if verb in ("send", "decline") else None
            with self.subTest(verb=verb):
                answer = self.call("POST", f"{path}/{verb}", body, key=key)
                self.assertProblem(answer, 404, "not_found")
        answer = self.call("PATCH", path, {"client_ref": "x"}, key=key)
        self.assertProblem(answer, 404, "not_found")
        self.assertEqual(self.get("/quotes", key=key)["data"], [])

    def test_a_seller_sees_his_own(self):
        quote = self._made()
        self.assertEqual([one["id"] for one in self.get("/quotes")["data"]], [quote["id"]])
        self._nothing_of(quote, self.other)
        self.assertEqual(self._order(quote).state, "draft")
        self.assertEqual(
            self.get(f"/quotes/{quote['id']}", key=self.chief), {**quote, "lines": None}
        )
        self._do(quote, "accept", key=self.chief)

    def test_another_company_sees_nothing(self):
        quote = self._made()
        self._nothing_of(quote, self.stranger)
        mine = {one["product"]["id"] for one in self.get("/catalogue", key=self.stranger)["data"]}
        self.assertNotIn(self.subscription.id, mine)

    def test_what_is_of_another_company_is_not_offered(self):
        partner = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": self.elsewhere.id}
        )
        template = self.env["cn285.contract.template"].create(
            {"name": "Theirs", "company_id": self.elsewhere.id}
        )
        for values, pointer in (
            ({"customer": str(partner.id)}, "/customer"),
            ({"template": str(template.id)}, "/template"),
        ):
            for path in ("/quotes", "/orders"):
                answer = self.call("POST", path, self._body(**values))
                problem = self.assertProblem(answer, 422, "invalid")
                self.assertEqual(problem["errors"][0]["pointer"], pointer)
        quote = self._made()
        self.assertFalse(self._order(quote).company_id - self.company)

    @mute_logger("odoo.http")
    def test_who_bills_reads_and_does_not_sell(self):
        """Odoo lets accounting read orders; whoever has no rights on either finds nothing."""
        quote = self._made()
        key = self._new_key(self.program)
        self.assertEqual(self.get(f"/quotes/{quote['id']}", key=key)["id"], quote["id"])
        employee = self._new_key(new_test_user(self.env, "api_employee", "base.group_user"))
        for path in ("/quotes", "/catalogue", f"/quotes/{quote['id']}"):
            answer = self.call("GET", path, key=employee)
            self.assertProblem(answer, 403, "not_allowed")
        for one in (key, employee):
            for path in ("/quotes", "/orders"):
                answer = self.call("POST", path, self._body(), key=one)
                self.assertProblem(answer, 403, "not_allowed")
            for verb in DOING:
                body = {} if verb in ("send", "decline") else None
                answer = self.call("POST", f"/quotes/{quote['id']}/{verb}", body, key=one)
                self.assertProblem(answer, 403, "not_allowed")
        self.assertEqual(self._order(quote).state, "draft")
