// MSAL Go as an application on a person's machine: by name and password, by device code, and with a browser and a
// loopback listener, which takes form_post only.

package main

import (
	"context"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

var msalPublic = []test{
	{"msal-go: a name and a password bring tokens where consent stands", namePassword},
	{"msal-go: a wrong password is refused with AADSTS50126", wrongPassword},
	{"msal-go: a device waits until its person has typed the code elsewhere", deviceCode},
	{"msal-go: a device whose person says no gets nothing", deviceDeclined},
	{"msal-go: a desktop app signs in over a loopback address, and MSAL renews in silence", interactive},
	{"msal-go: declined consent reaches the desktop app as AADSTS65004", interactiveDeclined},
}

// promptConsent is MSAL's number for it; the constant itself is in a package that applications cannot import.
const promptConsent = 3

func (w *World) public(app App) public.Client {
	return must(public.New(
		app.ID, public.WithAuthority(w.authority()), public.WithHTTPClient(w.http), public.WithInstanceDiscovery(false),
	))
}

func namePassword(ctx context.Context, w *World) {
	w.consents(ctx, w.anneke, w.mobile, "openid profile offline_access "+userRead)
	client := w.public(w.mobile)
	result := must(client.AcquireTokenByUsernamePassword(ctx, []string{userRead}, w.anneke.UPN, w.anneke.Password))
	w.isMe(ctx, result.AccessToken, w.mobile, byNothing, w.anneke)
	equal(result.Account.HomeAccountID, w.anneke.ID+"."+w.tenant, "MSAL's account")

	kept := must(client.AcquireTokenSilent(ctx, []string{userRead}, public.WithSilentAccount(result.Account)))
	equal(kept.AccessToken, result.AccessToken, "the token from the cache")
}

func wrongPassword(ctx context.Context, w *World) {
	client := w.public(w.mobile)
	_, err := client.AcquireTokenByUsernamePassword(ctx, []string{userRead}, w.anneke.UPN, "not the password")
	refused(err, 400, "50126")
}

func deviceCode(ctx context.Context, w *World) {
	type outcome struct {
		result public.AuthResult
		err    error
	}
	code := must(w.public(w.mobile).AcquireTokenByDeviceCode(ctx, []string{userRead}))
	shown := code.Result
	check(strings.Contains(shown.Message, shown.UserCode), "the message lacks the code: %s", shown.Message)
	// MSAL polls while the person is on the pages, so it meets authorization_pending.
	polled := make(chan outcome, 1)
	go func() {
		result, err := code.AuthenticationResult(ctx)
		polled <- outcome{result, err}
	}()
	walk := must(w.visitor().walk(ctx, shown.VerificationURL, w.anneke, Choices{UserCode: shown.UserCode}))
	equal(walk.Kind, "device-done", "the last page")
	first := walk.Pages[:min(3, len(walk.Pages))]
	equal(first, []string{"device-code", "signin", "device-confirm"}, "the first pages")
	got := <-polled
	succeeds(got.err)
	w.isMe(ctx, got.result.AccessToken, w.mobile, byNothing, w.anneke)
}

func deviceDeclined(ctx context.Context, w *World) {
	code := must(w.public(w.mobile).AcquireTokenByDeviceCode(ctx, []string{userRead}))
	choices := Choices{UserCode: code.Result.UserCode, Decline: "device-confirm"}
	walk := must(w.visitor().walk(ctx, code.Result.VerificationURL, w.anneke, choices))
	equal(walk.Kind, "device-declined", "the last page")
	_, err := code.AuthenticationResult(ctx)
	refused(err, 400, "70017")
	check(strings.Contains(err.Error(), "authorization_declined"), "the error is no authorization_declined: %v", err)
}

func interactive(ctx context.Context, w *World) {
	client, walk := w.public(w.mobile), Walk{}
	opens := public.WithOpenURL(w.openURL(ctx, w.anneke, Choices{}, &walk))
	result := must(client.AcquireTokenInteractive(ctx, []string{userRead}, opens))
	check(strings.HasPrefix(walk.Target, "http://localhost:"), "the answer went to %s", walk.Target)
	w.isMe(ctx, result.AccessToken, w.mobile, byNothing, w.anneke)
	equal(result.IDToken.PreferredUsername, w.anneke.UPN, "preferred_username")

	account := public.WithSilentAccount(result.Account)
	kept := must(client.AcquireTokenSilent(ctx, []string{userRead}, account))
	equal(kept.AccessToken, result.AccessToken, "the token from the cache")
	// Claims make MSAL pass its cache by, twice: the second refresh uses what the first brought.
	fresh := public.WithClaims(`{"access_token":{"xms_cc":{"values":["cp1"]}}}`)
	for range 2 {
		renewed := must(client.AcquireTokenSilent(ctx, []string{userRead}, account, fresh))
		check(renewed.AccessToken != result.AccessToken, "the refresh brought the old access token")
		w.isMe(ctx, renewed.AccessToken, w.mobile, byNothing, w.anneke)
	}
}

func interactiveDeclined(ctx context.Context, w *World) {
	walk := Walk{}
	opens := public.WithOpenURL(w.openURL(ctx, w.anneke, Choices{Decline: "consent"}, &walk))
	asks := public.WithPrompt(promptConsent)
	_, err := w.public(w.mobile).AcquireTokenInteractive(ctx, []string{userRead}, opens, asks)
	equal(walk.Pages, []string{"signin", "consent"}, "pages shown")
	refused(err, 0, "65004")
}
