"""By which ways invoices are printed, and by whom."""

import base64
import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from .common import PrintCase

STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"


@tagged("post_install", "-at_install")
class TestPrinting(PrintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "print-clerk", "account.group_account_invoice")

    def _send(self, move, user=None):
        sender = self.env["account.move.send"].with_user(user or self.clerk)
        return sender._generate_and_send_invoices(
            move.with_user(user or self.clerk), sending_methods=["email"]
        )

    def test_odoos_own_layout_says_who_sells(self):
        """Code de commerce, R123-237 and R123-238: also where Odoo makes the PDF."""
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        for kind, said in (("out_invoice", True), ("out_refund", True), ("in_invoice", False)):
            move = self._invoice(move_type=kind)
            html, _type = reports._render_qweb_html("account.account_invoices", move.ids)
            for words in ("SAS au capital de 50 000 €", "RCS Lyon 999 123 458"):
                self.assertEqual(words in html.decode(), said, kind)

    def test_where_the_other_program_is_missing(self):
        self.company.cn285_invoice_pdf = "missing"
        move, reports = self._invoice(), self.env["ir.actions.report"].with_user(self.clerk)
        name = "account.report_invoice_with_payments"
        for state, drawn in (("install", True), ("broken", True), ("ok", False)):
            with patch(STATE, lambda self, state=state: state):
                self.assertEqual(reports.cn285_is_drawn(name, move.ids), drawn, state)
        self.company.cn285_invoice_pdf = "always"
        with patch(STATE, lambda self: "ok"):
            self.assertTrue(reports.cn285_is_drawn(name, move.ids))
            self.assertIn(move.name, self._printed(move, user=self.clerk))

    def test_a_layout_of_the_company_s_own_is_kept_where_it_can_be_made(self):
        """Who asks for another report of invoices gets that one."""
        self.company.cn285_invoice_pdf = "always"
        own = self.env.ref("account.account_invoices").copy(
            {"name": "Our layout", "report_name": "account.report_invoice_of_ours"}
        )
        self.assertTrue(own.is_invoice_report)
        move, reports = self._invoice(), self.env["ir.actions.report"].with_user(self.clerk)
        for state, drawn in (("ok", False), ("upgrade", False), ("install", True)):
            with patch(STATE, lambda self, state=state: state):
                self.assertEqual(reports.cn285_is_drawn(own.report_name, move.ids), drawn, state)

    def test_other_documents_stay_with_odoo(self):
        reports = self.env["ir.actions.report"]
        bill = self._invoice(move_type="in_invoice", post=False)
        self.assertFalse(reports.cn285_is_drawn("account.report_invoice", bill.ids))
        self.assertFalse(reports.cn285_is_drawn("account.report_payment_receipt", [1]))
        entry = self.env["account.move"].create({"move_type": "entry"})
        self.assertFalse(reports.cn285_is_drawn("account.report_invoice", entry.ids))

    def test_print_of_several(self):
        moves = self._invoice() | self._invoice()
        text = self._printed(moves, user=self.clerk)
        for move in moves:
            self.assertIn(f"Invoice {move.name}", text)

    def test_queries_do_not_grow_with_the_invoices(self):
        partners = self.env["res.partner"].create([{"name": f"No. {n}"} for n in range(12)])
        moves = self.env["account.move"].union(
            *(self._invoice([{}, {}], partner_id=partner.id) for partner in partners)
        )
        self._pdf(moves)
        counts = []
        for some in (moves[:2], moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._pdf(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3, counts)

    def test_sent_invoice_has_its_pdf(self):
        move = self._invoice()
        self._send(move)
        attachment = move.invoice_pdf_report_id
        self.assertEqual(attachment.name, move._get_invoice_report_filename())
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertEqual(attachment.res_field, "invoice_pdf_report_file")
        self.assertIn(f"Invoice {move.name}", self._text(attachment.raw))
        self.assertTrue(move.is_move_sent)
        mailed = move.message_ids.attachment_ids.filtered(lambda a: a.name.endswith(".pdf"))
        self.assertEqual([file.raw for file in mailed], [attachment.raw])

    def test_batch_of_invoices_is_sent_by_the_scheduled_action(self):
        moves = self._invoice() | self._invoice()
        wizard = self.env["account.move.send.batch.wizard"].with_user(self.clerk)
        wizard = wizard.with_context(active_model="account.move", active_ids=moves.ids)
        wizard.create({}).action_send_and_print()
        self.assertFalse(moves.invoice_pdf_report_id)
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        moves.invalidate_recordset()
        for move in moves:
            self.assertIn(move.name, self._text(move.invoice_pdf_report_id.raw))

    def test_one_that_cannot_be_drawn_stops_itself_only(self):
        """In a batch, once and again: the others have left, it has its reason."""
        moves = self._invoice() | self._invoice() | self._invoice()
        broken, draw = moves[1], type(moves)._cn285_document

        def document(move, **options):
            if move == broken:
                raise ValueError("a logo of lead")
            return draw(move, **options)

        wizard = self.env["account.move.send.batch.wizard"].with_user(self.clerk)
        wizard = wizard.with_context(active_model="account.move", active_ids=moves.ids)
        wizard.create({}).action_send_and_print()
        with (
            patch.object(type(moves), "_cn285_document", document),
            self.enter_registry_test_mode(),
            self.assertLogs("odoo.addons.cn285_print", "WARNING"),
        ):
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        moves.invalidate_recordset()
        self.assertEqual(moves.filtered("invoice_pdf_report_id"), moves - broken)
        self.assertIn("a logo of lead", "".join(broken.message_ids.mapped("body")))
        self.assertFalse(broken.is_move_sent)

    def test_mail_template_that_brings_the_report(self):
        move = self._invoice()
        template = self.env.ref("account.email_template_edi_invoice").copy(
            {"report_template_ids": [(6, 0, self.env.ref("account.account_invoices").ids)]}
        )
        [values] = template._generate_template(move.ids, ["report_template_ids"]).values()
        [(name, content)] = values["attachments"]
        self.assertTrue(name.endswith(".pdf"))
        self.assertIn(move.name, self._text(base64.b64decode(content)))

    def test_who_may_not_read_the_invoice_may_not_print_it(self):
        move = self._invoice()
        stranger = new_test_user(self.env, "print-stranger", "base.group_user")
        for report in ("account.account_invoices", "account.report_invoice"):
            with self.assertRaises(AccessError):
                self._pdf(move, report=report, user=stranger)
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(stranger).cn285_is_drawn(
                "account.report_invoice", move.ids
            )

    def test_whoever_reads_the_invoice_prints_all_of_it(self):
        """Also the contract's name, where the contract is another salesperson's."""
        contract = self._create_contract([{}])
        self._bill("2026-01-01")
        move = contract.schedule_ids.move_id
        seller = new_test_user(
            self.env,
            "print-seller",
            "account.group_account_invoice",
        )
        self.assertIn(contract.name, self._printed(move, user=seller))

    def test_statements_of_a_run_leave_with_the_pdf(self):
        contract = self._create_contract([{}], sending="email")
        run = self._bill("2026-01-01")
        move = contract.schedule_ids.move_id
        run._job_send(move.ids)
        self.assertFalse(run.issue_ids)
        self.assertIn(move.name, self._text(move.invoice_pdf_report_id.raw))


@tagged("post_install", "-at_install")
class TestPrintingOnline(PrintCase, HttpCase):
    def test_portal_and_print(self):
        user = new_test_user(self.env, "print-portal", "base.group_portal")
        user.partner_id.parent_id = self.customer
        move = self._invoice(partner_id=user.partner_id.id)
        stranger = new_test_user(self.env, "print-nosy", "base.group_portal")
        self.assertTrue(stranger)
        self.authenticate("print-portal", "print-portal")
        url = f"/my/invoices/{move.id}?report_type=pdf&download=true"
        first = self.url_open(url)
        self.assertEqual(first.headers["Content-Type"], "application/pdf")
        # What is posted is an invoice, whether it was sent or not.
        text = self._text(first.content)
        self.assertIn(f"Invoice {move.name}", text)
        self.assertNotIn("Proforma", text)
        page = self.url_open(f"/my/invoices/{move.id}?report_type=html").text
        self.assertNotIn("Proforma", page)
        shown = self.url_open(f"/my/invoices/{move.id}?report_type=pdf")
        self.assertNotIn("Proforma", self._text(shown.content))
        made = move._get_invoice_legal_documents("pdf", allow_fallback=True)
        self.assertEqual(made["filename"], move._get_invoice_report_filename())
        self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=[])
        sent = self.url_open(url)
        self.assertEqual(sent.content, move.invoice_pdf_report_id.raw)
        shown = self.url_open(f"/my/invoices/{move.id}?report_type=pdf")
        self.assertIn(f"Invoice {move.name}", self._text(shown.content))
        self.authenticate("print-nosy", "print-nosy")
        refused = self.url_open(url)
        self.assertNotEqual(refused.headers["Content-Type"], "application/pdf")

    def test_download_of_the_web_client(self):
        new_test_user(self.env, "print-clerk2", "account.group_account_invoice")
        move = self._invoice()
        self.authenticate("print-clerk2", "print-clerk2")
        path = f"/report/pdf/account.report_invoice_with_payments/{move.id}"
        response = self.url_open(
            "/report/download",
            data={
                "data": json.dumps([path, "qweb-pdf"]),
                "context": "{}",
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertIn(".pdf", response.headers["Content-Disposition"])
        self.assertIn(f"Invoice {move.name}", self._text(response.content))

    def test_print_button_downloads_without_the_other_program(self):
        """The web client asks for the PDF, where Odoo's own would have shown a page instead."""
        self.company.cn285_invoice_pdf = "missing"
        new_test_user(self.env, "print-clerk3", "base.group_user,account.group_account_invoice")
        move = self._invoice()
        code = """
            const services = odoo.__WOWL_DEBUG__.root.env.services;
            const asked = [];
            const send = XMLHttpRequest.prototype.open;
            XMLHttpRequest.prototype.open = function (method, url) {
                asked.push(url);
                return send.apply(this, arguments);
            };
            services.action
                .doAction("account.account_invoices", {
                    additionalContext: { active_ids: [MOVE_ID], active_model: "account.move" },
                })
                .then(() => {
                    if (!asked.some((url) => url.includes("/report/download"))) {
                        throw new Error("no download: " + asked);
                    }
                    console.log("test successful");
                })
                .catch((error) => console.error(error.message));
        """
        with patch(STATE, lambda self: "install"):
            self.browser_js(
                "/odoo?debug=1",
                code.replace("MOVE_ID", str(move.id)),
                "Boolean(odoo.__WOWL_DEBUG__?.root?.env.services.action)",
                login="print-clerk3",
            )
