// The plans of the OpenID Foundation's conformance suite that we are judged by, and what we tell them about ourselves.

const STATIC = { server_metadata: 'discovery', client_registration: 'static_client' };
const LOGOUT = { client_registration: 'static_client', response_type: 'code' };

/** By the short name that `--plan` takes. */
export const PLANS = {
  config: ['oidcc-config-certification-test-plan', {}],
  basic: ['oidcc-basic-certification-test-plan', STATIC],
  implicit: ['oidcc-implicit-certification-test-plan', STATIC],
  hybrid: ['oidcc-hybrid-certification-test-plan', STATIC],
  'formpost-basic': ['oidcc-formpost-basic-certification-test-plan', STATIC],
  'formpost-implicit': ['oidcc-formpost-implicit-certification-test-plan', STATIC],
  'formpost-hybrid': ['oidcc-formpost-hybrid-certification-test-plan', STATIC],
  'rp-initiated-logout': ['oidcc-rp-initiated-logout-certification-test-plan', LOGOUT],
  'frontchannel-logout': ['oidcc-frontchannel-rp-initiated-logout-certification-test-plan', LOGOUT],
  'backchannel-logout': ['oidcc-backchannel-rp-initiated-logout-certification-test-plan', LOGOUT],
};

/** Under which the suite answers for us: a part of its redirect addresses. */
export const ALIAS = 'mandate';

const app = (last) => `c1000000-0000-4000-8000-0000000000${last}`;
const SECOND = 'second-secret-that-only-the-judge-knows';

/** Those that want to be told of the end of a session: the other plans take such a call for a mistake. */
const FIRST_OF = {
  'frontchannel-logout': { client_id: app('a3'), client_secret: SECOND },
  'backchannel-logout': { client_id: app('a4'), client_secret: SECOND },
};

/** What the suite is told of us; the applications are those of organisation.yaml. */
export function configuration(world, plan) {
  const first = FIRST_OF[plan] ?? { client_id: app('a1'), client_secret: 'first-secret-that-only-the-judge-knows' };
  return {
    alias: ALIAS,
    description: 'Mandate, started as an emulator',
    server: { discoveryUrl: `${world.issuer}/.well-known/openid-configuration`, login_hint: world.person.upn },
    client: first,
    client2: { client_id: app('a2'), client_secret: SECOND },
    client_secret_post: first,
  };
}
