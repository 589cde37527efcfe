from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..report.sealing import seal_of
from .common import SignCase
from .tsa import authority


@tagged("post_install", "-at_install")
class TestSealing(SignCase):
    """PAdES B-T by an authority over HTTP: stamped, or not sealed yet. Never by less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tsa = cls.enterClassContext(authority())

    def setUp(self):
        super().setUp()
        self.tsa.mood = "granted"
        self.tsa.asked.clear()
        self.provider.write(
            {"seal_certificate_id": self._certificate().id, "tsa_url": self.tsa.url}
        )

    def _signed(self):
        """A request that is signed, its proof not made yet."""
        request = self._sent(self._draft())
        code = self._mailed_code(request.signer_ids)
        self.assertFalse(request.signer_ids._sign(self._signing(request.signer_ids, code=code)))
        self.assertFalse(request.proof_id)
        return request

    def test_sealed_with_a_time_stamp(self):
        request = self._signed()
        request._job_file_proof()
        self.assertEqual(request.seal, "bt")
        self.assertEqual(set(self.tsa.asked), {"application/timestamp-query"})
        seal = seal_of(request.proof_id._content())
        self.assertTrue(seal.intact and seal.whole and seal.stamped)
        self.assertIn("Cn285 Seal", seal.signer)

    def test_every_flipped_byte_is_found(self):
        """Of what the seal covers, by the seal; of the seal itself, by the comparison: in it are
        bytes that nothing hangs on, such as the signature of a certificate that signs itself.
        """
        request = self._signed()
        request._job_file_proof()
        content = request.proof_id._content()
        documents = self.env["cn285.document"]
        self.assertEqual(documents._by_content(content), request.proof_id)
        start = content.index(b"/Contents <") + len(b"/Contents <")
        own = range(start, content.index(b">", start))
        for place in range(200, len(content), len(content) // 40):
            forged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            with self.subTest(place), mute_logger("pyhanko"):
                self.assertFalse(documents._by_content(forged))
                seal = seal_of(forged)
                whole = seal and seal.intact and seal.whole and seal.stamped
                self.assertFalse(whole and place not in own)

    def test_no_stamp_no_seal(self):
        """Whatever the authority does: the job waits, nothing is filed, and it goes on later."""
        request = self._signed()
        for mood in ("error", "page", "garbage", "refused", "forged", "replayed"):
            self.tsa.mood = mood
            with self.subTest(mood), self.assertRaises(RetryableJobError) as raised:
                request._job_file_proof()
            self.assertTrue(raised.exception.ignore_retry, "it never gives up")
            self.assertEqual(raised.exception.seconds, 600)
            self.assertFalse(request.proof_id or request.seal)
        self.assertEqual(request.contract_id.state, "active", "what was signed holds all the same")
        self.tsa.mood = "granted"
        request._job_file_proof()
        self.assertEqual(request.seal, "bt")

    def test_the_authority_is_down(self):
        with authority() as gone:
            self.provider.tsa_url = gone.url
        request = self._signed()
        with self.assertRaisesRegex(RetryableJobError, "no time stamp"):
            request._job_file_proof()
        self.assertFalse(request.proof_id or request.seal)
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_file_proof")])
        waiting = jobs.filtered(lambda job: job.records == request)
        self.assertEqual(len(waiting), 1)
        waiting.state = "cancelled"
        self.env["cn285.sign.request"]._cron_sign()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_file_proof")])
        again = jobs.filtered(lambda job: job.records == request) - waiting
        self.assertEqual(len(again), 1, "a job that got lost is ordered again each day")

    def test_without_certificate_it_says_so(self):
        self.provider.seal_certificate_id = False
        request = self._signed()
        request._job_file_proof()
        self.assertEqual(request.seal, "none")
        self.assertFalse(self.tsa.asked, "nobody stamps what is not sealed")
        self.assertIsNone(seal_of(request.proof_id._content()))

    def test_a_certificate_that_is_over_is_told(self):
        certificate = self.provider.seal_certificate_id
        certificate.private_key_id = False
        request = self._signed()
        request._job_file_proof()
        self.assertEqual(request.seal, "none")
        told = request.activity_ids.filtered(lambda one: "not sealed" in one.summary)
        self.assertEqual(told.user_id, self.seller)
        self.assertIn("private key", told.note)
