// The peer that the bench measures beside Mandate: node-oidc-provider, as it comes, in one process, in memory.
//
// A request for a token costs it what it costs us: the client's secret is checked, and the access token is a JWT with an
// RS256 signature by a 2048-bit key; a refresh rotates and signs twice. `node server.mjs FOLDER` takes its certificate
// from `FOLDER/ca.pem` and `FOLDER/key.pem`, and writes `FOLDER/dev.env` once it listens, the way `mandate dev` does.
// Never: a shortcut that an operator would not have, or a setting that slows it down.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const CLIENT = 'bench';
const SECRET = 'bench-secret-for-measuring-only';
const RESOURCE = 'urn:bench:api';
const ACCOUNT = 'joris';
/** More connections are never loaded. */
const MOST_BEGUN = 256;

const folder = process.argv[2];

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'bench' };
}

function configuration() {
  return {
    clients: [{
      client_id: CLIENT,
      client_secret: SECRET,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['https://localhost/callback'],
      id_token_signed_response_alg: 'RS256',
    }],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ['bench-cookie-key-for-measuring-only'] },
    scopes: ['openid', 'offline_access', 'read'],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Joris Bakker' }) }),
    // By default a confidential client's token is rotated late in its life only; here every use is a rotation.
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        // Else a token for a person who signed in is an opaque one, without a signature.
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: RESOURCE,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: { AccessToken: 3600, ClientCredentials: 3600, IdToken: 3600, Grant: 86400, RefreshToken: 86400 },
  };
}

/** A sign-in that has happened: what a person's clicks would have left, without the clicks. */
async function beginRefresh(provider) {
  const client = await provider.Client.find(CLIENT);
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: CLIENT });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(RESOURCE, 'read');
  const token = new provider.RefreshToken({
    accountId: ACCOUNT,
    client,
    grantId: await grant.save(),
    gty: 'authorization_code',
    authTime: Math.floor(Date.now() / 1000),
    scope: 'openid offline_access read',
    resource: RESOURCE,
    rotations: 0,
  });
  return token.save();
}

/** `GET /begin?count=N`: refresh tokens to start from, one for each connection. */
async function begin(provider, request, response) {
  const asked = Number(new URL(request.url, provider.issuer).searchParams.get('count'));
  const count = Math.min(asked, MOST_BEGUN);
  const tokens = [];
  for (let index = 0; index < count; index += 1) {
    tokens.push(await beginRefresh(provider));
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ refresh_tokens: tokens }));
}

function announce(base) {
  const draft = join(folder, 'dev.env.tmp');
  writeFileSync(draft, `MANDATE_BASE=${base}\nMANDATE_CA=${join(folder, 'ca.pem')}\nMANDATE_TENANT=-\n`);
  renameSync(draft, join(folder, 'dev.env'));
  console.log(`listening at ${base}`);
}

// The parent holds the other end. If it dies without a word, this is how we learn of it.
process.stdin.on('end', () => process.exit(0)).resume();

const server = createServer({ cert: readFileSync(join(folder, 'ca.pem')), key: readFileSync(join(folder, 'key.pem')) });
server.listen(0, '127.0.0.1', () => {
  const base = `https://localhost:${server.address().port}`;
  const provider = new Provider(base, configuration());
  provider.on('server_error', (_, error) => console.error(error));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/begin?')) {
      answer(request, response);
      return;
    }
    begin(provider, request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  announce(base);
});
