// azidentity, the credentials of the Azure SDK for Go. They sit on MSAL Go, with a pipeline and defaults of their own.

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

var azureIdentity = []test{
	{"azidentity: ClientSecretCredential reads the directory, and keeps its token", clientSecret},
	{"azidentity: a wrong secret is refused with AADSTS7000215", clientSecretWrong},
	{"azidentity: ClientCertificateCredential reads the directory", clientCertificate},
	{"azidentity: a certificate that was never registered is refused with AADSTS700027", clientCertificateWrong},
	{"azidentity: ClientAssertionCredential with an assertion of its own", clientAssertion},
	{"azidentity: WorkloadIdentityCredential with a trusted app's token in a file", workloadIdentity},
	{"azidentity: UsernamePasswordCredential where consent stands", usernamePassword},
	{"azidentity: DeviceCodeCredential prompts, and gets the person's token", deviceCodeCredential},
	{"S2-02 azidentity: OnBehalfOfCredential acts for a person who called the API", onBehalfOfCredential},
	{"azidentity: InteractiveBrowserCredential opens a browser and takes the posted code", interactiveBrowser},
}

// browserCommand is the first command by which the libraries open a page on Linux.
const browserCommand = "xdg-open"

func tokenFor(ctx context.Context, cred azcore.TokenCredential) string {
	token := must(cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphDefault}}))
	check(time.Until(token.ExpiresOn) > 55*time.Minute, "the token lives until %s only", token.ExpiresOn)
	return token.Token
}

func refusal(ctx context.Context, cred azcore.TokenCredential) error {
	_, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphDefault}})
	return err
}

func (w *World) secretCredential(app App) *azidentity.ClientSecretCredential {
	return must(azidentity.NewClientSecretCredential(w.tenant, app.ID, app.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: w.azure(), DisableInstanceDiscovery: true}))
}

func (w *World) certificateCredential(own identity) *azidentity.ClientCertificateCredential {
	return must(azidentity.NewClientCertificateCredential(w.tenant, w.signed.ID, own.certs, own.key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: w.azure(), DisableInstanceDiscovery: true}))
}

// parsed is the app's file as azidentity reads it.
func (w *World) parsed() identity {
	certs, key, err := azidentity.ParseCertificates(w.pem(), nil)
	succeeds(err)
	return identity{certs, key}
}

func clientSecret(ctx context.Context, w *World) {
	cred := w.secretCredential(w.export)
	token := tokenFor(ctx, cred)
	w.listsPeople(ctx, token, w.export, bySecret)
	equal(tokenFor(ctx, cred), token, "the second token, which is the first")
}

func clientSecretWrong(ctx context.Context, w *World) {
	app := w.export
	app.Secret = "not the secret"
	refused(refusal(ctx, w.secretCredential(app)), 401, "7000215")
}

func clientCertificate(ctx context.Context, w *World) {
	w.listsPeople(ctx, tokenFor(ctx, w.certificateCredential(w.parsed())), w.signed, byCertificate)
}

func clientCertificateWrong(ctx context.Context, w *World) {
	w.pem() // without the app itself, another number would come
	refused(refusal(ctx, w.certificateCredential(stranger())), 401, "700027")
}

func clientAssertion(ctx context.Context, w *World) {
	own := w.parsed()
	sign := func(context.Context) (string, error) {
		return own.assertion(w.signed.ID, w.authority()+"/oauth2/v2.0/token")
	}
	cred := must(azidentity.NewClientAssertionCredential(w.tenant, w.signed.ID, sign,
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: w.azure(), DisableInstanceDiscovery: true}))
	w.listsPeople(ctx, tokenFor(ctx, cred), w.signed, byCertificate)
}

// workloadIdentity: a cluster lays a token into a file, and the app that trusts its issuer needs no secret.
func workloadIdentity(ctx context.Context, w *World) {
	w.pem()
	file := filepath.Join(scratch(), "token")
	defer os.RemoveAll(filepath.Dir(file))
	succeeds(os.WriteFile(file, []byte(tokenFor(ctx, w.secretCredential(w.export))), 0o600))
	cred := must(azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: w.azure(), DisableInstanceDiscovery: true,
		ClientID: w.signed.ID, TenantID: w.tenant, TokenFilePath: file,
	}))
	w.listsPeople(ctx, tokenFor(ctx, cred), w.signed, byCertificate)
}

