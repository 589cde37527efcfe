"""What was signed at Yousign is filed: the signed file, the audit trail, and what we know of it."""

import json

from odoo import models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.addons.cn285_sign.report.sealing import seal_of

from ..engine.found import NotUnderstood
from ..transport import CallFailed
from .sign_provider import CODE
from .sign_request import MOST_TRIES


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _file_proof(self):
        """Yousign has signed and sealed the file: it is filed as it is there, once.

        :raises RetryableJobError: where Yousign does not give it now
        """
        if self.provider_id.code != CODE:
            return super()._file_proof()
        files = self._yousign_files()
        if files is None:
            return None
        localised = in_language_of(self, self.contract_id.partner_id)
        proof = self._yousign_file(localised, files[0], self.document_id.kind, "proof")
        self._yousign_file(localised, files[1], "evidence", "trail")
        self._yousign_file_evidence(localised, proof)
        seal = self._yousign_seal(files[0])
        self._write_inside({"proof_id": proof.id, "seal": seal})
        self._note("sealed", document=proof.name, sha256=proof.sha256, seal=seal, by="yousign")
        for signer in self.signer_ids:
            signer._mail("mail_template_sign_done", signer._signed_files(proof))
        return None

    def _yousign_order_proof(self):
        """Have a job file what was signed and did not take effect, as evidence alone."""
        self.with_delay(
            channel="root.documents",
            max_retries=MOST_TRIES,
            identity_key=f"cn285_yousign_proof_{self.id}",
            description=self.env._("Evidence of %s", self.name),
        )._job_yousign_file_evidence()

    def _job_yousign_file_evidence(self):
        """Job: file what was signed of a request that is over here: evidence, not the contract."""
        for request in self.exists().sudo():  # sudo: the proof follows from the signatures
            files = request._yousign_files()
            if files is not None:
                localised = in_language_of(request, request.contract_id.partner_id)
                signed = request._yousign_file(localised, files[0], "evidence", "proof")
                request._yousign_file(localised, files[1], "evidence", "trail")
                request._yousign_file_evidence(localised, signed)

    def _yousign_files(self):
        """The signed file and the audit trail, as bytes; None where somebody has to look at it."""
        try:
            client = self.provider_id._yousign_client()
            found = client.fetch(self.yousign_id)
            if len(found.documents) != 1:
                raise NotUnderstood("other files than the one that was sent")
            [signed] = found.documents
            return client.signed_document(found.id, signed), client.audit_trail(found.id)
        except CallFailed as error:
            self._yousign_failed(error)
        except NotUnderstood as error:
            self._yousign_has_problem(error)
        return None

    def _yousign_file(self, localised, content, kind, what):
        """File one of Yousign's files; which one of the request it is says ``what``."""
        before = self.document_id
        titles = {
            "proof": localised.env._("%s (signed)", before.title),
            "trail": localised.env._("Audit trail of %s (Yousign)", self.name),
        }
        return self._yousign_filed(content, kind, titles[what], ".pdf", what)

    def _yousign_file_evidence(self, localised, proof):
        evidence = {
            **self._evidence(proof),
            "provider": CODE,
            "environment": self.provider_id.yousign_environment,
            "yousign_request": self.yousign_id,
            "external_id": self.yousign_key,
        }
        content = json.dumps(evidence, indent=1, ensure_ascii=False).encode()
        title = localised.env._("Evidence of %s", self.name)
        return self._yousign_filed(content, "evidence", title, ".json", "evidence")

    def _yousign_filed(self, content, kind, title, ending, what):
        # The signed copy takes the place of what was signed; evidence takes none.
        before = self.document_id if kind == self.document_id.kind else self.document_id.browse()
        return self.env["cn285.document"]._file(
            content,
            {
                "previous_id": before.id,
                "contract_id": self.contract_id.id,
                "date": self.company_id._cn285_today(),
                "lang": self.document_id.lang,
                "kind": kind,
                "title": title,
                "file_name": f"{title}{ending}".replace("/", "-"),
            },
            source=f"{self._name},{self.id}:{what}",
        )

    def _yousign_seal(self, content):
        """Which seal the file bears, as we read it ourselves: a broken one is none."""
        seal = seal_of(content)
        if seal is None or not seal.intact:
            return "none"
        return "bt" if seal.stamped else "bb"
