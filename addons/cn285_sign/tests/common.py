import re

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user

from ..models.sign_signer_signing import Signing
from .certificates import make_certificate


class SignCase(ContractCase):
    """A seller who sends contracts to be signed by the customer, by the built-in provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "ventes@cn285.example"
        cls.seller = new_test_user(
            cls.env, "sign_seller", "base.group_user,cn285_contract.group_contract_user_own"
        )
        cls.provider = cls.env["cn285.sign.provider"].create(
            {"name": "Built in", "company_id": cls.company.id, "sequence": 1}
        )
        cls.rule = cls.env["cn285.sign.rule"].create(
            {"what": "contract", "provider_id": cls.provider.id, "company_id": cls.company.id}
        )

    @classmethod
    def _draft(cls, items=(), **values):
        return cls._create_contract(items, confirm=False, **{"user_id": cls.seller.id, **values})

    def _sent(self, target):
        """The request of a contract or change that the seller sends."""
        target.with_user(self.seller).action_send_for_signature()
        return target.sign_request_ids.sorted("id")[-1:].sudo()

    def _mailed_code(self, signer):
        """Have a code sent, and read it in the mail."""
        signer._send_code("192.0.2.7")
        mail = self.env["mail.mail"].search(
            [("email_to", "=", signer.email)], limit=1, order="id desc"
        )
        found = re.search(r">\s*(\d{6})\s*<", str(mail.body_html))
        assert found, mail.body_html
        return found.group(1)

    def _mailed_path(self, signer):
        """The link of the last mail to a signer, without the host."""
        mails = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)], order="id"
        )
        [link] = set(re.findall(r'href="(http[^"]*/my/sign/[^"]+)"', str(mails[-1:].body_html)))
        return "/my/sign/" + link.partition("/my/sign/")[2]

    def _signing(self, signer, **values):
        return Signing(
            **{
                "sha256": signer.request_id.document_id.sha256,
                "code": "",
                "name": "Martin Martin",
                "consent": True,
                "address": "192.0.2.7",
                "agent": "Test",
                **values,
            }
        )

    def _sign(self, signer, **values):
        """Sign with a code of the mail; the jobs that follow are done. Returns words of refusal."""
        code = values.pop("code", None) or self._mailed_code(signer)
        with trap_jobs() as jobs:
            refused = signer._sign(self._signing(signer, code=code, **values))
            jobs.perform_enqueued_jobs()
        return refused

    def _certificate(self):
        """A certificate of the company that signs itself, with its key."""
        return make_certificate(self.company)
