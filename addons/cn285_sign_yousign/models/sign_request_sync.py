"""A request and Yousign are brought in step: what is there is asked for, and what follows is done.

Whatever was lost, doubled or killed before, the next one goes on from what it finds: of a request
there is one at Yousign, and what was signed takes effect once. Two never work at the same request:
they queue at a lock of the database that ends with the transaction.
"""

import io

from odoo import models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.tools.pdf import PdfFileReader

from ..engine.answers import Meaning
from ..engine.found import NotUnderstood, Step, next_step, pair, pick
from ..engine.orders import request_order, signature_field, signer_order
from ..transport import CallFailed

# The first number of a lock of PostgreSQL; the other is the request's.
LOCK = 285_020
# More steps than any request takes.
MOST_STEPS = 30


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    # === JOBS === #

    def _job_yousign_sync(self):
        """Job: bring a request and Yousign in step.

        :raises RetryableJobError: where Yousign has to be asked again later
        """
        for request in self.exists():
            request = request.sudo()  # sudo: what Yousign says holds, whoever had it asked
            try:
                request._yousign_sync()
            except CallFailed as error:
                request._yousign_failed(error)
            except (NotUnderstood, UserError) as error:
                request._yousign_has_problem(error)

    def _job_yousign_remind(self):
        """Job: have Yousign write once more to whose turn it is; an answer that is lost is no
        reason to write twice."""
        request = self.exists().sudo()  # sudo: who had it ordered was asked
        if not request or request.state != "sent" or not request.yousign_id:
            return
        try:
            client = request.provider_id._yousign_client()
            asked = [one for one in client.signers(request.yousign_id) if one.is_asked]
            for one in asked:
                client.remind(request.yousign_id, one.id)
        except CallFailed as error:
            if error.meaning is Meaning.BUSY:
                raise RetryableJobError(str(error), seconds=error.seconds) from error
            return
        except (NotUnderstood, UserError) as error:
            request._yousign_has_problem(error)
            return
        for one in asked:
            signer = request.signer_ids.filtered(lambda own, one=one: own.yousign_id == one.id)
            request._note("asked", signer, email=signer.email, again=True, by="yousign")

    def _yousign_failed(self, error):
        """What follows a call that failed: later again, or somebody has to look at it.

        :raises RetryableJobError: for later
        """
        if error.meaning in (Meaning.BUSY, Meaning.UNKNOWN):
            # What there is now is asked for first, when it comes again.
            raise RetryableJobError(
                self.provider_id._yousign_words(error),
                seconds=error.seconds,
                ignore_retry=error.meaning is Meaning.BUSY,
            ) from error
        self._yousign_has_problem(error)

    def _yousign_has_problem(self, error):
        """Keep what keeps a request from Yousign, and tell whoever follows the contract, once."""
        if isinstance(error, UserError):
            words = str(error.args[0])
        else:
            words = self.provider_id._yousign_words(error)
        if words != self.yousign_problem:
            self._write_inside({"yousign_problem": words})
            self._tell_owner(self._owners().env._("%s waits: Yousign", self.name), note=words)

    # === ONE STEP AFTER THE OTHER === #

    def _yousign_lock(self, wait=True):
        """Be alone with a request at Yousign until the end of the transaction; whether it is so."""
        self.ensure_one()
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, self.id])
        [alone] = self.env.cr.fetchone()
        if not alone and wait:
            raise RetryableJobError("Another one is at it.", seconds=10, ignore_retry=True)
        if wait and not self.try_lock_for_update(allow_referencing=True):
            raise RetryableJobError("Somebody is at it.", seconds=10, ignore_retry=True)
        # As it is now that nobody else is at it.
        self.invalidate_recordset()
        return alone

    def _yousign_sync(self):
        """Do what follows from what there is here and at Yousign, until nothing does."""
        self.ensure_one()
        if not self.yousign_key:
            return
        self._yousign_lock()
        if self.state == "sent":
            self._replace_unsent_if_changed()
        client = self.provider_id._yousign_client()
        overdue, found = self._yousign_is_overdue(), self._yousign_find(client)
        for _step in range(MOST_STEPS):
            step = next_step(
                self._yousign_state(),
                found,
                len(self.signer_ids),
                len(self._yousign_attached()),
                overdue=overdue,
            )
            before, again = found, True
            try:
                again = self._yousign_steps()[step](client, found)
            except CallFailed as error:
                # It may come too late: somebody has signed since it was looked at.
                found = self._yousign_find(client)
                if error.meaning is not Meaning.REFUSED or found == before:
                    raise
                continue
            if not again:
                break
            found = self._yousign_find(client)
        if self.state == "sent" and found is None and overdue:
            self._yousign_expire()
        if self.yousign_problem:
            self._write_inside({"yousign_problem": False})

    def _yousign_state(self):
        """The state that decides what follows: what has expired and was sent anew is replaced."""
        if self.state != "expired":
            return self.state
        later = self.search_count(
            [
                ("contract_id", "=", self.contract_id.id),
                ("change_id", "=", self.change_id.id),
                ("state", "in", ("draft", "sent", "signed")),
            ],
            limit=1,
        )
        return "replaced" if later else "expired"

    def _replace_unsent_if_changed(self):
        """What was changed before Yousign was told of it is not sent any more."""
        if self.yousign_status in (False, "draft") and self._replace_if_changed():
            self._tell_replaced()

    def _yousign_steps(self):
        """What is done for each step: a method of client and what was found, which returns whether
        to look again."""
        return {
            Step.CREATE: self._yousign_create,
            Step.UPLOAD: self._yousign_upload,
            Step.ADD_SIGNER: self._yousign_add_signer,
            Step.ACTIVATE: self._yousign_activate,
            Step.TAKE: self._yousign_take,
            Step.DELETE: self._yousign_delete,
            Step.CANCEL: self._yousign_cancel,
            Step.TELL: self._yousign_tell,
            Step.NOTHING: lambda _client, _found: False,
        }

    def _yousign_find(self, client):
        """What there is of this request at Yousign; None: nothing. One too many is deleted."""
        if self.yousign_id and self.yousign_status not in (False, "draft"):
            found = client.fetch(self.yousign_id)
        else:
            found, rest = pick(client.find(self.yousign_key), self.yousign_key)
            for one in rest:
                client.delete(one.id)
            found = found and client.fetch(found.id)
        if found and found.external_id != self.yousign_key:
            raise NotUnderstood("a request of another key")
        if found and (found.id, found.status) != (self.yousign_id, self.yousign_status):
            self._write_inside({"yousign_id": found.id, "yousign_status": found.status})
        return found

    def _yousign_create(self, client, _found):
        company = self.company_id
        client.create(
            request_order(
                self.yousign_key,
                f"{self.name} {self.document_id.title}",
                self.expires_on,
                company.cn285_tz or "UTC",
                self.contract_id.partner_id.lang or "",
            )
        )
        return True

    def _yousign_upload(self, client, found):
        """Upload what is to be signed; then, one after the other, what is read before."""
        document = self.document_id
        if found.documents:
            document = self._yousign_attached()[len(found.attachments)]
        name = document.file_name or f"{document.name or self.name}.pdf"
        client.upload(found.id, name, document._content(), attached=bool(found.documents))
        return True

    def _yousign_add_signer(self, client, found):
        """Add the first signer who is not there: in their order, as one waits for the other."""
        there = pair(self._yousign_people(), client.signers(found.id))
        missing = [one for one in self.signer_ids.sorted("order") if one.id not in there]
        if not missing or not found.documents:
            raise NotUnderstood("signers that are not ours")
        signer, provider = missing[0], self.provider_id
        pages = len(PdfFileReader(io.BytesIO(self.document_id._content()), strict=False).pages)
        place = list(self.signer_ids.sorted("order")).index(signer)
        try:
            order = signer_order(
                signer._yousign_person(),
                provider.yousign_level,
                provider.yousign_code,
                [signature_field(found.documents[0], pages, place)],
            )
        except ValueError:
            raise UserError(
                self.env._("%s has no phone number with its country (+33 6 …).", signer.name)
            ) from None
        client.add_signer(found.id, order)
        return True

    def _yousign_people(self):
        return [(one.id, one.email) for one in self.signer_ids.sorted("order")]

    def _yousign_activate(self, client, found):
        """Have Yousign write to who signs first: the very files, and nobody but our signers."""
        self._yousign_match_files(client, found.id, found.documents, self.document_id)
        self._yousign_match_files(client, found.id, found.attachments, self._yousign_attached())
        there = pair(self._yousign_people(), client.signers(found.id))
        if len(there) != len(self.signer_ids) or len(found.signers) != len(self.signer_ids):
            raise NotUnderstood("signers that are not ours")
        for signer in self.signer_ids:
            signer._write_inside({"yousign_id": there[signer.id].id})
        client.activate(found.id)
        return True

    def _yousign_match_files(self, client, request, there, documents):
        """:raises NotUnderstood: where other files are there than these documents"""
        if len(there) != len(documents):
            raise NotUnderstood("other files than the ones that are sent")
        for one, document in zip(there, documents, strict=True):
            if client.document_hash(request, one) not in (None, document.sha256):
                raise NotUnderstood("another file than the one that is to be signed")
