"""What holds for all calls: keys, problems, parameters, headers, a POST done once."""

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ApiCase

BAD = "bad_value"


@tagged("post_install", "-at_install")
class TestApiCalls(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract()

    # === WHO CALLS === #

    def test_health_asks_for_no_key(self):
        self.assertEqual(self.get("/health", key="")["status"], "ok")

    def test_me_says_what_a_key_opens(self):
        key = self._new_key(self.program, {"contracts:read"})
        me = self.get("/me", key=key)
        self.assertEqual((me["user"], me["scopes"]), (self.program.name, ["contracts:read"]))
        self.assertEqual(me["company_id"], self.company.id)

    def test_without_a_good_key_nothing_is_answered(self):
        for key in ("", "cn_live_x", "cn_live_" + "A" * 43, self.key[:-1], self.key + "A"):
            answer = self.call("GET", "/contracts", key=key)
            self.assertProblem(answer, 401, "unauthenticated")
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])

    def test_a_scope_that_is_missing_is_named(self):
        key = self._new_key(self.program, {"contracts:read"})
        answer = self.call("POST", "/contracts", {"customer": "1"}, key=key)
        self.assertIn("contracts:write", self.assertProblem(answer, 403, "missing_scope")["detail"])

    def test_rights_and_rules_of_the_user_hold(self):
        seller = new_test_user(self.env, "api_seller", "cn285_contract.group_contract_user_own")
        key = self._new_key(seller)
        self.assertEqual(self.get("/contracts", key=key)["data"], [])
        answer = self.call("GET", f"/contracts/{self.contract.id}", key=key)
        self.assertProblem(answer, 404, "not_found")
        self.contract.user_id = seller
        self.assertEqual(len(self.get("/contracts", key=key)["data"]), 1)
        employee = new_test_user(self.env, "api_employee", "base.group_user")
        with mute_logger("odoo.http"):
            answer = self.call("GET", "/contracts", key=self._new_key(employee))
        self.assertProblem(answer, 403, "not_allowed")

    # === HOW IT IS SAID === #

    def test_problems_are_told_in_the_callers_language(self):
        answer = self.call("GET", "/contracts/999999999", Accept_Language="fr-FR,fr;q=0.9")
        self.assertEqual(self.assertProblem(answer, 404, "not_found")["title"], "Cela n'existe pas")
        answer = self.call("GET", "/contracts/999999999", Accept_Language="xx")
        self.assertEqual(
            self.assertProblem(answer, 404, "not_found")["title"], "There is no such thing"
        )

    def test_unknown_paths_methods_and_parameters(self):
        self.assertProblem(self.call("GET", "/nothing"), 404, "not_found")
        self.assertProblem(self.call("GET", "/contracts/"), 404, "not_found")
        answer = self.call("DELETE", "/contracts")
        self.assertProblem(answer, 405, "method_not_allowed")
        self.assertIn("GET", answer.headers["Allow"])
        for path in ("/contracts?stat=draft", "/me?x=1", f"/contracts/{self.contract.id}?limit=2"):
            problem = self.assertProblem(self.call("GET", path), 422, "invalid")
            self.assertEqual(problem["errors"][0]["code"], "unknown_parameter")

    def test_bodies_that_are_no_json(self):
        cases = [
            (b"{", "application/json", 400, "bad_json"),
            (b"[" * 100_000, "application/json", 400, "bad_json"),
            (b"\xff\xfe", "application/json", 400, "bad_json"),
            (b"{}", "text/plain", 415, "unsupported_media_type"),
            (b"[]", "application/json", 422, "invalid"),
            (b"", "application/json", 422, "invalid"),
        ]
        for data, kind, status, code in cases:
            with self.subTest(data=data[:5]):
                answer = self.call("POST", "/contracts", data=data, Content_Type=kind)
                self.assertProblem(answer, status, code)

    def test_values_are_checked_and_pointed_at(self):
        customer, product = str(self.customer.id), str(self.subscription.id)
        cases = [
            ({"colour": "red"}, "/colour", "unknown_field"),
            ({"customer": 5}, "/customer", "bad_value"),
            ({"customer": "99999999999999999999"}, "/customer", "unknown_reference"),
            ({"customer": "ext:\u0000"}, "/customer", "bad_value"),
            ({"client_ref": "\ud83d"}, "/client_ref", "bad_value"),
            ({"date_start": "2026-02-30"}, "/date_start", "bad_value"),
            ({"date_start": 1}, "/date_start", "bad_value"),
            ({"date_start": "9999-12-31"}, "/date_start", "bad_value"),
            ({"confirm": "yes"}, "/confirm", "bad_value"),
            ({"line_grouping": "none"}, "/line_grouping", "not_a_choice"),
            ({"items": [{"product": product, "quantity": 1.5}]}, "/items/0/quantity", BAD),
            (
                {"items": [{"product": product, "quantity": "1e5"}]},
                "/items/0/quantity",
                "bad_value",
            ),
            ({"items": [{"product": "0"}]}, "/items/0/product", "unknown_reference"),
            (
                {"items": [{"product": product, "trial_days": 2**40}]},
                "/items/0/trial_days",
                "out_of_range",
            ),
        ]
        count = self.env["cn285.contract"].search_count([])
        for change, pointer, code in cases:
            with self.subTest(change=change):
                body = {"customer": customer, "items": [{"product": product}], **change}
                problem = self.assertProblem(self.call("POST", "/contracts", body), 422, "invalid")
                found = [(error["pointer"], error["code"]) for error in problem["errors"]]
                self.assertEqual(found, [(pointer, code)])
        self.assertEqual(self.env["cn285.contract"].search_count([]), count)

    def test_numbers_beyond_all_bounds_are_not_found(self):
        for number in (0, -1, 2**31, 2**63, 10**30, "1.5", "ext:"):
            self.assertProblem(self.call("GET", f"/contracts/{number}"), 404, "not_found")
        for number in ("%00", "ext:%00"):
            self.assertProblem(self.call("GET", f"/contracts/{number}"), 422, "invalid")

    def test_request_ids_and_versions(self):
        answer = self.call("GET", "/me", X_Request_Id="job-7")
        self.assertEqual(answer.headers["X-Request-Id"], "job-7")
        self.assertEqual(answer.headers["Cn285-Version"], "2026-12-01")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)
        answer = self.call("GET", "/me", Cn285_Version="2020-01-01")
        self.assertProblem(answer, 400, "unknown_version")

    def test_what_nobody_foresaw_tells_nothing(self):
        kind = type(self.env["cn285.contract"])
        self.patch(kind, "preview_invoices", lambda *a: {}["secret"])
        with mute_logger("odoo.http", "odoo.addons.cn285_api.core.dispatcher"):
            answer = self.call("GET", f"/contracts/{self.contract.id}/preview-invoices")
        self.assertProblem(answer, 500, "internal_error")
        self.assertNotIn("secret", answer.text)

    def test_secrets_are_in_no_log(self):
        with self.assertLogs("odoo.addons.cn285_api", "DEBUG") as logs:
            self.call("GET", "/me?key=cn_live_secret")
            self.call("GET", "/me")
        whole = "\n".join(logs.output)
        self.assertNotIn("cn_live_", whole)
        self.assertIn("GET /cn285/v1/me 200", whole)

    def test_too_many_calls_are_put_off(self):
        key = self._new_key(self.program)
        self.env["ir.config_parameter"].set_param("cn285_api.calls_per_second", "0.001")
        self.assertEqual(self.call("GET", "/me", key=key).status_code, 200)
        answer = self.call("GET", "/me", key=key)
        self.assertProblem(answer, 429, "too_many_requests")
        self.assertGreater(int(answer.headers["Retry-After"]), 1)

    def test_headers_that_make_no_sense_break_nothing(self):
        for value in ("", ";", "q=", ",,,;q=x", "é".encode().decode("latin-1"), "a" * 5_000):
            for name in ("Accept_Language", "X_Request_Id", "If_None_Match", "Authorization_"):
                with self.subTest(name=name, value=value[:10]):
                    path = f"/contracts/{self.contract.id}"
                    answer = self.call("GET", path, **{name: value})
                    self.assertIn(answer.status_code, (200, 400, 422), answer.text)
        for value in ("Bearer", "Bearer \xff", "Basic x", "Bearer a b"):
            answer = self.call("GET", "/me", key="", Authorization=value)
            self.assertProblem(answer, 401, "unauthenticated")

    # === ONCE === #

    def test_a_post_with_a_key_is_done_once(self):
        body = {
            "customer": str(self.customer.id),
            "items": [{"product": str(self.subscription.id)}],
        }
        first = self.call("POST", "/contracts", body, Idempotency_Key="order-1")
        again = self.call("POST", "/contracts", body, Idempotency_Key="order-1")
        self.assertEqual((first.status_code, again.status_code), (201, 201))
        self.assertEqual(first.json(), again.json())
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertEqual(again.headers["Location"], first.headers["Location"])
        other = self.call(
            "POST", "/contracts", {**body, "confirm": True}, Idempotency_Key="order-1"
        )
        self.assertProblem(other, 422, "idempotency_mismatch")
        with_other_key = self.call(
            "POST", "/contracts", body, key=self._new_key(self.program), Idempotency_Key="order-1"
        )
        self.assertNotEqual(with_other_key.json()["id"], first.json()["id"])

    def test_what_was_refused_does_not_use_a_key_up(self):
        bad = {"customer": "999999999"}
        self.assertProblem(
            self.call("POST", "/contracts", bad, Idempotency_Key="order-2"), 422, "invalid"
        )
        good = {
            "customer": str(self.customer.id),
            "items": [{"product": str(self.subscription.id)}],
        }
        self.assertEqual(
            self.call("POST", "/contracts", good, Idempotency_Key="order-2").status_code, 201
        )
        self.assertProblem(
            self.call("POST", "/contracts", good, Idempotency_Key="ä b".encode().decode("latin-1")),
            400,
            "bad_header",
        )

    # === DOCUMENTATION === #

    def test_the_documentation_needs_no_other_server(self):
        page = self.call("GET", "/docs", key="")
        self.assertEqual(page.status_code, 200)
        self.assertNotRegex(page.text, r"https?://")
        spec = self.get("/openapi.json", key="")
        self.assertEqual(spec["openapi"], "3.1.0")
        self.assertIn("/contracts/{contract}", spec["paths"])
        for asset in ("lib/swagger-ui/swagger-ui-bundle.js", "src/docs.js"):
            self.assertEqual(self.url_open(f"/cn285_api/static/{asset}").status_code, 200)
