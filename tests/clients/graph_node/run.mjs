// The Graph client suite for JavaScript: `node run.mjs <dev.env>`, with the server's CA in NODE_EXTRA_CA_CERTS.
//
// Each test makes what it needs and removes it, so that it may run again on the same server.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ClientSecretCredential, UsernamePasswordCredential } from '@azure/identity';
import { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const GRAPH_APP = '00000003-0000-0000-c000-000000000000';
const DEFAULT = 'https://graph.microsoft.com/.default';

const [envFile] = process.argv.slice(2);
const env = Object.fromEntries(
  readFileSync(envFile, 'utf8').split(/\r?\n/).filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replace(/^["']|["']$/g, '')]),
);
const base = new URL(env.MANDATE_BASE).origin;
const { hostname, host } = new URL(base);
process.env.NO_PROXY = [process.env.NO_PROXY ?? process.env.no_proxy, hostname].filter(Boolean).join(',');
const ourselves = { authorityHost: base, disableInstanceDiscovery: true };

function client(credential) {
  return Client.initWithMiddleware({
    baseUrl: `${base}/`,
    customHosts: new Set([hostname, host]),
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [DEFAULT] }),
  });
}

const asPerson = (name) => client(
  new UsernamePasswordCredential(env.MANDATE_TENANT, AZURE_CLI, name, env.MANDATE_ADMIN_PASSWORD, ourselves));
const asApp = (id, secret) => client(new ClientSecretCredential(env.MANDATE_TENANT, id, secret, ourselves));
const admin = asPerson(env.MANDATE_ADMIN_USER);

const fresh = (name) => `${name}-${randomUUID().slice(0, 8)}`;
const reference = (id) => ({ '@odata.id': `${base}/v1.0/directoryObjects/${id}` });

async function refused(call, status, code) {
  const error = await call.then(() => assert.fail(`nothing refused; ${status} ${code} was expected`), (error) => error);
  assert.ok(error instanceof GraphError, String(error));
  assert.deepEqual([error.statusCode, error.code], [status, code]);
  return error;
}

const tests = {
  'users are made, found, changed and deleted': async () => {
    const name = fresh('js-user');
    const made = await admin.api('/users').post({
      accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@waterkant.example`,
      passwordProfile: { password: 'Dijk-Wacht-77', forceChangePasswordNextSignIn: false },
    });
    const one = `/users/${made.id}`;
    await admin.api(one).update({ jobTitle: 'Sluiswachter', city: 'Emden' });
    const found = await admin.api(one).select(['jobTitle', 'city']).get();
    assert.deepEqual([found.jobTitle, found.city], ['Sluiswachter', 'Emden']);
    const listed = await admin.api('/users').filter(`startsWith(displayName,'${name}')`).get();
    assert.deepEqual(listed.value.map(({ id }) => id), [made.id]);
    const counted = await admin.api('/users').header('ConsistencyLevel', 'eventual').count(true)
      .filter(`endsWith(userPrincipalName,'${name}@waterkant.example')`).get();
    assert.equal(counted['@odata.count'], 1);
    await admin.api(one).delete();
    await refused(admin.api(one).get(), 404, 'Request_ResourceNotFound');
    await admin.api(`/directory/deletedItems/${made.id}`).delete();
    await refused(asPerson(env.MANDATE_USER).api('/users').post({ displayName: 'x' }), 403, 'Authorization_RequestDenied');
  },

  'groups hold members, which come along or are listed by their kind': async () => {
    const name = fresh('js-group');
    const group = await admin.api('/groups').post({
      displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true,
    });
    const me = await admin.api('/me').get();
    await admin.api(`/groups/${group.id}/members/$ref`).post(reference(me.id));
    await refused(admin.api(`/groups/${group.id}/members/$ref`).post(reference(me.id)), 400, 'Request_BadRequest');
    const expanded = await admin.api(`/groups/${group.id}`).expand('members($select=id,displayName)').get();
    assert.deepEqual(expanded.members.map(({ id }) => id), [me.id]);
    const people = await admin.api(`/groups/${group.id}/members/microsoft.graph.user`).get();
    assert.deepEqual(people.value.map(({ displayName }) => displayName), ['Sanne de Vries']);
    await admin.api(`/groups/${group.id}/members/${me.id}/$ref`).delete();
    assert.deepEqual((await admin.api(`/groups/${group.id}/members`).get()).value, []);
    await admin.api(`/groups/${group.id}`).version('beta').update({ description: 'Bij het water' });
    assert.equal((await admin.api(`/groups/${group.id}`).get()).description, 'Bij het water');
    await admin.api(`/groups/${group.id}`).delete();
  },

  'an application, its instance, its permission, its secret, and its call': async () => {
    const app = await admin.api('/applications').post({
      displayName: fresh('js-app'), signInAudience: 'AzureADMyOrg', web: { redirectUris: ['https://js.waterkant.example'] },
    });
    await admin.api(`/applications/${app.id}`).update({ identifierUris: [`api://${app.appId}`] });
    const instance = await admin.api('/servicePrincipals').post({ appId: app.appId });
    const graph = await admin.api(`/servicePrincipals(appId='${GRAPH_APP}')`).get();
    const role = graph.appRoles.find(({ value }) => value === 'Group.Read.All');
    const at = `/servicePrincipals/${instance.id}/appRoleAssignments`;
    const held = await admin.api(at).post({ principalId: instance.id, resourceId: graph.id, appRoleId: role.id });
    const { secretText } = await admin.api(`/applications/${app.id}/addPassword`).post({});
    const daemon = asApp(app.appId, secretText);
    assert.ok((await daemon.api('/groups').get()).value.length > 3);
    await refused(daemon.api('/users').get(), 403, 'Authorization_RequestDenied');
    await admin.api(`${at}/${held.id}`).delete();
    await refused(daemon.api('/groups').get(), 403, 'Authorization_RequestDenied');
    const grant = await admin.api('/oauth2PermissionGrants').post({
      clientId: instance.id, consentType: 'AllPrincipals', resourceId: graph.id, scope: 'User.Read',
    });
    await admin.api(`/oauth2PermissionGrants/${grant.id}`).update({ scope: 'User.Read Mail.Read' });
    const grants = await admin.api(`/servicePrincipals/${instance.id}/oauth2PermissionGrants`).get();
    assert.deepEqual(grants.value.map(({ scope }) => scope), ['User.Read Mail.Read']);
    await admin.api(`/applications/${app.id}`).delete();
    await refused(admin.api(`/servicePrincipals/${instance.id}`).get(), 404, 'Request_ResourceNotFound');
  },

  'the page iterator sees everybody once': async () => {
    const first = await admin.api('/users').top(3).select('id').get();
    const seen = [];
    await new PageIterator(admin, first, ({ id }) => seen.push(id) > 0).iterate();
    assert.ok(seen.length > 9 && new Set(seen).size === seen.length, `${seen.length} users`);
  },

  'a batch goes in one request, with what depends on what': async () => {
    const name = fresh('js-batch');
    const body = JSON.stringify({ displayName: name });
    const headers = { 'Content-Type': 'application/json' };
    // This release of the client takes an address without the version, and keeps what stands behind the host.
    const request = (path, options) => new Request(`https://graph.microsoft.com${path}`, options);
    const batch = new BatchRequestContent([
      { id: 'make', request: request('/applications', { method: 'POST', headers, body }) },
      { id: 'find', request: request(`/applications?$filter=displayName eq '${name}'`, { method: 'GET' }), dependsOn: ['make'] },
      { id: 'gone', request: request(`/users/${randomUUID()}`, { method: 'GET' }), dependsOn: ['make'] },
    ]);
    const answer = new BatchResponseContent(await admin.api('/$batch').post(await batch.getContent()));
    assert.equal(answer.getResponseById('make').status, 201);
    const made = await answer.getResponseById('make').json();
    const found = await answer.getResponseById('find').json();
    assert.deepEqual(found.value.map(({ id }) => id), [made.id]);
    assert.equal(answer.getResponseById('gone').status, 404);
    await admin.api(`/applications/${made.id}`).delete();
  },

  'delta tells a group and its members, and then what changed': async () => {
    const whole = async (address) => {
      const value = [];
      for (let next = address; ;) {
        const page = await admin.api(next).get();
        value.push(...page.value);
        if (page['@odata.deltaLink']) return { value, link: page['@odata.deltaLink'] };
        next = page['@odata.nextLink'];
      }
    };
    const first = await whole('/groups/delta?$select=displayName,members');
    assert.ok(first.value.some((group) => group['members@delta']?.length > 0));
    const name = fresh('js-delta');
    const group = await admin.api('/groups').post({
      displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true,
    });
    const me = await admin.api('/me').get();
    await admin.api(`/groups/${group.id}/members/$ref`).post(reference(me.id));
    const came = await whole(first.link);
    assert.deepEqual(came.value.map(({ id, displayName }) => [id, displayName]), [[group.id, name]]);
    assert.deepEqual(came.value[0]['members@delta'].map(({ id }) => id), [me.id]);
    await admin.api(`/groups/${group.id}/members/${me.id}/$ref`).delete();
    const left = await whole(came.link);
    assert.deepEqual(left.value[0]['members@delta'].map((one) => [one.id, one['@removed'].reason]), [[me.id, 'deleted']]);
    await admin.api(`/groups/${group.id}`).delete();
    const gone = await whole(left.link);
    assert.deepEqual(gone.value.map((one) => [one.id, one['@removed'].reason]), [[group.id, 'deleted']]);
  },

  'a call that is turned away for a moment is sent again': async () => {
    for (const status of [429, 503, 504]) {
      const broken = await fetch(`${base}/_dev/faults`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ path: '/v1.0/organization', status, retryAfter: 1, count: 2 }),
      });
      assert.ok(broken.ok, `no fault: ${broken.status}`);
      const began = Date.now();
      assert.equal((await admin.api('/organization').get()).value.length, 1);
      assert.ok(Date.now() - began >= 1900, 'it waited twice');
    }
  },
};

let failed = 0;
for (const [name, body] of Object.entries(tests)) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${String(error.message ?? error).replace(/\s+/g, ' ').slice(0, 800)}`);
    console.error(error);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
