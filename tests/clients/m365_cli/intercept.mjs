// The CLI for Microsoft 365, which knows no address but the public cloud's, where these lead to `mandate dev --intercept`:
// `node intercept.mjs <dev.env>`. An administrator's afternoon: each test goes on where the ones before it ended.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeBench, runAll, test } from '../node/suite.mjs';
import { GRAPH, readEnv } from '../node/world.mjs';

// Where the CLI keeps who is signed in. It reads the place when it is loaded.
const home = mkdtempSync(join(tmpdir(), 'mandate-m365-'));
process.env.HOME = home;
const { executeCommand } = await import('@pnp/cli-microsoft365');

const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const GRAPH_APP = '00000003-0000-0000-c000-000000000000';
const EXPORT = { id: 'c1000000-0000-4000-8000-000000000004', secret: 'export-secret-for-development-only' };
const ALLOWED = [
  'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All',
  'User.ReadWrite.All', 'Group.ReadWrite.All', 'RoleManagement.ReadWrite.Directory', 'Directory.ReadWrite.All',
  'AdministrativeUnit.ReadWrite.All', 'Policy.Read.All', 'AuditLog.Read.All',
];
const KEES = 'kees.kade@waterkant.example';
const JORIS = 'joris.bakker@waterkant.example';

const [envFile] = process.argv.slice(2);
const env = readEnv(envFile, ['MANDATE_TENANT', 'MANDATE_ADMIN_USER', 'MANDATE_ADMIN_PASSWORD']);

/** What a command prints, read; an error of the CLI's own is thrown. */
async function m365(name, options = {}) {
  const running = executeCommand(name, { output: 'json', ...options });
  const { stdout } = await running.catch((told) => {
    throw new Error(`${name}: ${told.error?.message ?? told.message ?? JSON.stringify(told)}`);
  });
  return stdout ? JSON.parse(stdout) : undefined;
}

