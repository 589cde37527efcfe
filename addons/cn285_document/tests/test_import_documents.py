import base64
import hashlib
import io
import zipfile

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import new_test_user, tagged

HEAD = "id,contract,kind,title,date,file,number,sha256\n"


@tagged("post_install", "-at_install")
class TestImportDocuments(ContractCase):
    """Signed contracts of another system come in with their files, once, and are final."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.manager = new_test_user(
            cls.env, "papers_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        cls.contract = cls._create_contract()

    def _zip(self, rows, **files):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("documents.csv", HEAD + "\n".join(rows) + "\n")
            for name, one in files.items():
                archive.writestr(f"papers/{name}.pdf", one)
        return content.getvalue()

    def _load(self, rows, **files):
        wizard = (
            self.env["cn285.import.wizard"]
            .with_user(self.manager)
            .create(
                {
                    "attachment_ids": [
                        (0, 0, {"name": "papers.zip", "raw": self._zip(rows, **files)})
                    ]
                }
            )
        )
        wizard.action_load()
        return wizard

    def _row(self, name="A", file="papers/a.pdf", number="", sha256="", kind="contract"):
        return (
            f"{name},{self.contract.name},{kind},Signed {name},2024-03-01,{file},{number},{sha256}"
        )

    def _documents(self):
        return self.contract.document_ids

    def test_signed_papers_come_in_once(self):
        sha256 = hashlib.sha256(b"%PDF-a").hexdigest()
        rows = [self._row(number="OLD-17", sha256=sha256)]
        for _again in range(2):
            wizard = self._load(rows, a=b"%PDF-a")
            self.assertFalse(
                wizard.error_file, wizard.error_file and base64.b64decode(wizard.error_file)
            )
            [document] = self._documents()
            self.assertEqual((document.name, document.state), ("OLD-17", "final"))
            self.assertEqual(document._content(), b"%PDF-a")
            self.assertEqual(document.date.isoformat(), "2024-03-01")
            self.assertTrue(document._is_intact())

    def test_bad_rows_stop_themselves_only(self):
        rows = [
            self._row("A", "papers/a.pdf"),
            self._row("B", "papers/none.pdf"),
            self._row("C", "../../etc/passwd"),
            self._row("D", "papers/a.pdf", sha256="0" * 64),
            self._row("E", "papers/a.pdf", kind="notice"),
            self._row("F", "papers/a.pdf", number="OLD-1"),
            self._row("G", "papers/a.pdf", number="OLD-1"),
        ]
        wizard = self._load(rows, a=b"%PDF-a")
        final = self._documents().filtered(lambda one: one.state != "draft")
        self.assertEqual(set(final.mapped("title")), {"Signed A", "Signed F"})
        refused = base64.b64decode(wizard.error_file).decode("utf-8-sig")
        for said in ("papers/none.pdf", "../../etc/passwd", "SHA-256", "when it leaves", "number"):
            self.assertIn(said, refused)

    def test_another_file_under_the_same_id_is_refused(self):
        self._load([self._row()], a=b"%PDF-a")
        wizard = self._load([self._row()], a=b"%PDF-forged")
        self.assertIn("is final", base64.b64decode(wizard.error_file).decode("utf-8-sig"))
        self.assertEqual(self._documents()._content(), b"%PDF-a")

    def test_who_may_not_file_loads_nothing(self):
        reader = new_test_user(
            self.env, "papers_reader", "base.group_user,cn285_contract.group_contract_reader"
        )
        report = (
            self.env["cn285.import.loader"]
            .with_user(reader)
            ._load_files(
                [("documents.csv", HEAD + self._row() + "\n")], beside={"papers/a.pdf": b"x"}
            )
        )
        self.assertTrue(report.errors)
        self.assertFalse(self._documents())
