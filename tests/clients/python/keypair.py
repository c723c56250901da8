"""A client's own key: what libraries take of it, and the assertions that it signs (RFC 7523), made by hand.

MSAL makes its assertions itself; those made here are what a client without MSAL would send, or an attacker.
"""

import base64
import datetime
import pathlib
import time
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

BEGIN_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class KeyPair:
    """A private key and the certificate of its public part, both as PEM."""

    def __init__(self, pem):
        place = pem.index(BEGIN_CERTIFICATE)
        self.private_key, self.certificate = pem[:place], pem[place:]
        self.pem = pem
        self._parsed = x509.load_pem_x509_certificate(self.certificate.encode())

    @classmethod
    def read(cls, path):
        return cls(pathlib.Path(path).read_text(encoding="ascii"))

    @classmethod
    def invented(cls):
        """A key that nobody registered."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger.example")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        private_key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls((private_key + certificate.public_bytes(serialization.Encoding.PEM)).decode())

    @property
    def sha1(self):
        """The thumbprint as portals show it and MSAL takes it."""
        return self._parsed.fingerprint(hashes.SHA1()).hex()

    @property
    def der(self):
        return self._parsed.public_bytes(serialization.Encoding.DER)

    def for_msal(self, **changes):
        """MSAL's client_credential. With a `thumbprint` (SHA-1) MSAL signs with RS256, otherwise with PS256."""
        return {"private_key": self.private_key, "public_certificate": self.certificate, **changes}

    def names(self, algorithm):
        """The headers by which an assertion names its certificate: PS256 goes with SHA-256, RS256 with SHA-1."""
        name, digest = ("x5t", hashes.SHA1()) if algorithm == "RS256" else ("x5t#S256", hashes.SHA256())
        return {name: base64.urlsafe_b64encode(self._parsed.fingerprint(digest)).rstrip(b"=").decode()}

    def assertion(self, client_id, audience, *, algorithm="PS256", headers=None, **changes):
        """An assertion signed with this key; `changes` overrides claims, and None leaves one out."""
        claims = assertion_claims(client_id, audience, **changes)
        headers = self.names(algorithm) if headers is None else headers
        return jwt.encode(claims, self.private_key, algorithm=algorithm, headers=headers)


def assertion_claims(client_id, audience, **changes):
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + 600,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}
