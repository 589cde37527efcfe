"""Signatures at Yousign: sent, kept in step, filed.

A request is sent by its provider (``sign_provider``), which orders its sync; the webhook
(``controllers/webhook.py``) and the daily action order the same. ``sign_request_sync`` asks what
there is at Yousign and does what follows, with ``sign_request_taking`` and ``sign_request_over``;
``sign_request_proof`` files what was signed.
"""

from . import (
    personal_data,
    sign_provider,
    sign_provider_calls,
    sign_request,
    sign_request_over,
    sign_request_proof,
    sign_request_sync,
    sign_request_taking,
    sign_signer,
    yousign_event,
)
