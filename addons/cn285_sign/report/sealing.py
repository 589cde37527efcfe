"""The company's seal on a PDF: PAdES (ETSI EN 319 142-1), by pyHanko.

B-B: sealed by the certificate. B-T: with a time stamp of an authority (RFC 3161) besides. The seal
allows no change of the file; whoever opens it is told where one was made.
"""

import io
from dataclasses import dataclass

FIELD = "Seal"


@dataclass(frozen=True)
class Key:
    """A certificate and its private key, both PEM; no password on the key."""

    certificate: bytes
    private_key: bytes


@dataclass(frozen=True)
class Seal:
    """What is known of a file's seal.

    ``intact``: the bytes it covers are those that were sealed. ``whole``: it covers the whole file.
    ``stamped``: it bears a valid time stamp. ``signer``: the subject of the certificate.
    """

    intact: bool
    whole: bool
    stamped: bool
    signer: str


def sealed(content: bytes, key: Key, tsa_url: str | None, reason: str) -> bytes:
    """Return a PDF with the company's seal.

    :param tsa_url: address of the time stamp authority; None: no time stamp
    :raises Exception: of pyHanko and of the network: nothing is passed off as sealed that is not
    """
    # pylint: disable=import-outside-toplevel
    # Loaded where it is needed: it takes a second, and most processes never seal.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers, timestamps

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=reason,
    )
    stamper = timestamps.HTTPTimeStamper(tsa_url) if tsa_url else None
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    result = signers.sign_pdf(writer, meta, signer=_signer(key), timestamper=stamper)
    return result.getvalue()


def _signer(key):
    # pylint: disable=import-outside-toplevel
    from asn1crypto import keys, pem, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    _kind, _headers, certificate = pem.unarmor(key.certificate)
    private = serialization.load_pem_private_key(key.private_key, None)
    plain = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore(),
    )


def seal_of(content: bytes) -> Seal | None:
    """Return what is known of a PDF's seal; None where it has none, or is no PDF.

    Whether the certificate is to be trusted is for its reader to say: it is not looked at here.
    """
    # pylint: disable=import-outside-toplevel
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    try:
        found = PdfFileReader(io.BytesIO(content), strict=False).embedded_signatures
    except (PdfError, ValueError, OSError):
        return None
    if not found:
        return None
    nobody = ValidationContext(trust_roots=[])
    status = validate_pdf_signature(found[0], nobody, ts_validation_context=nobody)
    stamp = status.timestamp_validity
    return Seal(
        intact=bool(status.intact and status.valid),
        whole=status.modification_level in (None, ModificationLevel.NONE),
        stamped=bool(stamp and stamp.intact and stamp.valid),
        signer=found[0].signer_cert.subject.human_friendly,
    )
