"""A contract from its draft to the customer's copy, over real sockets on both sides."""

import re

import requests
from odoo.tests import HttpCase, tagged

from .common import YousignCase


@tagged("post_install", "-at_install")
class TestYousignStory(YousignCase, HttpCase):
    def _press(self, link, **pressed):
        """What somebody does on Yousign's page, in a browser."""
        return requests.post(link, data=pressed, timeout=20).text

    def _deliver(self, **how):
        """Yousign posts what happened to our webhook."""
        self.server.hooks.url = "/sign/yousign/webhook"
        post = {"post": lambda url, **values: self.url_open(url, **values)}
        with self._with_jobs(patience=5):
            statuses = self.server.hooks.deliver(**how, **post)
        self.env.invalidate_all()
        return statuses

    def test_a_contract(self):
        contract = self._draft([{"price_unit": 49.9}])
        request = self._asked(contract)
        links = [one["signature_link"] for one in self._there(request)["_signers"]]
        page = requests.get(links[0], timeout=20).text
        self.assertIn(request.name, page)
        self.assertIn("Sign</button>", page)
        self.assertIn("signed", self._press(links[0], sign="1"))
        with self.assertLogs("odoo.addons.cn285_sign_yousign.controllers.webhook", "WARNING"):
            self.assertEqual(set(self._deliver(sign="not the secret")), {403})
        self.assertEqual(request.signer_ids.mapped("state"), ["waiting", "waiting"])
        self.server.fail("fetch", "500", "drop")
        self.assertEqual(set(self._deliver(times=2, order=reversed)), {200})
        self.assertEqual(request.signer_ids.mapped("state"), ["signed", "waiting"])
        self.assertEqual(contract.state, "draft")
        self.assertIn("done", self._press(links[1], sign="1"))
        self._deliver()
        self.assertEqual((request.state, contract.state), ("signed", "active"))
        self.assertEqual(contract.schedule_ids.mapped("amount")[:1], [49.9])

        mails = self.env["mail.mail"].search(
            [("email_to", "=", self.customer.email)], order="id desc"
        )
        self.assertEqual(len(mails), 1, "ours is the one with the signed document")
        path = re.search(r"/my/sign/\d+/[0-9a-f]+", str(mails.body_html)).group(0)
        copy = self.url_open(f"{path}/document")
        self.assertEqual(copy.content, self.account.signed_file(self._there(request)))
        self.assertEqual(copy.content, request.proof_id._content())

        page = self.url_open("/sign/verify")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        answer = self.url_open(
            "/sign/verify", data={"csrf_token": token}, files={"file": ("x.pdf", copy.content)}
        )
        self.assertIn(request.proof_id.name, answer.text)

    def test_declined_on_the_page(self):
        request = self._asked()
        link = self._there(request)["_signers"][0]["signature_link"]
        self.assertIn("declined", self._press(link, decline="1", reason="Too dear"))
        self._deliver()
        self.assertEqual(request.state, "declined")
        self.assertEqual(request.signer_ids[0].declined_reason, "Too dear")
