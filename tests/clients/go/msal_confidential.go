// MSAL Go as a confidential application: client credentials in each way of proving oneself, the code flow with silent
// renewal, and on-behalf-of. Every test makes its own clients, so that none answers from another's cache.

package main

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

var msalConfidential = []test{
	{"msal-go: an app proves itself with a secret and reads the directory", appWithSecret},
	{"msal-go: a wrong secret is refused with AADSTS7000215", wrongSecret},
	{"msal-go: an app proves itself with a certificate and reads the directory", appWithCertificate},
	{"msal-go: a certificate that was never registered is refused with AADSTS700027", wrongCertificate},
	{"msal-go: an app proves itself with an assertion that it signed itself", appWithOwnAssertion},
	{"msal-go: a token of an app that is trusted proves another app", appWithFederatedToken},
	{"msal-go: the code flow signs a person in, and MSAL renews in silence", codeFlow},
	{"msal-go: the code flow with a state and a PKCE challenge", codeFlowWithChallenge},
	{"S2-02 msal-go: an API acts on behalf of a person who allowed it together with its client", onBehalfOf},
	{"msal-go: an API may not hand in a token that was for another API", onBehalfOfOther},
}

func (w *World) confidential(app App, cred confidential.Credential) confidential.Client {
	return must(confidential.New(
		w.authority(), app.ID, cred, confidential.WithHTTPClient(w.http), confidential.WithInstanceDiscovery(false),
	))
}

func (w *World) withSecret(app App) confidential.Client {
	return w.confidential(app, must(confidential.NewCredFromSecret(app.Secret)))
}

func (w *World) signedIdentity() identity {
	certs, key, err := confidential.CertFromPEM(w.pem(), "")
	succeeds(err)
	return identity{certs, key}
}

// -- client credentials

func appWithSecret(ctx context.Context, w *World) {
	client := w.withSecret(w.export)
	first := must(client.AcquireTokenByCredential(ctx, []string{graphDefault}))
	equal(first.Metadata.TokenSource, confidential.TokenSourceIdentityProvider, "where the first token comes from")
	w.listsPeople(ctx, first.AccessToken, w.export, bySecret)

	// MSAL asks its cache first, and finds the token only if the answer's scope says what was asked.
	again := must(client.AcquireTokenByCredential(ctx, []string{graphDefault}))
	equal(again.Metadata.TokenSource, confidential.TokenSourceCache, "where the second token comes from")
	equal(again.AccessToken, first.AccessToken, "the second token")
}

func wrongSecret(ctx context.Context, w *World) {
	app := w.export
	app.Secret = "not the secret"
	_, err := w.withSecret(app).AcquireTokenByCredential(ctx, []string{graphDefault})
	refused(err, 401, "7000215")
}

func appWithCertificate(ctx context.Context, w *World) {
	own := w.signedIdentity()
	client := w.confidential(w.signed, must(confidential.NewCredFromCert(own.certs, own.key)))
	result := must(client.AcquireTokenByCredential(ctx, []string{graphDefault}))
	w.listsPeople(ctx, result.AccessToken, w.signed, byCertificate)
}

func wrongCertificate(ctx context.Context, w *World) {
	w.pem() // without the app itself, another number would come
	other := stranger()
	client := w.confidential(w.signed, must(confidential.NewCredFromCert(other.certs, other.key)))
	_, err := client.AcquireTokenByCredential(ctx, []string{graphDefault})
	refused(err, 401, "700027")
}

func appWithOwnAssertion(ctx context.Context, w *World) {
	own := w.signedIdentity()
	cred := confidential.NewCredFromAssertionCallback(
		func(_ context.Context, asked confidential.AssertionRequestOptions) (string, error) {
			return own.assertion(asked.ClientID, asked.TokenEndpoint)
		},
	)
	result := must(w.confidential(w.signed, cred).AcquireTokenByCredential(ctx, []string{graphDefault}))
	w.listsPeople(ctx, result.AccessToken, w.signed, byCertificate)
}

// appWithFederatedToken: the suites' organisation lets the nightly export's token stand for the app with a certificate.
func appWithFederatedToken(ctx context.Context, w *World) {
	w.pem()
	trusted := w.withSecret(w.export)
	cred := confidential.NewCredFromAssertionCallback(
		func(ctx context.Context, _ confidential.AssertionRequestOptions) (string, error) {
			result, err := trusted.AcquireTokenByCredential(ctx, []string{graphDefault})
			return result.AccessToken, err
		},
	)
	result := must(w.confidential(w.signed, cred).AcquireTokenByCredential(ctx, []string{graphDefault}))
	w.listsPeople(ctx, result.AccessToken, w.signed, byCertificate)
}

// -- the code flow