/** As the administrator, who lets the app do what the commands need. */
async function allow() {
  const form = new URLSearchParams({
    grant_type: 'password', client_id: AZURE_CLI, scope: `${GRAPH}/.default`,
    username: env.MANDATE_ADMIN_USER, password: env.MANDATE_ADMIN_PASSWORD,
  });
  const address = `https://login.microsoftonline.com/${env.MANDATE_TENANT}/oauth2/v2.0/token`;
  const { access_token: token } = await (await fetch(address, { method: 'POST', body: form })).json();
  const graph = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${GRAPH}/v1.0${path}`, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
    return answer.json();
  };
  const api = await graph(`/servicePrincipals(appId='${GRAPH_APP}')`);
  const app = await graph(`/servicePrincipals(appId='${EXPORT.id}')`);
  for (const name of ALLOWED) {
    const role = api.appRoles.find(({ value }) => value === name);
    await graph(`/servicePrincipals/${app.id}/appRoleAssignments`, { principalId: app.id, resourceId: api.id, appRoleId: role.id });
  }
}

test('m365 login: a secret; status says which app it is', async () => {
  await allow();
  const told = await m365('login', { authType: 'secret', appId: EXPORT.id, tenant: env.MANDATE_TENANT, secret: EXPORT.secret });
  assert.equal(told.connectedAs, 'Waterkant Nightly Export');
  assert.equal((await m365('status')).appId, EXPORT.id);
});

test('m365 entra organization, license, policy', async () => {
  const [organization] = await m365('entra organization list');
  assert.equal(organization.id, env.MANDATE_TENANT);
  assert.deepEqual(await m365('entra license list'), []);
  assert.ok(JSON.stringify(await m365('entra policy list', { type: 'authorization' })).includes('authorizationPolicy'));
});

test('m365 entra user: added with a manager, found, changed, its groups and sign-ins', async () => {
  const made = await m365('entra user add', {
    displayName: 'Kees Kade', userName: KEES, password: 'Dijk-Wacht-77', firstName: 'Kees', lastName: 'Kade',
    department: 'Kade', jobTitle: 'Wachter', usageLocation: 'NL', companyName: 'Waterkant', managerUserName: JORIS,
  });
  assert.equal(made.userPrincipalName, KEES);
  const found = await m365('entra user get', { userName: KEES, withManager: true });
  assert.deepEqual([found.jobTitle, found.manager.displayName], ['Wachter', 'Joris Bakker']);
  await m365('entra user set', { userName: KEES, jobTitle: 'Havenmeester', city: 'Breda' });
  await m365('entra user set', { userName: KEES, removeManager: true });
  const changed = await m365('entra user get', { userName: KEES, withManager: true, properties: 'jobTitle,city' });
  assert.deepEqual([changed.jobTitle, changed.city, changed.manager], ['Havenmeester', 'Breda', undefined]);
  assert.ok((await m365('entra user list')).some(({ userPrincipalName }) => userPrincipalName === KEES));
  assert.ok((await m365('entra user list', { type: 'Guest' })).length > 0);
  assert.deepEqual(await m365('entra user groupmembership list', { userName: KEES }), []);
  assert.ok(Array.isArray(await m365('entra user signin list')));
  await m365('entra user session revoke', { userName: KEES, force: true });
});

test('m365 entra group: members and owners come, change places and go', async () => {
  await m365('entra group add', {
    displayName: 'cli-group', mailNickname: 'cli-group', type: 'security', ownerUserNames: JORIS, memberUserNames: KEES,
  });
  await m365('entra group set', { displayName: 'cli-group', description: 'iets', newDisplayName: 'cli-kade' });
  assert.equal((await m365('entra group get', { displayName: 'cli-kade' })).description, 'iets');
  await m365('entra group member add', { groupName: 'cli-kade', userNames: env.MANDATE_ADMIN_USER, role: 'Member' });
  const roles = async () => (await m365('entra group member list', { groupName: 'cli-kade' }))
    .map(({ userPrincipalName, roles }) => `${userPrincipalName.split('.')[0]}: ${roles}`).sort();
  assert.deepEqual(await roles(), ['joris: Owner', 'kees: Member', 'sanne: Member']);
  await m365('entra group member set', { groupName: 'cli-kade', userNames: KEES, role: 'Owner' });
  await m365('entra group member remove', { groupName: 'cli-kade', userNames: env.MANDATE_ADMIN_USER, role: 'Member', force: true });
  assert.deepEqual(await roles(), ['joris: Owner', 'kees: Owner']);
  assert.ok((await m365('entra group list', { type: 'security' })).some(({ displayName }) => displayName === 'cli-kade'));
});

test('m365 entra m365group: made, its people, private', async () => {
  const { id } = await m365('entra m365group add', {
    displayName: 'cli-m365', mailNickname: 'cli-m365', description: 'Samen', owners: JORIS, members: KEES,
  });
  await m365('entra m365group user add', { groupId: id, userNames: env.MANDATE_ADMIN_USER });
  await m365('entra m365group user set', { groupId: id, userNames: env.MANDATE_ADMIN_USER, role: 'Owner' });
  assert.equal((await m365('entra m365group user list', { groupId: id, role: 'Owner' })).length, 2);
  await m365('entra m365group user remove', { groupId: id, userNames: env.MANDATE_ADMIN_USER, force: true });
  await m365('entra m365group set', { id, description: 'Apart', isPrivate: true });
  const found = await m365('entra m365group get', { id });
  assert.deepEqual([found.description, found.visibility], ['Apart', 'Private']);
  assert.ok((await m365('entra m365group list')).some((group) => group.id === id));
  assert.ok(Array.isArray(await m365('entra m365group recyclebinitem list')));
});

test('m365 entra app: registered with a secret, a scope and consent; roles and permissions', async () => {
  const made = await m365('entra app add', {
    name: 'cli-app', withSecret: true, uri: 'api://_appId_', scopeName: 'access', scopeConsentBy: 'admins',
    scopeAdminConsentDisplayName: 'Access', scopeAdminConsentDescription: 'Access',
    redirectUris: 'https://app.waterkant.example/cb', platform: 'web', grantAdminConsent: true,
    apisApplication: `${GRAPH}/User.Read.All`, apisDelegated: `${GRAPH}/User.Read`,
  });
  assert.ok(made.secrets[0].value);
  const found = await m365('entra app get', { name: 'cli-app' });
  assert.deepEqual(found.identifierUris, [`api://${made.appId}`]);
  assert.ok((await m365('entra app list')).some(({ appId }) => appId === made.appId));
  await m365('entra app set', { appId: made.appId, redirectUris: 'https://app.waterkant.example/two', platform: 'spa' });
  await m365('entra app role add', { appId: made.appId, name: 'Beheer', description: 'Beheer', allowedMembers: 'both', claim: 'admin' });
  assert.deepEqual((await m365('entra app role list', { appId: made.appId })).map(({ value }) => value), ['admin']);
  const group = { appId: made.appId, applicationPermissions: `${GRAPH}/Group.Read.All` };
  await m365('entra app permission add', { ...group, grantAdminConsent: true });
  const listed = (await m365('entra app permission list', { appId: made.appId })).map(({ permission }) => permission);
  assert.deepEqual(listed.sort(), ['Group.Read.All', 'User.Read', 'User.Read.All']);
  await m365('entra app permission remove', { ...group, revokeAdminConsent: true, force: true });
  await m365('entra app role remove', { appId: made.appId, claim: 'admin', force: true });
});

