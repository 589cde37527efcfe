import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader


def text_of(document):
    """The words of a document's PDF, blanks as single ones."""
    reader = PdfFileReader(io.BytesIO(document._content()))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


class PaperCase(ContractCase):
    """Contracts confirmed and changed by a sales person; their papers are made by jobs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = True
        cls.env.ref("base.lang_fr").active = True
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.write(
            {"lang": "en_US", "street": "3 rue du Four", "city": "Lyon", "zip": "69001"}
        )
        cls.seller = new_test_user(
            cls.env, "paper_seller", "base.group_user,cn285_contract.group_contract_user_own"
        )

    def _confirmed(self, items=(), **values):
        contract = self._create_contract(
            items, confirm=False, **{"user_id": self.seller.id, **values}
        )
        with trap_jobs() as jobs:
            contract.with_user(self.seller).action_confirm()
            jobs.perform_enqueued_jobs()
        return contract

    def _changed(self, contract, kind, day, **values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids[:1].id,
                    "type": kind,
                    "date_effective": day,
                    "values": values,
                }
            )
        )
        with trap_jobs() as jobs:
            change.action_schedule()
            jobs.perform_enqueued_jobs()
        return change

    def _papers(self, contract, kind):
        return contract.document_ids.filtered(lambda one: one.kind == kind)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestContractPapers(PaperCase):
    """The contract as it was confirmed, and what changes altered, in words and to the cent."""

    def test_what_the_contract_says(self):
        self.customer.cn285_legal_kind = "professional"
        contract = self._confirmed(
            [
                {"quantity": 3, "price_unit": 25.5, "discount": 10},
                {"product_id": self.setup_fee.id, "price_unit": 250.0, "billing_type": "one_shot"},
            ],
            client_ref="PO 4711",
            term_length=12,
            notice_length=1,
        )
        paper = self._papers(contract, "contract")
        self.assertEqual((paper.state, paper.version, paper.lang), ("final", 1, "en_US"))
        self.assertEqual(paper.date, contract.date_concluded)
        words = text_of(paper)
        for expected in (
            contract.name,
            "Boulangerie Martin",
            "3 rue du Four",
            "API access",
            "3 × 25.50 excluding tax",
            "discount 10 %",
            "Monthly",
            "1 × 250.00",
            "Once",
            "12 months",
            "Tacit Renewal",
            "Notice 1 month",
        ):
            self.assertIn(expected, words.replace("€ ", "").replace("\N{NO-BREAK SPACE}", " "))

    def test_in_the_customers_language(self):
        self.customer.lang = "fr_FR"
        contract = self._confirmed([{"price_unit": 1250.5}])
        paper = self._papers(contract, "contract")
        self.assertEqual(paper.lang, "fr_FR")
        words = (
            text_of(paper)
            .replace("\N{NARROW NO-BREAK SPACE}", " ")
            .replace("\N{NO-BREAK SPACE}", " ")
        )
        self.assertIn("1 × 1 500,60 €", words, "a consumer reads prices with tax")

    def test_consumers_are_quoted_the_law(self):
        """Code de la consommation, L215-4: in full, where the contract renews tacitly."""
        cases = (
            ("consumer", 12, "tacit", True),
            ("non_professional", 12, "tacit", True),
            ("professional", 12, "tacit", False),
            ("consumer", 12, "expiry", False),
            ("consumer", 0, "tacit", False),
        )
        for kind, length, mode, quoted in cases:
            with self.subTest(kind=kind, length=length, mode=mode):
                self.customer.cn285_legal_kind = kind
                contract = self._confirmed(term_length=length, renewal_mode=mode)
                words = text_of(self._papers(contract, "contract"))
                for article in ("L. 215-1", "L. 215-2", "L. 215-3", "L. 241-3"):
                    self.assertEqual(f"Article {article} –" in words, quoted)

    def test_once_whatever_runs_again(self):
        contract = self._confirmed()
        paper = self._papers(contract, "contract")
        contract._job_file_documents()
        self.assertEqual(self._papers(contract, "contract"), paper)

    def test_a_new_version_takes_the_place(self):
        """As where both sides sign anew; one of them alone files nothing over what is agreed."""
        contract = self._confirmed()
        first = self._papers(contract, "contract")
        content = first._content()
        self.assertTrue(contract.with_user(self.seller).has_paper)
        with self.assertRaisesRegex(UserError, "has its paper"):
            contract.with_user(self.seller).action_file_contract()
        self.assertEqual((self._papers(contract, "contract"), first.state), (first, "final"))
        contract._file_contract()
        second = self._papers(contract, "contract") - first
        self.assertEqual((second.version, second.previous_id), (2, first))
        self.assertEqual((first.state, second.state), ("superseded", "final"))
        self.assertEqual(first._content(), content)
        self.assertTrue(first._is_intact())

    def test_an_amendment_for_what_is_altered(self):
        self.customer.cn285_legal_kind = "professional"
        contract = self._confirmed()
        change = self._changed(contract, "price", "2026-01-05", price_unit=120.0)
        self.assertEqual(change.state, "applied")
        paper = self._papers(contract, "amendment")
        self.assertEqual((paper.date, paper.state), (date(2026, 1, 5), "final"))
        words = text_of(paper)
        self.assertIn("100.00", words)
        self.assertIn("120.00", words)
        change._job_file_amendments()
        self.assertEqual(self._papers(contract, "amendment"), paper)

    def test_consumers_read_prices_with_tax_in_amendments_too(self):
        for kind, before, after in (
            ("consumer", "120.00", "144.00"),
            ("professional", "100.00", "120.00"),
        ):
            with self.subTest(kind):
                self.customer.cn285_legal_kind = kind
                contract = self._confirmed()
                self._changed(contract, "price", "2026-01-05", price_unit=120.0)
                words = text_of(self._papers(contract, "amendment"))
                tax = "tax included" if kind == "consumer" else "excluding tax"
                self.assertIn(
                    f"{before} € {tax} → {after} € {tax}".replace("€ ", ""),
                    (words.replace("\N{NO-BREAK SPACE}", " ").replace("€ ", "")),
                )

    def test_hundred_papers_take_few_statements(self):
        self.company.cn285_files_documents = False

        def filed(count):
            contracts = self.env["cn285.contract"].union(
                *(self._create_contract([{}, {}]) for _number in range(count))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts._job_file_documents()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        filed(1)
        self.assertLess(filed(30), 4 * filed(1))

    def test_amendments_stand_beside_each_other(self):
        contract = self._confirmed()
        self._changed(contract, "price", "2026-01-05", price_unit=120.0)
        self._changed(contract, "quantity", "2026-01-05", quantity=4.0)
        papers = self._papers(contract, "amendment").sorted("id")
        self.assertEqual(papers.mapped("version"), [1, 2])
        self.assertEqual(set(papers.mapped("state")), {"final"})

    def test_what_waits_for_its_day_is_no_amendment_yet(self):
        contract = self._confirmed()
        self._changed(contract, "price", "2026-02-01", price_unit=120.0)
        self.assertFalse(self._papers(contract, "amendment"))

    def test_where_the_company_files_by_hand(self):
        self.company.cn285_files_documents = False
        contract = self._confirmed()
        self._changed(contract, "price", "2026-01-05", price_unit=120.0)
        self.assertFalse(contract.document_ids or contract.has_paper)
        contract.with_user(self.seller).action_file_contract()
        self.assertEqual(self._papers(contract, "contract").version, 1)

    def test_the_terms_in_force_are_kept(self):
        documents = self.env["cn285.document"]
        old, new, later = (
            documents._file(
                text.encode(),
                {"kind": "terms", "title": text, "company_id": self.company.id, "date": day},
            )
            for text, day in (
                ("Terms 2025", "2025-01-01"),
                ("Terms 2026", "2026-01-01"),
                ("Terms 2027", "2027-01-01"),
            )
        )
        self.assertEqual((old.version, new.version, later.version), (1, 2, 3))
        contract = self._confirmed()
        self.assertEqual(contract.terms_document_id, new)
        self.assertIn("Terms 2026", text_of(self._papers(contract, "contract")))

    def test_hundred_contracts_take_few_jobs(self):
        contracts = self.env["cn285.contract"].union(
            *(self._create_contract(confirm=False) for _number in range(3))
        )
        with trap_jobs() as jobs:
            contracts.action_confirm()
            jobs.assert_jobs_count(1)
            jobs.perform_enqueued_jobs()
        self.assertEqual(contracts.document_ids.mapped("kind"), ["contract"] * 3)

    def test_the_texts_are_edited_with_a_preview(self):
        manager = new_test_user(
            self.env, "paper_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        self.company.cn285_files_documents = False
        contract = self._confirmed()
        letter = (
            self.env["cn285.letter.template"]
            .with_user(manager)
            .search([("kind", "=", "contract")], limit=1)
        )
        own = letter.browse(letter.action_copy_for_company()["res_id"])
        own.body = own.body.replace("it was agreed on", "was agreed, on")
        self.assertIn("was agreed, on", own.preview)
        self.assertIn(contract.name, own.preview)
        contract.with_user(self.seller).action_file_contract()
        self.assertIn("was agreed, on", text_of(self._papers(contract, "contract")[:1]))
        with self.assertRaisesRegex(Exception, "items"):
            own.body = "{{ parties }}\n\n{{ terms }}\n\n{{ law }}"