func codeFlow(ctx context.Context, w *World) {
	client, app := w.withSecret(w.intranet), w.intranet
	scopes := []string{"openid", "profile", "offline_access", userRead, ordersRead}
	address := must(client.AuthCodeURL(ctx, app.ID, app.Redirect, scopes))
	walk := must(w.visitor().walk(ctx, address, w.anneke, Choices{}))
	equal(walk.Target, app.Redirect, "the address the answer went to")
	equal(walk.Via, "query", "how the answer came")

	result := must(client.AcquireTokenByAuthCode(ctx, walk.code(), app.Redirect, []string{userRead}))
	w.isMe(ctx, result.AccessToken, app, bySecret, w.anneke)
	equal(result.Account.HomeAccountID, w.anneke.ID+"."+w.tenant, "MSAL's account")
	equal(result.IDToken.PreferredUsername, w.anneke.UPN, "preferred_username")
	equal(result.IDToken.Issuer, w.authority()+"/v2.0", "iss of the ID token")

	account := confidential.WithSilentAccount(result.Account)
	kept := must(client.AcquireTokenSilent(ctx, []string{userRead}, account))
	equal(kept.Metadata.TokenSource, confidential.TokenSourceCache, "where the token comes from while it lives")
	other := must(client.AcquireTokenSilent(ctx, []string{ordersRead}, account))
	equal(other.Metadata.TokenSource, confidential.TokenSourceIdentityProvider, "where another API's token comes from")
	w.isForOrders(other.AccessToken, w.anneke)
}

func codeFlowWithChallenge(ctx context.Context, w *World) {
	result := w.signIn(ctx, w.withSecret(w.intranet), w.intranet, w.anneke, userRead)
	w.isMe(ctx, result.AccessToken, w.intranet, bySecret, w.anneke)
}

// isForOrders: a token with which the intranet calls the orders API for this person.
func (w *World) isForOrders(token string, person Person) {
	claims := claimsOf(token)
	holds(claims, object{
		"aud": w.orders.ID, "azp": w.intranet.ID, "azpacr": bySecret, "tid": w.tenant, "oid": person.ID, "ver": "2.0",
	}, "the token for the orders API")
	hasScope(claims, "Orders.Read")
}

// signIn is a code flow with what MSAL Go leaves to the application: state and PKCE.
func (w *World) signIn(
	ctx context.Context, client confidential.Client, app App, person Person, scope string,
) confidential.AuthResult {
	asked := []string{"openid", "profile", "offline_access", scope}
	address := must(url.Parse(must(client.AuthCodeURL(ctx, app.ID, app.Redirect, asked))))
	verifier, challenge := pkce()
	state := rand.Text()
	query := address.Query()
	query.Set("state", state)
	query.Set("code_challenge", challenge)
	query.Set("code_challenge_method", "S256")
	address.RawQuery = query.Encode()

	walk := must(w.visitor().walk(ctx, address.String(), person, Choices{}))
	equal(walk.Params.Get("state"), state, "state")
	return must(client.AcquireTokenByAuthCode(
		ctx, walk.code(), app.Redirect, []string{scope}, confidential.WithChallenge(verifier),
	))
}

// -- on behalf of

// calls is the token with which the intranet calls the orders API for a person, who has allowed both: the planner asks
// for everything of the API, which knows it, so that one page serves the two.
func (w *World) calls(ctx context.Context, person Person) string {
	page := w.consents(ctx, person, w.planner, "openid "+ordersResource+"/.default")
	check(slices.Contains(page.Consent, "Orders.Read"), "the page lacks Orders.Read: %v", page.Consent)
	equal(page.Behind, []string{"User.Read"}, "what the API asks for itself")
	token := w.signIn(ctx, w.withSecret(w.intranet), w.intranet, person, ordersRead).AccessToken
	w.isForOrders(token, person)
	return token
}

func onBehalfOf(ctx context.Context, w *World) {
	token, api := w.calls(ctx, w.anneke), w.withSecret(w.orders)
	// MSAL asks for the sign-in scopes besides, which nobody consents to for an API: they must not stop it.
	first := must(api.AcquireTokenOnBehalfOf(ctx, token, []string{userRead}))
	w.isMe(ctx, first.AccessToken, w.orders, bySecret, w.anneke)
	again := must(api.AcquireTokenOnBehalfOf(ctx, token, []string{userRead}))
	equal(again.Metadata.TokenSource, confidential.TokenSourceCache, "where the second token comes from")
}

func onBehalfOfOther(ctx context.Context, w *World) {
	result := w.signIn(ctx, w.withSecret(w.intranet), w.intranet, w.anneke, userRead)
	_, err := w.withSecret(w.orders).AcquireTokenOnBehalfOf(ctx, result.AccessToken, []string{userRead})
	refused(err, 400, "500131")
}