test('m365 entra enterpriseapp, approleassignment, oauth2grant', async () => {
  const [app] = [await m365('entra enterpriseapp get', { displayName: 'cli-app' })].flat();
  const role = { appId: app.appId, resource: 'Microsoft Graph', scopes: ['Directory.Read.All'] };
  await m365('entra approleassignment add', role);
  const held = async () => (await m365('entra approleassignment list', { appId: app.appId })).map(({ roleName }) => roleName).sort();
  assert.deepEqual(await held(), ['Directory.Read.All', 'User.Read.All']);
  await m365('entra approleassignment remove', { ...role, force: true });
  assert.deepEqual(await held(), ['User.Read.All']);
  const [grant] = await m365('entra oauth2grant list', { spObjectId: app.id });
  assert.equal(grant.scope.trim(), 'User.Read');
  await m365('entra oauth2grant set', { grantId: grant.id, scope: 'User.Read Group.Read.All' });
  await m365('entra oauth2grant remove', { grantId: grant.id, force: true });
  assert.deepEqual(await m365('entra oauth2grant list', { spObjectId: app.id }), []);
});

test('m365 entra administrativeunit: a person and a role in it', async () => {
  await m365('entra administrativeunit add', { displayName: 'cli-unit', description: 'Een oever' });
  const named = { administrativeUnitName: 'cli-unit' };
  await m365('entra administrativeunit member add', { ...named, userName: KEES });
  const [kees] = await m365('entra administrativeunit member list', { ...named, type: 'user' });
  assert.equal(kees.userPrincipalName, KEES);
  assert.equal((await m365('entra administrativeunit member get', { ...named, id: kees.id })).id, kees.id);
  await m365('entra administrativeunit roleassignment add', { ...named, roleDefinitionName: 'User Administrator', userName: JORIS });
  await m365('entra administrativeunit member remove', { ...named, id: kees.id, force: true });
  await m365('entra administrativeunit remove', { displayName: 'cli-unit', force: true });
  assert.ok((await m365('entra administrativeunit list')).every(({ displayName }) => displayName !== 'cli-unit'));
});

test('m365 entra roledefinition, roleassignment', async () => {
  await m365('entra roledefinition add', {
    displayName: 'cli-role', allowedResourceActions: ['microsoft.directory/groups/basic/update'], version: '1',
  });
  await m365('entra roledefinition set', { displayName: 'cli-role', description: 'Beschrijft' });
  const found = await m365('entra roledefinition get', { displayName: 'cli-role' });
  assert.deepEqual([found.description, found.version], ['Beschrijft', '1']);
  assert.ok((await m365('entra roledefinition list')).length > 50);
});

test('what was made is removed, and people come back', async () => {
  const kees = await m365('entra user get', { userName: KEES });
  await m365('entra user remove', { id: kees.id, force: true });
  assert.ok((await m365('entra user recyclebinitem list')).some(({ id }) => id === kees.id));
  await m365('entra user recyclebinitem restore', { id: kees.id });
  assert.equal((await m365('entra user get', { userName: KEES })).id, kees.id);
  await m365('entra app remove', { name: 'cli-app', force: true });
  await m365('entra group remove', { displayName: 'cli-kade', force: true });
  await m365('entra roledefinition remove', { displayName: 'cli-role', force: true });
});

try {
  closeBench(await runAll({}));
} finally {
  rmSync(home, { recursive: true, force: true });
}
