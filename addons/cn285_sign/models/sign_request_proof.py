"""The signed document: the very pages that were signed, who signed them and how, and the seal."""

import base64
import io
import json

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.addons.cn285_renewal.report.letter_pdf import Facts, Letter
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import format_datetime
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..report.sealing import Key, NotStamped, sealed
from .sign_event import PURGED

# So long after a time stamp authority gave none it is asked again.
RETRY_SECONDS = 600


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _delay_proof(self):
        """Order the signed documents that are not filed yet, each by a job of its own."""
        for request in self.filtered(lambda one: not one.proof_id):
            request.with_delay(
                channel="root.documents",
                identity_key=f"cn285_sign_proof_{request.id}",
                description=self.env._("Proof of %s", request.name),
            )._job_file_proof()

    def _job_file_proof(self):
        """Job: file the signed document and its evidence, and send it to who signed. Once.

        Run twice at the same time, the second comes again, and finds its work done.
        """
        for request in self.exists():
            # sudo: the proof follows from the signatures
            request = request.sudo().with_company(request.sudo().company_id)
            if not request.try_lock_for_update(allow_referencing=True):
                raise RetryableJobError("Somebody is at it.", seconds=10, ignore_retry=True)
            request.invalidate_recordset(["state", "proof_id"])
            if request.state == "signed" and not request.proof_id:
                request._file_proof()

    def _file_proof(self):
        self.ensure_one()
        localised = in_language_of(self, self.contract_id.partner_id)
        unsealed = localised._with_proof_pages()
        content, seal = self._sealed(unsealed)
        before, documents = self.document_id, self.env["cn285.document"]
        title = localised.env._("%s (signed)", before.title)
        values = {
            "contract_id": self.contract_id.id,
            "date": self.company_id._cn285_today(),
            "lang": before.lang,
        }
        proof = documents._file(
            content,
            {
                **values,
                "kind": before.kind,
                "title": title,
                "file_name": f"{title}.pdf".replace("/", "-"),
                "previous_id": before.id,
            },
            source=f"{self._name},{self.id}:proof",
        )
        documents._file(
            json.dumps(self._evidence(proof), indent=1, ensure_ascii=False).encode(),
            {
                **values,
                "kind": "evidence",
                "title": localised.env._("Evidence of %s", self.name),
                "file_name": f"{self.name}.json".replace("/", "-"),
            },
            source=f"{self._name},{self.id}:evidence",
        )
        self._write_inside({"proof_id": proof.id, "seal": seal})
        self._note("sealed", document=proof.name, sha256=proof.sha256, seal=seal)
        for signer in self.signer_ids:
            signer._mail("mail_template_sign_done", signer._signed_files(proof))

    def _with_proof_pages(self):
        """The file that was signed, with pages behind it that say who signed and how."""
        self.ensure_one()
        writer = PdfFileWriter()
        pages = self.company_id._cn285_letters(self._proof_letter())
        for content in (self.document_id._content(), pages):
            writer.append_pages_from_reader(PdfFileReader(io.BytesIO(content), strict=False))
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    def _proof_letter(self):
        """The page of proof, in the language of the context."""
        document = self.document_id
        facts = [
            (self.env._("Document"), f"{document.title} ({document.name})"),
            (self.env._("SHA-256 of the signed file"), document.sha256),
            (self.env._("Request"), self.name),
            (self.env._("Level"), self._level_text()),
            (self.env._("To be verified at"), f"{self.contract_id.get_base_url()}/sign/verify"),
        ]
        parts = [Facts(facts)]
        for signer in self.signer_ids:
            parts += signer._proof_parts()
        log = self.event_ids.sorted("id")
        parts.append(self.env._("Log (its last hash: %s)", log[-1:].hash or ""))
        labels = dict(log._fields["kind"]._description_selection(self.env))
        parts.append(
            Facts(
                [
                    (
                        fields.Datetime.to_string(one.at),
                        f"{labels[one.kind]} {one.signer_id.name or ''}",
                    )
                    for one in log
                ]
            )
        )
        company = self.company_id
        return Letter(
            **company._cn285_letter_parties(self.contract_id.partner_id),
            subject=self.env._("Proof of signature"),
            body=parts,
            closing=company.name,
            reference=self.name,
        )

    def _level_text(self):
        labels = dict(self.provider_id._fields["level"]._description_selection(self.env))
        return labels[self.provider_id.level]

    def _sealed(self, content):
        """The file with the company's seal, and which one it bears; unsealed without certificate.

        :raises RetryableJobError: where the time stamp authority does not answer: nothing with a
            lesser seal is passed off for it
        """
        certificate = self.provider_id.seal_certificate_id
        if not certificate:
            return content, "none"
        if not certificate.is_valid or not certificate.private_key_id:
            localised = self._owners()
            self._tell_owner(
                localised.env._("%s was not sealed", self.name),
                note=localised.env._(
                    "The certificate “%s” is not valid now, or has no private key.",
                    certificate.name,
                ),
            )
            return content, "none"
        key = Key(
            base64.b64decode(certificate.pem_certificate),
            base64.b64decode(certificate.private_key_id.pem_key),
        )
        tsa = self.provider_id.tsa_url or None
        try:
            return sealed(content, key, tsa, self.name), "bt" if tsa else "bb"
        except (OSError, NotStamped) as error:
            # Tried until there is one: the job never gives up, nor does it seal by less.
            raise RetryableJobError(
                self.env._("%(tsa)s gives no time stamp: %(reason)s", tsa=tsa, reason=error),
                seconds=RETRY_SECONDS,
                ignore_retry=True,
            ) from error

    def _evidence(self, proof):
        """All that is known of the signatures, as JSON."""
        return {
            "request": self.name,
            "contract": self.contract_id.name,
            "level": self.provider_id.level,
            "document": {"number": self.document_id.name, "sha256": self.document_id.sha256},
            "signed_document": {"number": proof.name, "sha256": proof.sha256},
            "signers": [
                {
                    "name": one.signed_name,
                    "contact": one.name,
                    "on_behalf_of": one._on_behalf_of() or None,
                    "email": one.email,
                    "role": one.role,
                    "signed_at_utc": fields.Datetime.to_string(one.signed_at),
                }
                for one in self.signer_ids
            ],
            "log": [
                {
                    **one._entry(
                        {
                            "request_id": one.request_id.id,
                            "signer_id": one.signer_id.id,
                            "kind": one.kind,
                            "at": one.at,
                            "data": one.data,
                        }
                    ),
                    "previous_hash": one.previous_hash,
                    "hash": one.hash,
                }
                for one in self.event_ids.sorted("id")
            ],
        }

    def _is_log_as_filed(self, log):
        """Whether the log ends where its request says, and begins as it was filed as evidence."""
        self.ensure_one()
        hashes = log.mapped("hash")
        if self.log_hash and hashes[-1:] != [self.log_hash]:
            return False
        source = f"{self._name},{self.id}:evidence"
        evidence = self.env["cn285.document"].search([("source", "=", source)])
        content = evidence._content() if evidence else b""
        if not content:  # not filed yet, or its retention is over
            return True
        try:
            filed = [entry["hash"] for entry in json.loads(content)["log"]]
        except (ValueError, KeyError, TypeError):
            return False
        return hashes[: len(filed)] == filed

    def action_check_log(self):
        """Tell whether the log is as it was written."""
        self.ensure_one()
        self.check_access("read")
        # sudo: of a request that its reader may read.
        request = self.sudo()
        log = request.event_ids.sorted("id")
        broken = log._first_broken()
        text = self.env._("The log is as it was written: every entry fits the one before.")
        if any(one.data == PURGED for one in self.sudo().event_ids):  # sudo: as above
            text = self.env._(
                "Every entry stands in its place. What entries said was purged when the retention "
                "of proofs was over."
            )
        if broken:
            when = format_datetime(self.env, broken.at, tz="UTC")
            text = self.env._("The log was altered: the entry of %s (UTC) does not fit.", when)
        elif not request._is_log_as_filed(log):
            broken = True
            text = self.env._("The log was altered: it is not the one that was filed as evidence.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": text, "type": "danger" if broken else "success"},
        }
