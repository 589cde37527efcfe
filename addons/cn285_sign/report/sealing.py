"""The company's seal on a PDF: PAdES (ETSI EN 319 142-1), by pyHanko.

B-B: sealed by the certificate. B-T: with a time stamp of an authority (RFC 3161) besides. The seal
allows no change of the file; whoever opens it is told where one was made.
"""

import io
from dataclasses import dataclass

FIELD = "Seal"


class NotStamped(ValueError):
    """What a time stamp authority answered is no time stamp of what was sealed."""


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
    :raises NotStamped: where the authority's answer is no stamp of this seal
    :raises OSError: where it does not answer, or refuses
    :raises Exception: of pyHanko: nothing is passed off as sealed that is not
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
    signer = _signer(key)
    try:
        result = signers.sign_pdf(writer, meta, signer=signer, timestamper=stamper)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        # An answer that is none of RFC 3161 ends so.
        if not stamper:
            raise
        raise NotStamped(str(error) or type(error).__name__) from error
    content = result.getvalue()
    if stamper:
        found = seal_of(content)
        if not found or not found.stamped:
            raise NotStamped("the stamp is of something else")
    return content


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

    Nothing is raised, whatever a stranger sends: a seal that cannot be read is a broken one.

    Whether the certificate is to be trusted is for its reader to say: it is not looked at here.
    """
    # pylint: disable=import-outside-toplevel
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = PdfFileReader(io.BytesIO(content), strict=False).embedded_signatures
    except Exception:  # no file that pyHanko reads
        return None
    if not found:
        return None
    try:
        return _read(found[0])
    except Exception:  # altered so that it cannot be checked at all
        return Seal(intact=False, whole=False, stamped=False, signer="")


def _read(signature):
    # pylint: disable=import-outside-toplevel
    from asn1crypto import parser
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    nobody = ValidationContext(trust_roots=[])
    status = validate_pdf_signature(signature, nobody, ts_validation_context=nobody)
    stamp = status.timestamp_validity
    # The seal leaves out the place where it stands itself: what is behind it there must be empty.
    place = signature.pkcs7_content
    is_filled_up = not any(place[parser.peek(place) :])
    return Seal(
        intact=bool(status.intact and status.valid and is_filled_up),
        whole=status.modification_level in (None, ModificationLevel.NONE),
        stamped=bool(stamp and stamp.intact and stamp.valid),
        signer=signature.signer_cert.subject.human_friendly,
    )