func usernamePassword(ctx context.Context, w *World) {
	w.consents(ctx, w.anneke, w.mobile, "openid profile offline_access "+userRead)
	// Deprecated, since it knows no second factor; but there.
	cred := must(azidentity.NewUsernamePasswordCredential(w.tenant, w.mobile.ID, w.anneke.UPN, w.anneke.Password,
		&azidentity.UsernamePasswordCredentialOptions{ClientOptions: w.azure(), DisableInstanceDiscovery: true}))
	w.isMe(ctx, tokenFor(ctx, cred), w.mobile, byNothing, w.anneke)
}

func deviceCodeCredential(ctx context.Context, w *World) {
	prompted := 0
	cred := must(azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: w.azure(), DisableInstanceDiscovery: true, ClientID: w.mobile.ID, TenantID: w.tenant,
		UserPrompt: func(ctx context.Context, told azidentity.DeviceCodeMessage) error {
			prompted++
			walk, err := w.visitor().walk(ctx, told.VerificationURL, w.anneke, Choices{UserCode: told.UserCode})
			if err == nil && walk.Kind != "device-done" {
				err = fmt.Errorf("the last page: %s", walk.Stop)
			}
			return err
		},
	}))
	token := tokenFor(ctx, cred)
	w.isMe(ctx, token, w.mobile, byNothing, w.anneke)
	equal(tokenFor(ctx, cred), token, "the second token, which is the first")
	equal(prompted, 1, "how often the person was asked")
}

func onBehalfOfCredential(ctx context.Context, w *World) {
	token := w.calls(ctx, w.anneke)
	cred := must(azidentity.NewOnBehalfOfCredentialWithSecret(w.tenant, w.orders.ID, token, w.orders.Secret,
		&azidentity.OnBehalfOfCredentialOptions{ClientOptions: w.azure(), DisableInstanceDiscovery: true}))
	w.isMe(ctx, tokenFor(ctx, cred), w.orders, bySecret, w.anneke)
}

// interactiveBrowser: this credential cannot be told how to open a page, so the command it runs is ours.
func interactiveBrowser(ctx context.Context, w *World) {
	folder := scratch()
	defer os.RemoveAll(folder)
	succeeds(os.Symlink(must(os.Executable()), filepath.Join(folder, browserCommand)))
	defer setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))()
	defer setenv(browserWorld, w.envFile)()

	cred := must(azidentity.NewInteractiveBrowserCredential(&azidentity.InteractiveBrowserCredentialOptions{
		ClientOptions: w.azure(), DisableInstanceDiscovery: true, ClientID: w.mobile.ID, TenantID: w.tenant,
	}))
	record := must(cred.Authenticate(ctx, &policy.TokenRequestOptions{Scopes: []string{graphDefault}}))
	equal(record.Username, w.anneke.UPN, "whose record it is")
	w.isMe(ctx, tokenFor(ctx, cred), w.mobile, byNothing, w.anneke)
}

// browserWorld tells the program in the browser's place where dev.env is; its caller gives it no more than an address.
const browserWorld = "MANDATE_BROWSER_WORLD"

// beTheBrowser walks Anneke through the pages of one address; its exit status is what the opener sees.
func beTheBrowser(addresses []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), testLimit)
	defer cancel()
	world, err := readWorld(os.Getenv(browserWorld))
	if err == nil && len(addresses) != 1 {
		err = fmt.Errorf("%d addresses to open", len(addresses))
	}
	if err == nil {
		err = world.openURL(ctx, world.anneke, Choices{}, &Walk{})(addresses[0])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "in the browser's place:", err)
		return 1
	}
	return 0
}

func scratch() string {
	return must(os.MkdirTemp("", "mandate-go-"))
}

// setenv answers how to take it back.
func setenv(name, value string) func() {
	before, was := os.LookupEnv(name)
	succeeds(os.Setenv(name, value))
	return func() {
		if was {
			os.Setenv(name, before)
		} else {
			os.Unsetenv(name)
		}
	}
}
