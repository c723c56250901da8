// Looks into tokens the way an API does: the signature through our published keys first, the claims after.

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

const keySets = new Map();

/** The claims of a token of our v2 issuer whose signature, issuer, audience and lifetime hold. */
export async function verifiedClaims(world, token, audience) {
  const { payload, protectedHeader } = await jwtVerify(token, await publishedKeys(world), {
    issuer: world.issuer,
    audience,
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'nbf', 'exp', 'sub', 'tid', 'ver'],
  });
  if (protectedHeader.typ !== 'JWT') throw new Error(`token header has typ \`${protectedHeader.typ}\`, not \`JWT\``);
  return payload;
}

/** The claims alone, for tokens that are another API's to judge. */
export const shownClaims = (token) => decodeJwt(token);

export async function metadata(world, segment = world.tenant) {
  const url = `${world.base}/${segment}/v2.0/.well-known/openid-configuration`;
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`GET ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function publishedKeys(world) {
  if (!keySets.has(world.base)) {
    keySets.set(world.base, createRemoteJWKSet(new URL((await metadata(world)).jwks_uri)));
  }
  return keySets.get(world.base);
}
