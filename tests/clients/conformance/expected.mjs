// Warnings that stay, each with its reason in docs/conformance.md. Never: a failure.

/** Module (or `*`) and condition. */
const EXPECTED = [
  // Entra's error texts have several lines, and clients read them.
  ['*', 'CheckErrorDescriptionFromAuthorizationEndpointResponseErrorContainsCRLFTAB'],
  ['*', 'CheckErrorDescriptionFromTokenEndpointResponseErrorContainsCRLFTAB'],
  // Entra's ID tokens always say which tenant and which version they are of.
  ['*', 'EnsureIdTokenDoesNotContainNonRequestedClaims'],
  // Entra puts what `profile` and `email` ask for into the ID token, and userinfo says no more than it knows.
  ['*', 'EnsureIdTokenDoesNotContainEmailForScopeEmail'],
  ['*', 'EnsureUserInfoDoesNotContainName'],
  ['*', 'VerifyScopesReturnedInUserInfoClaims'],
  ['*', 'VerifyScopesReturnedInAuthorizationEndpointIdToken'],
  // `claims` asks for what Entra lets one ask for, which is not the name.
  ['oidcc-claims-essential', 'EnsureIdTokenContainsName'],
  ['oidcc-claims-essential', 'EnsureUserInfoContainsName'],
  // v2.0 tokens have no `acr`: nobody has been asked for a second factor yet.
  ['*', 'ValidateIdTokenACRClaimAgainstAcrValuesRequest'],
  // Request objects are refused, as OpenID Connect Core allows.
  ['*', 'CheckDiscEndpointRequestParameterSupported'],
  // Code used twice: what comes of it is revoked, but for the access token that is out.
  ['oidcc-codereuse-30seconds', 'EnsureHttpStatusCodeIs4xx'],
  // The suite's own set-up: it runs without the proxy that would tell it of the connection.
  ['*', 'EnsureIncomingTls12WithSecureCipherOrTls13'],
];

export function explained(module, { level, condition }) {
  return level === 'WARNING' && EXPECTED.some(([where, what]) => [module, '*'].includes(where) && what === condition);
}
