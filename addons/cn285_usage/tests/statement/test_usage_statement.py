import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from pypdf import PdfReader

from ..rating.test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageStatement(UsageCase):
    """With the invoice comes a statement of what was consumed, and its sums are the invoice's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax

    def _layout(self, **values):
        fields = ("occurred_at", "beneficiary", "metric", "quantity", "amount")
        return self.env["cn285.statement.layout"].create(
            {
                "name": "Detail",
                "want_csv": True,
                "column_ids": [
                    (
                        0,
                        0,
                        {
                            "field": name,
                            "total": "sum" if name in ("quantity", "amount") else "none",
                        },
                    )
                    for name in fields
                ],
                **values,
            }
        )

    def _bill_with_statement(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
        with trap_jobs() as trap:
            run.action_run()
            trap.perform_enqueued_jobs()
        return run.invoice_ids

    def _csv_amounts(self, move):
        [attachment] = move.cn285_statement_ids.filtered(lambda file: file.name.endswith(".csv"))
        text = attachment.raw.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))
        position = rows[0].index("Amount")
        return [row[position] for row in rows[1:] if row and row[position]]

    def test_a_metric_keeps_the_name_of_then(self):
        """Made again after the metric was renamed, a statement says what it said."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.calls.with_context(lang="fr_FR").name = "Appels"
        self.calls.unit = "call"
        names = ("metric", "unit", "quantity", "amount")
        columns = [(0, 0, {"field": name}) for name in names]
        layout = self._layout(column_ids=columns)
        contract = self._usage_contract({"price_unit": 2.0}, statement_layout_id=layout.id)
        self._use(contract, 7)
        [move] = self._bill_with_statement()

        def row(lang):
            ratings = move.with_context(lang=lang).cn285_schedule_ids.rating_ids
            [one] = ratings._statement_rows(layout._spec())
            return one["metric"], one["unit"]

        self.assertEqual((row("en_US"), row("fr_FR")), (("API calls", "call"), ("Appels", "call")))
        self.calls.write({"name": "Requests", "unit": "request"})
        self.calls.with_context(lang="fr_FR").name = "Requêtes"
        self.calls.name = "Queries"
        self.assertEqual((row("en_US"), row("fr_FR")), (("API calls", "call"), ("Appels", "call")))
        with freeze_time("2026-03-01 10:00:00"):
            self._use(contract, 3, "2026-02-10")
            later = self._bill(date(2026, 3, 1)).invoice_ids
        [one] = later.cn285_schedule_ids.rating_ids._statement_rows(layout._spec())
        self.assertEqual((one["metric"], one["unit"]), ("Queries", "request"))

    def test_statement_is_attached_and_adds_up(self):
        for groups in ((), ("metric",), ("day", "beneficiary")):
            layout = self._layout(group_ids=[(0, 0, {"field": name}) for name in groups])
            contract = self._usage_contract(
                {"charge_model": "graduated", "tier_ids": self.TIERS},
                statement_layout_id=layout.id,
            )
            self._use(contract, 7)
            self._use(contract, 14, "2026-01-20")
            move = self._bill_with_statement()
            self.assertEqual(
                sorted(name.rsplit(".")[-1] for name in move.cn285_statement_ids.mapped("name")),
                ["csv", "pdf", "xlsx"],
            )
            amounts = self._csv_amounts(move)
            self.assertEqual(len(amounts), 2)
            self.assertMoney(sum(map(float, amounts)), self._cents(move.amount_untaxed))

    def test_consumers_read_prices_and_amounts_with_tax(self):
        """21 units in tiers; and 3 units of 0.49 each: 1.47, with 20 % 1.76 (not 3 × 0.59)."""
        self.patch(type(self.env["cn285.contract"]), "_prices_with_tax", lambda contract: True)
        columns = [
            (0, 0, {"field": name, "total": "sum" if name == "amount" else "none"})
            for name in ("occurred_at", "quantity", "unit_price", "amount")
        ]
        layout = self._layout(column_ids=columns)
        for quantities, values in (
            ((7, 14), {"charge_model": "graduated", "tier_ids": self.TIERS}),
            ((1, 2), {"charge_model": "per_unit", "price_unit": 0.49}),
        ):
            contract = self._usage_contract(values, statement_layout_id=layout.id)
            for quantity in quantities:
                self._use(contract, quantity)
            move = self._bill_with_statement()
            self.assertMoney(move.amount_total / move.amount_untaxed, "1.20")
            self.assertMoney(
                sum(map(float, self._csv_amounts(move))), self._cents(move.amount_total)
            )
            [pdf] = move.cn285_statement_ids.filtered(lambda file: file.name.endswith(".pdf"))
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.raw)).pages)
            self.assertIn("tax included", text)
        self.assertMoney(move.amount_total, "1.76")
        self.assertIn("0.588", text)

    def test_minimum_without_usage_is_a_row_of_its_own(self):
        contract = self._usage_contract(
            {"price_unit": 1.0, "minimum_amount": 50}, statement_layout_id=self._layout().id
        )
        move = self._bill_with_statement()
        self.assertEqual(move.cn285_contract_ids, contract)
        self.assertEqual([self._cents(float(a)) for a in self._csv_amounts(move)], ["50.00"])

    def test_once(self):
        contract = self._usage_contract({"price_unit": 1.0}, statement_layout_id=self._layout().id)
        self._use(contract, 3)
        move = self._bill_with_statement()
        files = move.cn285_statement_ids
        self.assertEqual(move._make_usage_statements(), files)

    def test_contract_without_layout_gets_none(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 3)
        self.assertFalse(self._bill_with_statement().cn285_statement_ids)

    # === WITH THE MAIL === #

    def _mailed_names(self, **values):
        """Names of the statement's files in the mail of a contract's invoice."""
        contract = self._usage_contract(
            {"price_unit": 1.0},
            statement_layout_id=self.env.ref("cn285_usage.layout_by_metric").id,
            **values,
        )
        self._use(contract, 3)
        move = self._bill_with_statement()
        mail = move.message_ids.filtered(lambda message: message.message_type == "comment")
        names = mail.attachment_ids.mapped("name")
        return move, sorted(name for name in names if name.startswith("Usage "))

    def test_mail_takes_along_what_the_contract_wants(self):
        for wanted, expected in (
            ({}, ["pdf"]),
            ({"statement_mail_xlsx": True, "statement_mail_csv": True}, ["csv", "pdf", "xlsx"]),
            ({"statement_mail_pdf": False}, []),
        ):
            with self.subTest(wanted):
                move, names = self._mailed_names(sending="email", **wanted)
                self.assertTrue(move.is_move_sent)
                self.assertEqual([name.rsplit(".")[-1] for name in names], expected)
                # The invoice keeps its own files: a mail takes copies.
                made = {name.rsplit(".")[-1] for name in move.cn285_statement_ids.mapped("name")}
                self.assertEqual(made, {"pdf", "xlsx", *expected})
                self.assertEqual(set(move.cn285_statement_ids.mapped("res_id")), {move.id})

    def test_invoice_that_is_not_mailed_has_its_statement_all_the_same(self):
        move, names = self._mailed_names(sending="none")
        self.assertEqual((len(move.cn285_statement_ids), names), (2, []))

    def test_template_decides_for_its_contracts(self):
        layout = self.env.ref("cn285_usage.layout_by_day")
        template = self.env["cn285.contract.template"].create(
            {"name": "Metered", "statement_layout_id": layout.id, "statement_mail_csv": True}
        )
        contract = self._create_contract(confirm=False)
        with Form(contract) as form:
            form.template_id = template
        self.assertEqual(contract.statement_layout_id, layout)
        self.assertEqual(contract._mailed_formats(), ["pdf", "csv"])

    def test_statement_that_is_missing_is_made_by_its_button(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 3)
        move = self._bill_with_statement()
        self.assertFalse(move.cn285_statement_missing)
        contract.statement_layout_id = self.env.ref("cn285_usage.layout_detail")
        move.invalidate_recordset()
        self.assertTrue(move.cn285_statement_missing)
        move.action_make_usage_statements()
        self.assertEqual(len(move.cn285_statement_ids), 3)
        self.assertFalse(move.cn285_statement_missing)

    def test_layout_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Filiale"})
        foreign = self._layout(company_id=other.id)
        with self.assertRaises(UserError):
            self._usage_contract({"price_unit": 1.0}, statement_layout_id=foreign.id)
        layout = self._layout(company_id=False)
        self._usage_contract({"price_unit": 1.0}, statement_layout_id=layout.id)
        with self.assertRaisesRegex(ValidationError, "of another company"):
            layout.company_id = other


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageStatementPortal(UsageCase, HttpCase):
    """Customers find their statements in the portal, nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Garage Petit"})
        for login, company in (("p_martin", cls.customer), ("p_petit", cls.stranger)):
            new_test_user(
                cls.env,
                login,
                groups="base.group_portal",
                partner_id=cls.env["res.partner"]
                .create({"name": login, "parent_id": company.id, "email": f"{login}@x.example"})
                .id,
            )

    def setUp(self):
        super().setUp()
        self.contract = self._usage_contract(
            {"price_unit": 1.0},
            statement_layout_id=self.env.ref("cn285_usage.layout_by_metric").id,
        )
        self._use(self.contract, 3)
        self.move = self._bill(date(2026, 2, 1)).invoice_ids
        self.files = self.move._make_usage_statements()

    def _open(self, url, login):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_on_the_pages_of_contract_and_invoice(self):
        for url in (f"/my/contracts/{self.contract.id}", f"/my/invoices/{self.move.id}"):
            with self.subTest(url):
                page = self._open(url, "p_martin").text
                for file in self.files:
                    self.assertIn(file.name, page)
                    self.assertIn(f"/web/content/{file.id}?download=true", page)
                self.assertNotIn(self.files[0].name, self._open(url, "p_petit").text)

    def test_download_by_its_link_only(self):
        page = self._open(f"/my/invoices/{self.move.id}", "p_martin").text
        [pdf] = self.files.filtered(lambda file: file.name.endswith(".pdf"))
        self.assertIn(pdf.access_token, page)
        link = f"/web/content/{pdf.id}?download=true"
        self.assertTrue(
            self._open(f"{link}&access_token={pdf.access_token}", "p_martin").content.startswith(
                b"%PDF"
            )
        )
        self.assertEqual(self._open(link, "p_petit").status_code, 404)
        guessed = self._open(f"{link}&access_token=guessed", "p_petit")
        self.assertEqual(guessed.status_code, 404)
