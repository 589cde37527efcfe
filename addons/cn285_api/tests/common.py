import json

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import HttpCase, new_test_user

ROOT = "/cn285/v1"


class ApiCase(ContractCase, HttpCase):
    """Programs with keys, that call the API over HTTP; all share one database transaction."""

    # Seconds that an answer may take on a busy machine.
    patience = 60

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A session of Odoo would be asked for nothing: no program has one.
        cls.program = new_test_user(
            cls.env,
            "api_program",
            "cn285_contract.group_billing_manager,base.group_partner_manager",
        )
        cls.key = cls._new_key(cls.program)

    @classmethod
    def _new_key(cls, user, scopes=None, **values):
        """A key of a user, with all scopes where none are named; the key itself."""
        every = cls.env["cn285.api.scope"].search([])
        chosen = every.filtered(lambda one: scopes is None or one.code in scopes)
        record = cls.env["cn285.api.key"].create(
            {
                "name": f"Key of {user.login}",
                "user_id": user.id,
                "company_id": user.company_id.id,
                "scope_ids": [(6, 0, chosen.ids)],
                **values,
            }
        )
        key = record._make()
        cls.env.flush_all()
        return key

    def call(self, method, path, body=None, key=None, data=None, **headers):
        """An answer of the API; ``headers`` by their names, with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        token = self.key if key is None else key
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            data = json.dumps(body)
        self.env.flush_all()
        url = self.base_url() + ROOT + path
        answer = self.opener.request(
            method, url, data=data, headers=sent, timeout=self.patience, allow_redirects=False
        )
        self.env.invalidate_all()
        return answer

    def get(self, path, **options):
        """What a GET answers with 200, read."""
        answer = self.call("GET", path, **options)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def post(self, path, body, status=201, **options):
        answer = self.call("POST", path, body, **options)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def assertProblem(self, answer, status, code):
        """Assert that an answer is a problem; returns it."""
        self.assertEqual(
            (answer.status_code, answer.headers["Content-Type"]),
            (status, "application/problem+json"),
            answer.text,
        )
        problem = answer.json()
        self.assertEqual((problem["code"], problem["status"]), (code, status))
        self.assertEqual(problem["request_id"], answer.headers["X-Request-Id"])
        self.assertNotIn("Traceback", answer.text)
        return problem
