import base64
import io
import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader
from PIL import Image

from .common import SignCase


def words_of(document):
    pages = PdfFileReader(io.BytesIO(document._content())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def drawn():
    """A drawing as the page posts it."""
    file = io.BytesIO()
    Image.new("RGBA", (360, 120), (10, 20, 30, 128)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestSigningHolds(SignCase):
    """What was signed is what holds: nothing else by now, and nothing that was not signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.seller.lang = "en_US"
        cls.company.cn285_files_documents = True

    def _terms(self, title, day):
        return self.env["cn285.document"]._file(
            title.encode(),
            {
                "kind": "terms",
                "title": title,
                "company_id": self.company.id,
                "date": day,
                "file_name": f"{title}.pdf",
            },
        )

    def _change(self, contract, kind="price", values=None, **more):
        return (
            self.env["cn285.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids[:1].id if kind != "holder" else False,
                    "type": kind,
                    "date_effective": self.company._cn285_today(),
                    "values": {"price_unit": 120.0} if values is None else values,
                    **more,
                }
            )
        )

    def _running(self, **values):
        """A contract that runs, without anybody's signature."""
        self.rule.active = False
        contract = self._draft(**values)
        contract.with_user(self.seller).action_confirm()
        return contract

    # === WHAT WAS AGREED === #

    def test_the_terms_that_were_signed_stay(self):
        """New terms and conditions come into force between the sending and the signature."""
        today = self.company._cn285_today()
        old = self._terms("Terms of spring", today - timedelta(days=9))
        contract = self._draft()
        request = self._sent(contract)
        self.assertIn("Terms of spring", words_of(request.document_id))
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self._terms("Terms of autumn", today + timedelta(days=1))
            self.assertFalse(self._sign(request.signer_ids))
        self.assertEqual((request.is_done, contract.state), (True, "active"), request.error)
        self.assertEqual(contract.terms_document_id, old)

    def test_the_terms_are_read_and_sent(self):
        """Code civil, article 1119; Code de la consommation, L221-13."""
        terms = self._terms("Terms of spring", self.company._cn285_today())
        request = self._sent(self._draft())
        signer = request.signer_ids
        self.assertEqual(signer._terms_to_read(), terms)
        for said in ("Terms of spring", terms.sha256, request.document_id.sha256):
            self.assertIn(said, signer._consent())
        self._sign(signer)
        mail = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)], order="id desc", limit=1
        )
        self.assertEqual(mail.attachment_ids, (request.proof_id | terms).attachment_id)

    def test_what_could_not_take_effect_is_not_altered_meanwhile(self):
        """Signed at 30.00, kept from taking effect, raised to 999.00: it does not hold."""
        contract = self._draft([{"price_unit": 30.0}])
        request = self._sent(contract)
        code = self._mailed_code(request.signer_ids)
        contracts = type(self.env["cn285.contract"])
        with patch.object(contracts, "_check_product_rules", side_effect=UserError("Not now")):
            self._sign(request.signer_ids, code=code)
        self.assertEqual((request.state, request.is_done), ("signed", False))
        with self.assertRaisesRegex(UserError, "try again"):
            self._sent(contract)
        contract.item_ids.price_unit = 999.0
        self.assertTrue(request.is_outdated)
        request.with_user(self.seller).action_retry()
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((contract.state, request.is_done), ("draft", False))
        self.assertIn("something else", request.error)
        request.with_user(self.seller).action_send_anew()
        again = contract.sign_request_ids.sorted("id")[-1:].sudo()
        self.assertEqual((request.state, again.state), ("replaced", "sent"))
        self.assertFalse(self._sign(again.signer_ids))
        self.assertEqual(contract.state, "active")

    def test_an_amendment_tells_what_is_before(self):
        """Sent as 100.00 → 120.00; meanwhile it is 110.00: the amendment is another one."""
        contract = self._running()
        change = self._change(contract)
        request = self._sent(change)
        self._change(contract, values={"price_unit": 110.0}).action_schedule()
        with self.assertRaisesRegex(UserError, "newer version"):
            request.signer_ids._send_code()
        again = self._sent(change)
        self.assertIn("132.00", words_of(again.document_id))
        self.assertFalse(self._sign(again.signer_ids))
        self.assertMoney(contract.item_ids.price_unit, "120.00")

    def test_a_change_beside_it_replaces_no_amendment(self):
        contract = self._running()
        request = self._sent(self._change(contract))
        self._change(contract, "quantity", {"quantity": 2.0}).action_schedule()
        self.assertFalse(self._sign(request.signer_ids))
        self.assertTrue(request.is_done, request.error)

    def test_another_language_is_the_same_contract(self):
        contract = self._draft()
        request = self._sent(contract)
        self.customer.lang = "fr_FR"
        self.assertFalse(request.is_outdated)
        self.assertFalse(self._sign(request.signer_ids))

    def test_concluded_by_the_last_signature(self):
        """The paper is sent before: it says no day on which nothing was agreed."""
        contract = self._draft(has_withdrawal=True)
        with freeze_time("2026-02-03 10:00:00"):
            request = self._sent(contract)
        words = words_of(request.document_id)
        self.assertIn("agreed on the day of the last signature", words)
        self.assertIn("14 days from the conclusion", words)
        with freeze_time("2026-02-10 10:00:00"):
            self._sign(request.signer_ids)
        self.assertEqual(contract.date_concluded.isoformat(), "2026-02-10")

    def test_signed_first_and_paid_then(self):
        """What keeps a signed contract from taking effect may confirm it once it is there."""
        contract = self._draft()
        with freeze_time("2026-02-03 10:00:00"):
            request = self._sent(contract)
            code = self._mailed_code(request.signer_ids)
            contracts = type(self.env["cn285.contract"])
            with patch.object(contracts, "_check_product_rules", side_effect=UserError("Unpaid")):
                self._sign(request.signer_ids, code=code)
        self.assertEqual((request.is_done, contract.state), (False, "draft"))
        with freeze_time("2026-02-05 10:00:00"):
            contract.with_user(self.seller).action_confirm()
        self.assertEqual((contract.state, request.is_done, request.error), ("active", True, False))
        self.assertEqual(contract.date_concluded.isoformat(), "2026-02-03")
        altered = self._draft()
        request = self._sent(altered)
        code = self._mailed_code(request.signer_ids)
        with patch.object(contracts, "_check_product_rules", side_effect=UserError("Unpaid")):
            self._sign(request.signer_ids, code=code)
        altered.item_ids.price_unit = 999.0
        with self.assertRaisesRegex(UserError, "has been signed"):
            altered.with_user(self.seller).action_confirm()

    # === WHAT WAS NOT SIGNED === #

    def test_what_was_not_signed_has_no_effect(self):
        """An amendment that was declined stands among no customer's papers."""
        contract = self._running()
        shown = contract._customer_documents()
        request = self._sent(self._change(contract))
        paper = request.document_id
        self.assertEqual(contract._customer_documents(), shown, "it is not signed yet")
        request.signer_ids._decline("No")
        self.assertEqual(paper.state, "void")
        self.assertEqual(contract._customer_documents(), shown)
        self.assertTrue(paper._is_intact())
        for ended in ("cancelled", "expired", "replaced"):
            with self.subTest(ended):
                other = self._sent(self._change(contract, values={"price_unit": 130.0}))
                other._update_state(ended)
                self.assertEqual(other.document_id.state, "void")

    def test_the_signed_copy_takes_the_place(self):
        contract = self._running()
        request = self._sent(self._change(contract))
        self._sign(request.signer_ids)
        paper, proof = request.document_id, request.proof_id
        self.assertEqual((paper.state, proof.state), ("superseded", "final"))
        self.assertEqual(proof.previous_id, paper)
        self.assertIn(proof, contract._customer_documents())
        self.assertNotIn(paper, contract._customer_documents())

    def test_signed_and_then_declined_by_another(self):
        boss = new_test_user(self.env, "holds_boss", "base.group_user", email="b@cn285.example")
        self.rule.countersigner_id = boss
        request = self._sent(self._draft())
        customer, company = request.signer_ids
        self._sign(customer)
        self.assertIn("Thank you", customer._obstacle())
        company._decline("No")
        self.assertIn("declined", customer._obstacle())
        self.assertIn("no effect", customer._obstacle())

    def test_no_paper_takes_the_place_of_what_was_signed(self):
        contract = self._draft()
        request = self._sent(contract)
        self._sign(request.signer_ids)
        self.assertTrue(contract.paper_is_signed)
        with self.assertRaisesRegex(UserError, "was signed"):
            contract.with_user(self.seller).action_file_contract()
        self.assertEqual(request.proof_id.state, "final")
        self.assertFalse(self._running().paper_is_signed)

    # === BUTTONS === #

    def test_a_new_version_can_be_sent(self):
        """By the button of the contract, and of the request, without waiting for the morning."""
        contract = self._draft().with_user(self.seller)
        self.assertTrue(contract.has_to_be_signed)
        request = self._sent(contract)
        self.assertEqual((contract.sign_is_waiting, contract.sign_is_outdated), (True, False))
        with self.assertRaisesRegex(UserError, "is being signed"):
            request.with_user(self.seller).action_send_anew()
        contract.item_ids.price_unit = 120.0
        contract.invalidate_recordset()
        request.invalidate_recordset()
        self.assertTrue(contract.sign_is_outdated)
        request.with_user(self.seller).action_send_anew()
        self.assertEqual(request.state, "replaced")
        self.assertFalse(contract.sign_is_outdated)
        self.rule.active = False
        self.assertFalse(self._draft().has_to_be_signed)

    def test_a_draft_once_more_is_signed_once_more(self):
        contract = self._draft()
        self._sign(self._sent(contract).signer_ids)
        contract.action_cancel()
        contract.action_draft()
        self.assertFalse(contract.sign_is_waiting)
        self.assertFalse(self._sign(self._sent(contract).signer_ids))
        self.assertEqual(contract.state, "active")

    # === WHO SIGNS === #

    def test_a_person_signs_for_a_firm(self):
        self.customer.is_company = True
        person, stranger = self.env["res.partner"].create(
            [
                {
                    "name": "Zoé O’Brien-Lefèvre",
                    "function": "Gérante",
                    "email": "zoe@boulangerie-martin.example",
                    "parent_id": self.customer.id,
                },
                {"name": "Stranger", "email": "stranger@example.com"},
            ]
        )
        contract = self._draft()
        contract.with_user(self.seller).signatory_id = person
        with self.assertRaisesRegex(ValidationError, "another customer"), self.env.cr.savepoint():
            contract.with_user(self.seller).signatory_id = stranger
        request = self._sent(contract)
        self.assertEqual(request.signer_ids.partner_id, person)
        self.assertEqual(request.signer_ids.email, person.email)
        self.assertIn("represented by Zoé O’Brien-Lefèvre, Gérante", words_of(request.document_id))
        self._sign(request.signer_ids, name="Zoé O’Brien-Lefèvre")
        words = words_of(request.proof_id)
        self.assertIn("On behalf of Boulangerie Martin", words)
        evidence = contract.document_ids.filtered(lambda one: one.kind == "evidence")
        [told] = json.loads(evidence._content())["signers"]
        self.assertEqual(told["on_behalf_of"], "Boulangerie Martin")

    def test_who_takes_over_signs_too(self):
        """Code civil, article 1216: a contract is passed on with the consent of all."""
        boss = new_test_user(self.env, "heir_boss", "base.group_user", email="b@cn285.example")
        heir = self.customer.create({"name": "Nouvelle SARL", "email": "n@nouvelle.example"})
        terms = self._terms("Terms of spring", self.company._cn285_today())
        contract = self._running(date_start=self.company._cn285_today() - timedelta(days=40))
        self.env["cn285.sign.rule"].create(
            {
                "what": "holder",
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "countersigner_id": boss.id,
            }
        )
        change = self._change(contract, "holder", {"partner_id": heir.id})
        change.action_schedule()
        request = change.sudo().sign_request_ids
        self.assertEqual(request.signer_ids.partner_id, self.customer | heir | boss.partner_id)
        reads = [signer._terms_to_read() for signer in request.signer_ids.sorted("order")]
        self.assertEqual(reads, [terms.browse(), terms, terms.browse()], "agreed to before")
        for signer in request.signer_ids:
            self.assertEqual(change.state, "draft")
            self.assertFalse(self._sign(signer))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual(change.result_contract_id.partner_id, heir)

    # === PROOF === #

    def test_a_drawn_signature_is_seen(self):
        request = self._sent(self._draft())
        picture = drawn()
        self._sign(request.signer_ids, drawing=picture)
        pages = PdfFileReader(io.BytesIO(request.proof_id._content())).pages
        self.assertEqual(sum(len(page.images) for page in pages), 1)
        signed = request.event_ids.filtered(lambda one: one.kind == "signed")
        self.assertEqual(len(signed.data["drawing_sha256"]), 64)
        words = words_of(request.proof_id)
        self.assertIn("/sign/verify", words)
        self.assertIn("Boulangerie Martin (Customer)", words)

    def test_served_at_once_if_asked_expressly(self):
        """Code de la consommation, L221-25: by a box that nobody ticked before."""
        for asks, has_right in ((True, True), (False, True), (True, False)):
            with self.subTest(asks=asks, has_right=has_right):
                today = self.company._cn285_today()
                contract = self._draft(has_withdrawal=has_right, date_start=today)
                signer = self._sent(contract).signer_ids
                self.assertEqual(signer._offers_start(), has_right)
                self._sign(signer, starts_at_once=asks)
                self.assertEqual(contract.performance_requested, asks and has_right)
                self.assertEqual(contract.performance_proved, asks and has_right)
                told = "before the withdrawal period is over"
                self.assertEqual(
                    told in (contract.performance_declaration or ""), asks and has_right
                )

    # === WHO IS TOLD === #

    def test_the_owner_is_told_that_it_is_signed(self):
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        told = self.env["mail.message"].search(
            [("model", "=", request._name), ("res_id", "=", request.id)]
        )
        told = told.filtered(lambda one: self.seller.partner_id in one.partner_ids)
        self.assertIn("has taken effect", str(told.body))
        self.assertNotEqual(told.author_id, self.env.ref("base.public_partner"))

    def test_the_owner_reads_his_own_language(self):
        self.customer.lang = "fr_FR"
        contract = self._draft()
        request = self._sent(contract)
        code, said = self._mailed_code(request.signer_ids), []
        contracts = type(self.env["cn285.contract"])

        def refuse(contract):
            said.append(contract.env.lang)
            raise UserError("Not now")  # pylint: disable=translation-required

        self.patch(contracts, "_check_product_rules", refuse)
        signer = request.signer_ids.with_context(lang="fr_FR")
        self._sign(signer, code=code)
        self.assertEqual(said, ["en_US"])

    def test_one_that_fails_stops_no_other(self):
        bad, good = self._sent(self._draft()), self._sent(self._draft())
        requests = type(bad)
        daily = requests._daily

        def fail(request, today):
            if request == bad:
                raise UserError("Broken <b>data</b>")  # pylint: disable=translation-required
            return daily(request, today)

        self.patch(requests, "_daily", fail)
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            for _day in range(2):
                self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((bad.state, good.state), ("sent", "expired"))
        [activity] = bad.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("Broken &lt;b&gt;", activity.note)

    def test_an_owner_who_left_is_not_told(self):
        request = self._sent(self._draft())
        self.seller.active = False
        request.signer_ids._decline("No")
        self.assertTrue(request.activity_ids.user_id.active)

    # === RETENTION === #

    def test_people_go_when_the_retention_is_over(self):
        """Names, addresses and drawings of who signed, and what the log says of them (GDPR)."""
        data = self.env["cn285.personal.data"]
        contract = self._draft()
        request = self._sent(contract)
        self._sign(request.signer_ids, drawing=drawn())
        declined = self._sent(self._draft())
        declined.signer_ids._decline("Too dear, says Martin", "192.0.2.9")
        day = self.company._cn285_today()
        contract._inside().write({"state": "closed", "date_end": day})
        years = timedelta(days=366 * self.company.cn285_proof_retention_years)
        data._purge_proofs(self.company)
        self.assertTrue(request.signer_ids.signature)
        with freeze_time(fields.Datetime.now() + years):
            data._purge_proofs(self.company)
            self.assertEqual(data._purge_proofs(self.company), 0)
        for one in (request, declined):
            said = json.dumps(one.event_ids.mapped("data")) + str(
                one.signer_ids.read(["name", "email", "signed_name", "declined_reason"])
            )
            for gone in ("Martin", "192.0.2", self.customer.email):
                self.assertNotIn(gone, said)
            self.assertFalse(one.signer_ids.signature)
            self.assertFalse((one.document_id | one.proof_id).attachment_id)
            self.assertFalse(one.event_ids.sorted("id")._first_broken())
        self.assertTrue(request.signer_ids.signed_at)
        answer = request.with_user(self.seller).action_check_log()
        self.assertIn("purged", answer["params"]["message"])

    def test_anonymous_signers_leave_no_address(self):
        """Names, network addresses and browsers go, and the log is not called altered for it."""
        self.customer.cn285_legal_kind = "consumer"
        contract = self._draft()
        request = self._sent(contract)
        request.signer_ids._decline("No", "192.0.2.9")
        contract.action_cancel()
        admin = new_test_user(self.env, "holds_dpo", "base.group_system")
        data = self.env["cn285.personal.data"].with_user(admin)
        data._anonymise(self.customer.with_user(admin))
        self.env.invalidate_all()
        said = json.dumps(request.event_ids.mapped("data")) + str(request.signer_ids.read())
        for gone in ("192.0.2.9", "boulangerie-martin", "Boulangerie Martin"):
            self.assertNotIn(gone, said)
        self.assertFalse(request.event_ids.sorted("id")._first_broken())

    def test_running_contracts_keep_who_signed(self):
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        with freeze_time(fields.Datetime.now() + timedelta(days=7000)):
            self.env["cn285.personal.data"]._purge_proofs(self.company)
        self.assertEqual(request.signer_ids.email, self.customer.email)
