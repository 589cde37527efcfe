"""What Yousign says is taken over: once, in whatever order it is told, lost or late."""

import json
import random
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import YousignCase

# How often the tale of chance is told; each with its own beginning.
TALES = 12


@tagged("post_install", "-at_install")
class TestYousignTaking(YousignCase):
    def test_a_contract_is_confirmed_by_its_signatures(self):
        contract = self._draft()
        request = self._asked(contract)
        self._sign_there(request, 1)
        self._take_in()
        customer, boss = request.signer_ids
        self.assertEqual((customer.state, boss.state), ("signed", "waiting"))
        self.assertEqual((request.state, contract.state), ("sent", "draft"))
        asked = request.event_ids.filtered(lambda one: one.kind == "asked").sorted("id")
        self.assertEqual(asked.mapped("signer_id.email"), [self.customer.email, self.boss.email])
        request._job_yousign_sync()
        self._sign_there(request)
        self._take_in()
        self.assertEqual((request.state, request.is_done), ("signed", True))
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.date_concluded, self.company._cn285_today())
        kinds = request.event_ids.sorted("id").mapped("kind")
        each = ["asked", "signed"]
        self.assertEqual(kinds, ["sent", *each, *each, "completed", "sealed"])
        self.assertFalse(request.event_ids.sorted("id")._first_broken())

    def test_the_proof_is_filed_once(self):
        contract = self._draft()
        request = self._asked(contract)
        self._sign_there(request)
        there = self._there(request)
        self.server.fail("download", "500", "drop", "drop_after")
        self.server.fail("trail", "garbage")
        self._take_in(patience=4)
        self.assertIn("unexpected", request.yousign_problem)
        with self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        signed = request.proof_id
        self.assertEqual(signed._content(), self.account.signed_file(there))
        self.assertEqual((signed.kind, signed.previous_id), ("contract", request.document_id))
        evidence = contract.document_ids.filtered(lambda one: one.kind == "evidence")
        self.assertEqual(len(evidence), 2)
        self.assertFalse(any(evidence.mapped("is_for_customer")))
        self.assertIn(self.account.audit_trail(there), [one._content() for one in evidence])
        [told] = [one._content() for one in evidence if one._content().startswith(b"{")]
        told = json.loads(told)
        self.assertEqual(told["yousign_request"], there["id"])
        self.assertEqual(told["signed_document"]["sha256"], signed.sha256)
        self.assertEqual((told["level"], told["environment"]), ("simple", "sandbox"))
        self.assertEqual(request.seal, "none", "the server seals nothing, and so it is said")
        request._job_file_proof()
        self.assertEqual(len(contract.document_ids), 4)
        with self.assertRaises(Exception):  # noqa: B017 - whatever refuses it
            signed.attachment_id.raw = b"forged"

    def test_an_amendment_is_scheduled_by_its_signatures(self):
        contract = self._draft()
        self.rule.what = "price"
        contract.with_user(self.seller).action_confirm()
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "price",
                    "date_effective": self.company._cn285_today(),
                    "values": {"price_unit": 120.0},
                }
            )
        )
        with self._with_jobs():
            change.action_schedule()
        request = change.sudo().sign_request_ids
        self._sign_there(request)
        self._take_in(times=3, order=lambda events: reversed(list(events)))
        self.assertEqual((change.state, request.is_done), ("applied", True))
        self.assertMoney(contract.item_ids.price_unit, "120.00")

    def test_declined(self):
        request = self._asked()
        there = self._there(request)
        self.account.decline(there, there["_signers"][0], "Too dear")
        self._take_in()
        self.assertEqual((request.state, request.contract_id.state), ("declined", "draft"))
        customer, boss = request.signer_ids
        self.assertEqual((customer.state, boss.state), ("declined", "waiting"))
        self.assertEqual(customer.declined_reason, "Too dear")
        self.assertEqual(request.activity_ids.user_id, self.seller)

    def test_expired_and_sent_anew(self):
        request = self._asked()
        self.account.expire(self._there(request))
        self._take_in()
        self.assertEqual(request.state, "expired")
        with self._with_jobs():
            request.with_user(self.seller).action_send_anew()
        again = request.contract_id.sudo().sign_request_ids.sorted("id")[-1]
        self.assertNotEqual(again.yousign_key, request.yousign_key)
        # The old one is woken up there: it is over here, and ends there too.
        self.account.reactivate(self._there(request))
        self._take_in()
        self.assertEqual(self._there(request)["status"], "canceled")
        self._sign_there(again)
        self._take_in()
        self.assertEqual((again.state, request.state), ("signed", "expired"))
        self.assertEqual(request.contract_id.state, "active")

    def test_reactivated_there(self):
        request = self._asked()
        there = self._there(request)
        self.account.expire(there)
        self._take_in()
        self.account.reactivate(there)
        self._take_in()
        self.assertEqual(request.state, "sent")
        self._sign_there(request)
        self._take_in()
        self.assertEqual(request.contract_id.state, "active")

    def test_yousign_says_what_has_expired(self):
        """Signed on the last day, heard of later: it was signed."""
        request = self._asked()
        self._sign_there(request)
        self.server.hooks.waiting.clear()
        with freeze_time(fields.Datetime.now() + timedelta(days=35)), self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.state, request.contract_id.state), ("signed", "active"))

    def test_what_yousign_forgets_to_expire_is_cancelled_there(self):
        request = self._asked()
        for days, there, here in ((31, "ongoing", "sent"), (32, "canceled", "expired")):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)), self._with_jobs():
                self.env["cn285.sign.request"]._cron_sign()
            self.assertEqual((self._there(request)["status"], request.state), (there, here))

    def test_lost_messages_are_made_up_for_within_a_day(self):
        request = self._asked()
        self._sign_there(request)
        self.server.hooks.waiting.clear()
        self.assertEqual(request.state, "sent")
        with self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.state, request.contract_id.state), ("signed", "active"))

    def test_reminded(self):
        request = self._asked()
        with self._with_jobs():
            request.with_user(self.seller).action_remind()
        there = self._there(request)
        self.assertEqual([one["_reminders"] for one in there["_signers"]], [1, 0])
        asked = request.event_ids.filtered(lambda one: one.kind == "asked")
        self.assertEqual(asked.sorted("id").signer_id, request.signer_ids[:1])
        self._sign_there(request, 1)
        with freeze_time(fields.Datetime.now() + timedelta(days=7)), self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual([one["_reminders"] for one in there["_signers"]], [1, 1])

    def test_a_reminder_that_seems_lost_is_not_written_twice(self):
        request = self._asked()
        self.server.fail("remind", "500_after")
        with self._with_jobs(3):
            request.with_user(self.seller).action_remind()
        self.assertEqual(self._there(request)["_signers"][0]["_reminders"], 1)

    # === CANCELLED AND REPLACED === #

    def test_cancelled_here_is_cancelled_there(self):
        request = self._asked()
        request.with_user(self.seller).action_cancel()
        self.assertEqual((request.state, self._there(request)["status"]), ("cancelled", "canceled"))
        self._take_in()
        self.assertEqual(request.state, "cancelled")

    def test_cancelled_there(self):
        request = self._asked()
        self.account.cancel(self._there(request))
        self._take_in()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(request.activity_ids.user_id, self.seller)

    def test_what_is_signed_by_then_is_not_cancelled(self):
        request = self._asked()
        self._sign_there(request)
        with self.assertRaisesRegex(UserError, "over at Yousign"), self.env.cr.savepoint():
            request.with_user(self.seller).action_cancel()
        self.assertEqual(request.state, "sent")
        self._take_in()
        self.assertEqual((request.state, request.contract_id.state), ("signed", "active"))

    def test_cancelling_that_gets_lost(self):
        """The answer is lost: nothing is said to be cancelled here, until Yousign says so."""
        request = self._asked()
        self.server.fail("cancel", "drop_after")
        with self.assertRaisesRegex(UserError, "not cancelled"), self.env.cr.savepoint():
            request.with_user(self.seller).action_cancel()
        self.assertEqual(request.state, "sent")
        self._take_in()
        self.assertEqual(request.state, "cancelled")

    def test_whoever_is_at_it_is_waited_for(self):
        """A row that another one has locked: jobs come again, a clerk is told; nothing is lost."""
        request = self._asked()
        self._sign_there(request, 1)
        requests = type(self.env["cn285.sign.request"])
        with patch.object(requests, "try_lock_for_update", lambda one, **_how: one.browse()):
            for job in ("_job_yousign_sync", "_job_file_proof"):
                with self.subTest(job), self.assertRaises(RetryableJobError) as caught:
                    getattr(request, job)()
                self.assertTrue(caught.exception.ignore_retry)
            with self.assertRaisesRegex(UserError, "try again in a minute"):
                request.with_user(self.seller).action_cancel()
        self.assertFalse(request.yousign_problem)
        request._job_yousign_sync()
        self.assertEqual(request.signer_ids.mapped("state"), ["signed", "waiting"])

    def test_what_has_changed_is_replaced_there_too(self):
        contract = self._draft([{"price_unit": 30.0}])
        request = self._asked(contract)
        contract.item_ids.price_unit = 999.0
        with self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.state, self._there(request)["status"]), ("replaced", "canceled"))

    def test_nobody_signs_one_thing_and_gets_another(self):
        """Signed at 30.00 there, 999.00 here by then: nothing takes effect, and it is told."""
        contract = self._draft([{"price_unit": 30.0}])
        request = self._asked(contract)
        contract.item_ids.price_unit = 999.0
        self._sign_there(request)
        self._take_in(times=2)
        self.assertEqual((request.state, contract.state), ("replaced", "draft"))
        self.assertEqual(len(request.activity_ids), 1)
        self.assertFalse(request.proof_id)
        filed = contract.document_ids.filtered(lambda one: one.kind == "evidence")
        contents = [one._content() for one in filed]
        self.assertIn(self.account.signed_file(self._there(request)), contents)
        again = self._asked(contract)
        self._sign_there(again)
        self._take_in()
        self.assertEqual(contract.state, "active")
        self.assertMoney(contract.item_ids.price_unit, "999.00")

    def test_replaced_here_while_it_is_signed_there(self):
        contract = self._draft([{"price_unit": 30.0}])
        request = self._asked(contract)
        self._sign_there(request)
        contract.item_ids.price_unit = 999.0
        with self._with_jobs():
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.state, contract.state), ("replaced", "draft"))
        self.assertTrue(request.yousign_told)

    def test_signed_but_it_cannot_take_effect(self):
        contract = self._draft()
        request = self._asked(contract)
        self._sign_there(request)
        contracts = type(self.env["cn285.contract"])
        with patch.object(contracts, "_check_product_rules", side_effect=UserError("Not now")):
            self._take_in()
        self.assertEqual(
            (request.state, request.is_done, request.error), ("signed", False, "Not now")
        )
        self.assertTrue(request.proof_id)
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.is_done, contract.state), (True, "active"))

    def test_it_is_not_signed_here(self):
        """Our page has no say in what is signed at Yousign."""
        request = self._asked()
        signer = request.signer_ids[0]
        self.assertIn("at Yousign", signer._obstacle())
        with self.assertRaisesRegex(UserError, "at Yousign"):
            signer._send_code()
        with self.assertRaisesRegex(UserError, "at Yousign"):
            signer._sign(self._signing(signer, code="1"))
        with self.assertRaisesRegex(UserError, "at Yousign"):
            signer._decline("x")

    def test_a_status_that_is_new_to_us(self):
        request = self._asked()
        self._there(request)["status"] = "brand_new"
        request._job_yousign_sync()
        self.assertEqual(request.state, "sent")
        self.assertIn("brand_new", request.yousign_problem)

    def test_a_request_that_yousign_does_not_know(self):
        """A key of the other environment: nothing is believed to be cancelled."""
        request = self._asked()
        self.account.requests.clear()
        request._job_yousign_sync()
        self.assertEqual(request.state, "sent")
        self.assertTrue(request.yousign_problem)

    # === WHATEVER HAPPENS === #

    def test_it_ends_where_yousign_says(self):
        """Tales of chance: people act, messages come doubled, late, in any order or never, calls
        go wrong; in the end it is here as it is there, and took effect once, or never."""
        ends = {
            "ongoing": "sent",
            "done": "signed",
            "declined": "declined",
            "expired": "expired",
            "canceled": "cancelled",
        }
        seen = set()
        contracts = type(self.env["cn285.contract"])
        for seed in range(TALES):
            with self.subTest(seed=seed):
                self.server.reset()
                chance = random.Random(seed)
                contract = self._draft()
                confirmed = []
                confirm = contracts.action_confirm

                def counted(records, confirm=confirm, note=confirmed.append):
                    note(records.ids)
                    return confirm(records)

                with patch.object(contracts, "action_confirm", counted):
                    request = self._tale(chance, contract)
                there = self._there(request)["status"]
                seen.add(there)
                self.assertEqual(request.state, ends[there])
                self.assertEqual(len(confirmed), 1 if there == "done" else 0)
                self.assertEqual(contract.state, "active" if there == "done" else "draft")
                self.assertEqual((self._done("create"), self._done("activate")), (1, 1))
                papers = contract.document_ids.filtered(lambda one: one.kind == "contract")
                self.assertEqual(len(papers), 2 if there == "done" else 1)
                self.assertFalse(request.event_ids.sorted("id")._first_broken())
        self.assertGreaterEqual(len(seen), 4, f"too little happened: {seen}")

    def _tale(self, chance, contract):
        faults = ("429", "500", "500_after", "drop", "drop_after")
        for call in ("create", "upload", "add_signer", "activate", "fetch"):
            self.server.fail(call, *chance.sample(faults, chance.randint(0, 2)))
        request = self._asked(contract, patience=20)
        there, told = self._there(request), []
        for _act in range(chance.randint(1, 4)):
            self._act(chance, there)
            waiting, self.server.hooks.waiting = self.server.hooks.waiting, []
            told += waiting
            chance.shuffle(told)
            some = told[: chance.randint(0, len(told))]
            self.server.hooks.waiting = some
            self.server.fail("fetch", *chance.sample(faults, chance.randint(0, 1)))
            self._take_in(times=chance.randint(1, 2), patience=20)
        # What was told long ago comes last; then a day goes by.
        self.server.hooks.waiting = told[: chance.randint(0, len(told))]
        self._take_in(patience=20)
        with self._with_jobs(20):
            self.env["cn285.sign.request"]._cron_sign()
        return request

    def _act(self, chance, there):
        if there["status"] == "expired" and chance.random() < 0.3:
            self.account.reactivate(there)
        if there["status"] != "ongoing":
            return
        in_turn = [one for one in there["_signers"] if one["status"] == "notified"]
        act = chance.choice(("sign", "sign", "sign", "sign", "decline", "expire", "cancel"))
        if act == "sign":
            self.account.sign(there, in_turn[0])
        elif act == "decline":
            self.account.decline(there, in_turn[0], "No")
        else:
            getattr(self.account, act)(there)
