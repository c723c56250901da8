// Looks into tokens the way an API does: the signature through our published keys first, the claims after.

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

const keySets = new Map();

/** The claims of a token of our v2 issuer whose signature, issuer, audience and lifetime hold. */
export async function verifiedClaims(world, token, audience) {
  const { jwks_uri: keys } = await metadata(world);
  return claimsOf(token, keys, { issuer: world.issuer, audience });
}

/** The same for v1.0, whose metadata names another issuer and one address for the keys of every tenant. */
export async function verifiedV1Claims(world, token, audience) {
  const { issuer, jwks_uri: keys } = await metadata(world, world.tenant, '');
  return claimsOf(token, keys, { issuer, audience });
}

async function claimsOf(token, keys, expected) {
  const { payload, protectedHeader } = await jwtVerify(token, publishedAt(keys), {
    ...expected,
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'nbf', 'exp', 'sub', 'tid', 'ver'],
  });
  if (protectedHeader.typ !== 'JWT') throw new Error(`token header has typ \`${protectedHeader.typ}\`, not \`JWT\``);
  return payload;
}

/** The claims alone, for tokens that are another API's to judge. */
export const shownClaims = (token) => decodeJwt(token);

/** The metadata document of a tenant or an alias; `generation` is empty for v1.0. */
export async function metadata(world, segment = world.tenant, generation = '/v2.0') {
  const url = `${world.base}/${segment}${generation}/.well-known/openid-configuration`;
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`GET ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function publishedAt(address) {
  if (!keySets.has(address)) keySets.set(address, createRemoteJWKSet(new URL(address)));
  return keySets.get(address);
}
