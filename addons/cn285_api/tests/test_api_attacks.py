"""What attackers and careless programs send, over a real socket: refused, told, never a 500."""

import ast
import json
import socket
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from freezegun import freeze_time
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from ..core import dispatcher
from .common import ROOT, ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiAttacks(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract()

    def _raw(self, head, body=b""):
        """What the server answers to a request as it stands: ``(status, text)``."""
        place = urlsplit(self.base_url())
        lines = [*head, f"Host: {place.netloc}", f"Authorization: Bearer {self.key}"]
        lines.append("Connection: close")
        self.env.flush_all()
        parts = []
        with (
            self.allow_requests(all_requests=True),
            socket.create_connection((place.hostname, place.port), timeout=60) as connection,
        ):
            connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            while part := connection.recv(65_536):
                parts.append(part)
        self.env.invalidate_all()
        text = b"".join(parts).decode()
        return int(text.split(" ", 2)[1]), text

    # === HEADERS AND PATHS === #

    def test_an_address_with_a_line_break_is_a_problem_of_ours(self):
        self.assertProblem(self.call("GET", "/x%0a"), 404, "not_found")
        self.assertProblem(self.call("GET", "/%0a/contracts"), 404, "not_found")
        answer = self.call("GET", "/contracts/1%0a2")
        self.assertProblem(answer, answer.status_code, answer.json()["code"])
        self.assertIn(answer.status_code, (404, 422))

    def test_a_path_writes_no_line_of_the_log(self):
        with self.assertLogs("odoo.addons.cn285_api", "DEBUG") as logs:
            answer = self.call(
                "GET", "/x%1b[2J2026-01-01 00:00:00 INFO DELETE /contracts 200%c2%9b"
            )
        self.assertProblem(answer, 404, "not_found")
        self.assertIn("GET /cn285/v1/x", "".join(logs.output))
        self.assertEqual([line for line in logs.output if "\x1b" in line or "\x9b" in line], [])

    def test_lengths_that_are_no_numbers(self):
        for length in ("\xb2", "+2", "-1", "1_0", "99999999999999999999"):
            with self.subTest(length=length):
                head = [f"POST {ROOT}/contracts HTTP/1.1", "Content-Type: application/json"]
                status, text = self._raw([*head, f"Content-Length: {length}"], b"{}")
                self.assertIn(status, (400, 413, 422), text)

    def test_a_body_in_pieces_has_a_type_too(self):
        head = [f"POST {ROOT}/usage/events HTTP/1.1", "Transfer-Encoding: chunked"]
        body = b'd\r\n{"events":[]}\r\n0\r\n\r\n'
        status, text = self._raw([*head, "Content-Type: text/plain"], body)
        self.assertEqual(status, 415, text)
        status, text = self._raw([*head, "Content-Type: application/json"], body)
        self.assertEqual(status, 200, text)

    def test_a_body_in_pieces_is_not_cut(self):
        head = [f"POST {ROOT}/usage/events HTTP/1.1", "Transfer-Encoding: chunked"]
        line = b'{"source": "%s"}\n' % (b"x" * 80)
        piece = b"%x\r\n%s\r\n" % (len(line), line)
        self.patch(dispatcher, "LARGEST_BODY", 1_000)
        status, text = self._raw(
            [*head, "Content-Type: application/x-ndjson"], piece * 100 + b"0\r\n\r\n"
        )
        self.assertEqual(status, 413, text)

    def test_no_header_makes_another_method_of_it(self):
        path = f"/contracts/{self.contract.id}/cancel"
        for header in ("X_HTTP_Method_Override", "X_Method_Override", "X_HTTP_Method"):
            answer = self.call("GET", path, **{header: "POST"})
            self.assertProblem(answer, 405, "method_not_allowed")
        self.assertProblem(self.call("GET", f"{path}?_method=POST"), 405, "method_not_allowed")
        self.assertEqual(self.contract.state, "active")

    def test_heads_are_answered_as_gets_without_a_body(self):
        for path in ("/health", f"/contracts/{self.contract.id}", "/openapi.json"):
            got, head = self.call("GET", path), self.call("HEAD", path)
            self.assertEqual((head.status_code, head.text), (200, ""))
            self.assertEqual(head.headers["Content-Length"], str(len(got.content)))
        self.assertEqual(self.call("HEAD", "/contracts/999999999").status_code, 404)

    def test_pages_of_other_servers_are_let_in_nowhere(self):
        answer = self.call("GET", "/me", Origin="https://evil.example")
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        answer = self.call("OPTIONS", "/me", Origin="https://evil.example")
        self.assertProblem(answer, 405, "method_not_allowed")

    # === BODIES === #

    def test_a_name_that_is_said_twice_is_no_json(self):
        twice = b'{"name": "Small", "name": "Large"}'
        bodies = [twice, b'{"name": "a", "x": NaN}', b'{"name": "a", "x": -Infinity}']
        bodies += [b'{"name": "a", "x": 1e999}', b'{"name": "a", "x": ' + b"9" * 5_000 + b"}"]
        for data in bodies:
            with self.subTest(data=data[:30]):
                answer = self.call("POST", "/customers", data=data, Content_Type="application/json")
                self.assertProblem(answer, 400, "bad_json")

    def test_what_callers_do_wrong_is_no_error_of_the_log(self):
        cases = (
            ("POST", "/customers", {"name": 5, "x": 1}, 422),
            ("GET", "/contracts?limit=x", None, 422),
            ("GET", "/nowhere", None, 404),
            ("DELETE", "/me", None, 405),
            ("POST", "/contracts", {"customer": "999999999", "items": []}, 422),
        )
        with self.assertNoLogs("odoo", "ERROR"):
            for method, path, body, status in cases:
                self.assertEqual(self.call(method, path, body).status_code, status, path)

    def test_a_parameter_is_said_once(self):
        problem = self.assertProblem(self.call("GET", "/contracts?limit=1&limit=9"), 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "limit")

    def test_names_are_one_line_that_says_something(self):
        cases = [("name", "   "), ("name", "a\nb"), ("name", "\u00a0"), ("ref", "a\x1bb")]
        cases += [("email", "x@shop.example\r\nBcc: y@evil.example")]
        for name, value in cases:
            with self.subTest(value=value):
                answer = self.call("POST", "/customers", {"name": "a", name: value})
                problem = self.assertProblem(answer, 422, "invalid")
                self.assertEqual(problem["errors"][0]["pointer"], f"/{name}")
        item = {"product": str(self.subscription.id), "name": "Two\nlines"}
        made = self.post("/contracts", {"customer": str(self.customer.id), "items": [item]})
        self.assertEqual(made["items"][0]["name"], "Two\nlines")

    def test_the_company_is_not_its_own_customer(self):
        path = f"/customers/{self.company.partner_id.id}"
        self.assertProblem(self.call("GET", path), 404, "not_found")
        self.assertProblem(self.call("PATCH", path, {"name": "Mine"}), 404, "not_found")
        listed = self.get(f"/customers?ref={self.company.partner_id.ref or 'x'}")["data"]
        self.assertNotIn(self.company.partner_id.id, [one["id"] for one in listed])

    def test_amounts_beyond_all_bounds_are_refused_in_words(self):
        most = "9" * 13
        for values in (
            {"quantity": most, "price_unit": most},
            {"quantity": "-" + most, "price_unit": most},
            {"quantity": most + ".999999", "price_unit": "0.000001"},
            {"discount": most},
        ):
            for query in ("?dry_run=true", ""):
                with self.subTest(values=values, query=query):
                    item = {"product": str(self.subscription.id), **values}
                    body = {"customer": str(self.customer.id), "confirm": True, "items": [item]}
                    answer = self.call("POST", f"/contracts{query}", body)
                    self.assertIn(answer.status_code, (200, 201, 422), answer.text)

    def test_terms_of_a_contract_are_values_of_their_fields(self):
        cases = [
            {"line_grouping": "bogus"},
            {"line_grouping": 5},
            {"commitment_end": "soon"},
            {"commitment_end": 20260101},
            {"commitment_end": "9999-99-99"},
            {"invoice_separately": [1]},
            {"journal_id": "x"},
            {"reseller_id": True},
            {"reseller_id": [1]},
            {"reseller_id": 10**30},
            {"line_grouping": "a\0"},
        ]
        for terms in cases:
            for query in ("?dry_run=true", ""):
                with self.subTest(terms=terms, query=query):
                    body = {
                        "contract": str(self.contract.id),
                        "type": "contract_terms",
                        "date_effective": "2026-02-20",
                        "values": {"terms": terms},
                    }
                    answer = self.call("POST", f"/contract-changes{query}", body)
                    self.assertEqual(answer.status_code, 422, answer.text)

    def test_terms_of_a_contract_name_records_as_all_values_do(self):
        reseller = self.env["res.partner"].create({"name": "Reseller"})
        body = {
            "contract": str(self.contract.id),
            "type": "contract_terms",
            "date_effective": "2026-02-20",
            "values": {"terms": {"reseller_id": str(reseller.id)}},
        }
        self.post("/contract-changes", body)
        self.assertEqual(self.contract.reseller_id, reseller)
        body["values"]["terms"]["reseller_id"] = "ext:NOBODY"
        problem = self.assertProblem(self.call("POST", "/contract-changes", body), 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/values/terms/reseller_id")

    def test_one_bad_line_does_not_stop_the_others(self):
        self.env.user.group_ids += self.env.ref("cn285_usage.group_usage_recorder")
        self.program.group_ids += self.env.ref("cn285_usage.group_usage_recorder")
        good = {"source": "g", "transaction_id": "1", "metric": "m", "park": True, "quantity": "1"}
        good["occurred_at"] = "2026-02-01T10:00:00Z"
        lines = [json.dumps(good), "{broken", "", "\x00", '{"source": NaN}', "[1]", '"text"']
        data = "\n".join([*lines, '{"source": "g", "source": "h"}']).encode()
        answer = self.call("POST", "/usage/events", data=data, Content_Type="application/x-ndjson")
        self.assertEqual(answer.status_code, 200, answer.text)
        places = {one["row"]: one["code"] for one in answer.json()["refused"]}
        places.pop(0, None)
        bad = {1: "bad_json", 3: "bad_json", 4: "bad_json", 5: "not_an_event", 6: "not_an_event"}
        self.assertEqual(places, {**bad, 7: "key_missing"})

    # === WORDS === #

    def test_mistakes_are_told_in_the_callers_language(self):
        body = {
            "customer": 5,
            "colour": "red",
            "date_start": "2026-02-30",
            "confirm": "yes",
            "items": [{"product": "1", "quantity": 1.5, "trial_days": -1, "billing_type": "x"}],
            "external_id": " a",
        }

        class French(dict):
            def get(self, source, default=None):
                return f"fr: {source}"

        translations = {("cn285_api", "fr_FR"): French()}
        with patch.dict(code_translations.python_translations, translations):
            answers = {
                lang: self.call("POST", "/contracts", body, Accept_Language=lang).json()["errors"]
                for lang in ("fr", "en")
            }
        for french, english in zip(answers["fr"], answers["en"], strict=True):
            with self.subTest(pointer=french["pointer"]):
                self.assertEqual(french["code"], english["code"])
                self.assertNotEqual(french["detail"], english["detail"])

    def test_schemas_say_what_is_wrong_in_words_that_are_translated(self):
        """Of all addons: what is raised as a plain text would be told in English to everybody."""
        addons, plain, count = Path(__file__).parents[2], [], 0
        for path in sorted(addons.glob("cn285_*/schemas/*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
                    count += 1
                    words = node.args[0]
                    if not (isinstance(words, ast.Call) and words.func.id == "_lt"):
                        plain.append(f"{path.name}:{node.lineno}")
        self.assertGreater(count, 15)
        self.assertEqual(plain, [])

    def test_each_code_of_a_problem_is_explained_where_its_type_leads(self):
        problem = self.call("GET", "/contracts/999999999").json()
        page = self.opener.get(self.base_url() + problem["type"].partition("#")[0], timeout=60)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'id="{problem["type"].partition("#")[2]}"', page.text)

    # === OTHERS' RECORDS === #

    @mute_logger("odoo.http")
    def test_usage_of_another_company_is_told_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        groups = "cn285_contract.group_billing_manager", "cn285_usage.group_usage_recorder"
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "attack_stranger",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
                "group_ids": [(6, 0, [self.env.ref(one).id for one in groups])],
            }
        )
        key = self._new_key(stranger, company_id=other.id)
        item = self.contract.item_ids
        item.code = "LINE-1"
        self.env["cn285.usage.metric"].create({"name": "Calls", "code": "attack"})
        common = {"source": "g", "metric": "attack", "quantity": "1"}
        common["occurred_at"] = "2026-02-01T10:00:00Z"
        whose = [{"item_id": item.id}, {"item": "LINE-1"}, {"contract_id": self.contract.id}]
        whose += [{"contract": self.contract.name}, {"item_id": True}, {"item_id": 1e300}]
        events = [
            {**common, **one, "transaction_id": str(place)} for place, one in enumerate(whose)
        ]
        answer = self.post("/usage/events", {"events": events}, 200, key=key)
        self.assertEqual((answer["accepted"], len(answer["refused"])), (0, len(events)))
