import base64
import hashlib

from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.tests import new_test_user, tagged

ANNEX = b"%PDF-1.7 annex of ten lines " * 10


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiDocuments(ApiCase):
    """Documents over the API: filed, read in parts, never rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.contract = cls._create_contract()
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )

    def _file(self, content=ANNEX, status=201, **values):
        body = {
            "title": "Annex 1",
            "contract": str(self.contract.id),
            "file_name": "annexe n° 1.pdf",
            "content": base64.b64encode(content).decode(),
            **values,
        }
        return self.post("/documents", body, status=status)

    def test_an_annex_is_filed(self):
        made = self._file(visible_to_customer=True)
        self.assertEqual((made["state"], made["version"], made["kind"]), ("final", 1, "other"))
        self.assertEqual(made["sha256"], hashlib.sha256(ANNEX).hexdigest())
        self.assertEqual((made["size"], made["date"]), (len(ANNEX), "2026-02-20"))
        self.assertTrue(made["visible_to_customer"])
        self.assertIn(made["id"], self.contract._customer_documents().ids)
        found = self.get(f"/documents?contract={self.contract.id}&sha256={made['sha256']}")
        self.assertEqual([one["id"] for one in found["data"]], [made["id"]])
        self.assertEqual(self.get(f"/documents/{made['id']}"), made)

    def test_the_file_comes_whole_in_parts_or_not_at_all(self):
        made = self._file()
        path = f"/documents/{made['id']}/content"
        whole = self.call("GET", path)
        self.assertEqual((whole.status_code, whole.content), (200, ANNEX))
        tag = whole.headers["ETag"]
        self.assertEqual(tag, f'"{made["sha256"]}"')
        digest = base64.b64encode(hashlib.sha256(ANNEX).digest()).decode()
        self.assertEqual(whole.headers["Repr-Digest"], f"sha-256=:{digest}:")
        self.assertIn(
            "filename*=UTF-8''annexe%20n%C2%B0%201.pdf", whole.headers["Content-Disposition"]
        )
        part = self.call("GET", path, Range="bytes=5-9")
        self.assertEqual((part.status_code, part.content), (206, ANNEX[5:10]))
        self.assertEqual(part.headers["Content-Range"], f"bytes 5-9/{len(ANNEX)}")
        rest = self.call("GET", path, Range="bytes=-3", If_Range=tag)
        self.assertEqual((rest.status_code, rest.content), (206, ANNEX[-3:]))
        other = self.call("GET", path, Range="bytes=-3", If_Range='"other"')
        self.assertEqual((other.status_code, other.content), (200, ANNEX))
        known = self.call("GET", path, If_None_Match=f'"x", W/{tag}')
        self.assertEqual((known.status_code, known.content), (304, b""))
        beyond = self.call("GET", path, Range="bytes=9999-")
        self.assertProblem(beyond, 416, "range_not_satisfiable")
        self.assertEqual(beyond.headers["Content-Range"], f"bytes */{len(ANNEX)}")

    def test_nothing_final_is_rewritten(self):
        made = self._file()
        path = f"/documents/{made['id']}"
        self.assertProblem(self.call("DELETE", path), 409, "wrong_state")
        self.assertProblem(self.call("POST", f"{path}/finalize"), 409, "wrong_state")
        refused = self.call("PATCH", path, {"title": "Other", "visible_to_customer": True})
        self.assertProblem(refused, 422, "invalid")
        tag = self.call("GET", path).headers["ETag"]
        seen = self.call("PATCH", path, {"visible_to_customer": True}, If_Match=tag)
        self.assertEqual(seen.status_code, 200, seen.text)
        self.assertEqual(seen.json()["sha256"], made["sha256"])
        late = self.call("PATCH", path, {"visible_to_customer": False}, If_Match=tag)
        self.assertProblem(late, 412, "precondition_failed")
        self.assertEqual(self.call("GET", f"{path}/content").content, ANNEX)

    def test_a_draft_is_made_final_or_goes(self):
        one, other = self._file(final=False), self._file(final=False)
        self.assertEqual((one["number"], one["sha256"]), (None, None))
        made = self.post(f"/documents/{one['id']}/finalize", None, status=200)
        self.assertEqual(made["state"], "final")
        self.assertTrue(made["number"])
        self.assertEqual(self.call("DELETE", f"/documents/{other['id']}").status_code, 204)
        self.assertProblem(self.call("GET", f"/documents/{other['id']}"), 404, "not_found")

    def test_terms_by_version(self):
        first = self._file(b"first", kind="terms", contract=None, date="2026-01-01")
        second = self._file(b"second", kind="terms", contract=None, date="2026-02-01")
        self._file(b"to come", kind="terms", contract=None, date="2027-01-01")
        self.assertEqual((second["version"], second["replaces_id"]), (2, first["id"]))
        self.assertEqual(self.get("/terms-in-force")["id"], second["id"])
        versions = self.get("/documents?kind=terms")["data"]
        self.assertEqual([one["version"] for one in versions], [1, 2, 3])
        path = f"/contracts/{self.contract.id}/terms"
        self.assertProblem(self.call("GET", path), 404, "not_found")
        later = self._create_contract()
        self.assertEqual(self.get(f"/contracts/{later.id}/terms")["id"], second["id"])

    def test_what_cannot_be_filed_is_said_by_its_place(self):
        for values, pointer in (
            ({"content": "not base64!"}, "/content"),
            ({"kind": "poem"}, "/kind"),
            ({"language": "xx_XX"}, "/language"),
            ({"contract": "999999"}, "/contract"),
        ):
            with self.subTest(pointer=pointer):
                body = {"title": "x", "contract": str(self.contract.id), "file_name": "x"}
                answer = self.call("POST", "/documents", {**body, "content": "eA==", **values})
                problem = self.assertProblem(answer, 422, "invalid")
                self.assertEqual([one["pointer"] for one in problem["errors"]], [pointer])
        for kind in ("notice", "other"):
            contract = str(self.contract.id) if kind == "notice" else None
            body = {"title": "x", "contract": contract, "file_name": "x", "content": "eA=="}
            answer = self.call("POST", "/documents", {**body, "kind": kind})
            self.assertProblem(answer, 422, "refused")

    def test_filed_once_by_its_key(self):
        body = {
            "title": "Once",
            "contract": str(self.contract.id),
            "file_name": "once.txt",
            "content": "eA==",
        }
        one = self.call("POST", "/documents", body, Idempotency_Key="annex")
        again = self.call("POST", "/documents", body, Idempotency_Key="annex")
        self.assertEqual((one.status_code, again.status_code), (201, 201))
        self.assertEqual(again.json()["id"], one.json()["id"])
        self.assertEqual(len(self.contract.document_ids), 1)

    def test_a_seller_files_no_terms_and_reads_no_colleagues(self):
        seller = new_test_user(
            self.env, "api_paper_seller", "cn285_contract.group_contract_user_own"
        )
        key = self._new_key(seller)
        body = {"title": "x", "kind": "terms", "file_name": "x", "content": "eA=="}
        self.assertProblem(self.call("POST", "/documents", body, key=key), 403, "not_allowed")
        self.contract.user_id = self.program
        made = self._file()
        refused = self.call("GET", f"/documents/{made['id']}/content", key=key)
        self.assertProblem(refused, 404, "not_found")

    def test_each_document_is_told_of_once(self):
        made = self._file()
        self._file(final=False)
        events = self.env["cn285.webhook.event"].search([("type", "=", "document.filed")])
        events._complete()
        self.env.cr.precommit.clear()
        self.assertEqual(events.mapped("res_id"), [made["id"]])
        self.assertEqual(events.payload["data"]["object"]["sha256"], made["sha256"])
