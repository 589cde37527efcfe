import base64

from odoo import SUPERUSER_ID
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger


class WrittenOnceCase(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.manager = new_test_user(
            cls.env,
            "once_manager",
            "base.group_user,cn285_contract.group_billing_manager,base.group_partner_manager",
            password="x" * 9,
        )
        cls.admin = new_test_user(cls.env, "once_admin", "base.group_system", password="x" * 9)
        cls.contract = cls._create_contract()
        cls.final = cls.env["cn285.document"]._file(
            b"%PDF-signed",
            {"kind": "evidence", "title": "Signed", "contract_id": cls.contract.id},
        )
        cls.file = cls.final.sudo().attachment_id

    def _as_all(self):
        """The document and its file as manager, administrator and superuser, by sudo too."""
        for user in (self.manager, self.admin, self.env["res.users"].browse(SUPERUSER_ID)):
            for sudo in (False, True):
                document = self.final.with_user(user).sudo(sudo)
                yield (user.login, sudo), document, self.file.with_user(user).sudo(sudo)

    def assertUnchanged(self):
        self.env.invalidate_all()
        self.assertTrue(self.final.exists())
        self.assertEqual(self.final.state, "final")
        self.assertEqual(self.final._content(), b"%PDF-signed")
        self.assertTrue(self.final._is_intact())
        self.assertEqual(self.final.contract_id, self.contract)
        self.assertEqual((self.file.res_model, self.file.res_id), (self.final._name, self.final.id))
        self.assertFalse(self.file.public)
        self.assertFalse(self.file.sudo().access_token)


@tagged("post_install", "-at_install")
class TestWrittenOnce(WrittenOnceCase):
    """Nothing final is rewritten or deleted, whichever way somebody tries."""

    def test_no_state_leads_back(self):
        """A document that is a draft again could be rewritten: nobody makes it one."""
        for who, document, _file in self._as_all():
            with self.subTest(who), self.assertRaises(AccessError):
                document.write({"state": "draft"})
        self.final.sudo()._write_inside({"state": "superseded"})
        for state in ("draft", "final"):
            with self.subTest(state), self.assertRaises(AccessError):
                self.final.sudo().write({"state": state})

    def test_no_way_by_the_file(self):
        attempts = {
            "raw": lambda file: file.write({"raw": b"forged"}),
            "datas": lambda file: file.write({"datas": base64.b64encode(b"forged")}),
            "raw and mimetype": lambda file: file.write(
                {"raw": b"forged", "mimetype": "text/plain"}
            ),
            "another mimetype": lambda file: file.write(
                {"raw": b"%PDF-signed", "mimetype": "text/html"}
            ),
            "assigned": lambda file: setattr(file, "raw", b"forged"),
            "res_id": lambda file: file.write({"res_id": self.contract.id}),
            "res_model": lambda file: file.write({"res_model": "cn285.contract"}),
            "res_field": lambda file: file.write({"res_field": "file"}),
            "url": lambda file: file.write({"type": "url", "url": "https://evil.example"}),
            "store_fname": lambda file: file.write({"store_fname": False}),
            "name": lambda file: file.write({"name": "other.pdf"}),
            "public": lambda file: file.write({"public": True}),
            "token": lambda file: file.write({"access_token": "x" * 36}),
            "a link for anybody": lambda file: file.generate_access_token(),
            "unlink": lambda file: file.unlink(),
            "with others": lambda file: (
                file | file.sudo().create({"name": "x", "raw": b"x"}).with_env(file.env)
            ).unlink(),
        }
        for name, attempt in attempts.items():
            for who, _document, file in self._as_all():
                with (
                    self.subTest(name, who=who),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    attempt(file)
        self.assertUnchanged()

    def test_where_files_are_kept_may_change(self):
        """Administrators move all files from the disk to the database: the bytes stay."""
        self.env["ir.config_parameter"].sudo().set_param("ir_attachment.location", "db")
        self.file.sudo()._migrate()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.file.sudo().store_fname)
        self.assertUnchanged()

    def test_no_way_by_its_contract(self):
        contract = self.contract.with_user(self.manager)
        for command in (
            Command.update(self.final.id, {"title": "Forged"}),
            Command.delete(self.final.id),
            Command.unlink(self.final.id),
            Command.set([]),
            Command.clear(),
        ):
            with self.subTest(command), self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
                contract.sudo().write({"document_ids": [command]})
                self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception),  # noqa: B017
            self.env.cr.savepoint(),
        ):
            self.contract.with_user(SUPERUSER_ID).unlink()
        self.assertUnchanged()

    def test_no_way_by_a_message(self):
        """A message that carries the file goes without it."""
        message = self.contract.message_post(body="See the file", attachment_ids=self.file.ids)
        message.sudo().unlink()
        self.assertUnchanged()

    def test_no_way_by_an_import(self):
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "signed",
                "model": self.final._name,
                "res_id": self.final.id,
            }
        )
        documents = self.env["cn285.document"].with_user(self.admin)
        answer = documents.load(["id", "title"], [["__import__.signed", "Forged"]])
        self.assertTrue(answer["messages"])
        self.assertUnchanged()

    def test_a_copy_is_a_draft_without_the_file(self):
        copy = self.final.with_user(self.manager).copy()
        self.assertEqual((copy.state, copy.name, copy.sha256), ("draft", "/", False))
        self.assertFalse(copy.sudo().attachment_id)
        copy.unlink()
        self.assertUnchanged()

    def test_customers_that_are_merged(self):
        """The paper of one of them is the same file afterwards."""
        double = self.env["res.partner"].create({"name": "Boulangerie Martin SARL"})
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.admin).sudo()
        merge._merge((self.customer | double).ids, double)
        self.assertUnchanged()
        self.assertEqual(self.final.partner_id, double)

    def test_with_what_is_purged_the_fingerprint_stays(self):
        """The law on personal data goes above: its own door alone leads there."""
        known = self.final.sha256, self.final.name, self.final.size
        self.final.sudo()._purge_files()
        self.assertFalse(self.file.exists())
        self.assertEqual((self.final.sha256, self.final.name, self.final.size), known)
        with self.assertRaises(AccessError):
            self.final.sudo().write({"file": base64.b64encode(b"other")})


