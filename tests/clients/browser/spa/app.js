// The smallest single-page application around MSAL Browser. A test drives it through `call`; `landed` tells what the
// last redirect brought.

const app = new msal.PublicClientApplication({
  auth: {
    clientId: settings.clientId,
    authority: settings.authority,
    // None where the page is told nothing but its tenant.
    knownAuthorities: settings.host ? [settings.host] : [],
    redirectUri: window.location.origin,
    postLogoutRedirectUri: window.location.origin,
  },
});

const told = async (promise) => {
  try {
    return { result: JSON.parse(JSON.stringify((await promise) ?? null)) };
  } catch (error) {
    const { name, message, errorCode, subError, errorNo } = error;
    return { error: { name, message, errorCode, subError, errorNo } };
  }
};

window.landed = app.initialize().then(() => told(app.handleRedirectPromise()));

/** Calls a method of the library; `account` in the request is a user name. */
window.call = async (method, { account, ...request } = {}) => {
  await window.landed;
  const known = account ? { account: app.getAccount({ username: account }) } : {};
  return told(Promise.resolve(app[method]({ ...request, ...known })));
};

window.accounts = async () => {
  await window.landed;
  return app.getAllAccounts().map(({ username, localAccountId }) => ({ username, localAccountId }));
};
