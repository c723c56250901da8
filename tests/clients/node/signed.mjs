// The application that proves itself with a certificate: its key, and what libraries want to know of its certificate.

import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';

/** Id, PEM texts of the key and of the certificate, and the certificate's thumbprints in hexadecimal. */
export function signedApp(world) {
  const { id, pemFile } = world.apps.signed;
  if (!id || !pemFile) {
    throw new Error('MANDATE_SIGNED_CLIENT_ID and MANDATE_SIGNED_PEM are not set; `cargo xtask test` sets them');
  }
  const pem = readFileSync(pemFile, 'utf8');
  const certificate = new X509Certificate(pem);
  return {
    id,
    pem,
    key: createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }),
    certificate: certificate.toString(),
    sha1: hex(certificate.fingerprint),
    sha256: hex(certificate.fingerprint256),
  };
}

/** An assertion that an application writes itself, without a library for it. */
export function assertionOf({ id, key, sha256 }, audience) {
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': base64url(sha256) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(audience)
    .setJti(randomUUID())
    .setNotBefore('0s')
    .setExpirationTime('5m')
    .sign(createPrivateKey(key));
}

/** A thumbprint as it stands in a token's header. */
export const base64url = (thumbprint) => Buffer.from(thumbprint, 'hex').toString('base64url');

function hex(fingerprint) {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