@tagged("post_install", "-at_install")
class TestWrittenOnceRemotely(WrittenOnceCase, HttpCase):
    """What programs try, by JSON-RPC as a manager and as an administrator."""

    def _call(self, login, model, method, *args, **kwargs):
        self.authenticate(login, "x" * 9)
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    @mute_logger("odoo.http")
    def test_no_way_by_remote_calls(self):
        document, file = self.final.id, self.file.id
        forged = base64.b64encode(b"forged").decode()
        calls = [
            ("cn285.document", "write", [document], {"title": "Forged"}),
            ("cn285.document", "write", [document], {"state": "draft"}),
            ("cn285.document", "write", [document], {"file": forged}),
            ("cn285.document", "web_save", [document], {"title": "Forged"}, {"specification": {}}),
            ("cn285.document", "unlink", [document]),
            ("cn285.document", "_write_inside", [document], {"title": "Forged"}),
            ("cn285.document", "_purge_files", [document]),
            ("cn285.document", "_file_all", [document], [forged]),
            ("ir.attachment", "write", [file], {"datas": forged}),
            ("ir.attachment", "write", [file], {"public": True}),
            ("ir.attachment", "unlink", [file]),
            ("ir.attachment", "generate_access_token", [file]),
        ]
        for login in ("once_manager", "once_admin"):
            for model, method, *args in calls:
                kwargs = args.pop() if method == "web_save" else {}
                # A context that says what only the machinery may say is only words.
                kwargs["context"] = {"cn285_state_door": True}
                with self.subTest(login, call=(method, args)), self.assertRaises(Exception):  # noqa: B017
                    self._call(login, model, method, *args, **kwargs)
        self.assertUnchanged()

    def test_no_way_by_the_pages_of_messages(self):
        self.contract.message_post(body="See the file", attachment_ids=self.file.ids)
        self.authenticate("once_manager", "x" * 9)
        with mute_logger("odoo.http"), self.assertRaises(Exception):  # noqa: B017
            self.make_jsonrpc_request("/mail/attachment/delete", {"attachment_id": self.file.id})
        self.assertUnchanged()
