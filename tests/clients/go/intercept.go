// Clients that are told nothing of us, where the public cloud's names lead to `mandate dev --intercept`: no authority of
// ours, instance discovery as it comes, no address of Graph. `go run . <path of dev.env> intercept`

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

var unconfigured = []test{
	{"MSAL Go: a daemon", msalUnconfigured},
	{"azidentity: a secret", azidentityUnconfigured},
}

func msalUnconfigured(ctx context.Context, w *World) {
	secret := must(confidential.NewCredFromSecret(w.export.Secret))
	app := must(confidential.New("https://login.microsoftonline.com/"+w.tenant, w.export.ID, secret))
	answer := must(app.AcquireTokenByCredential(ctx, []string{graphDefault}))
	graphListsUsers(ctx, answer.AccessToken)
}

func azidentityUnconfigured(ctx context.Context, w *World) {
	cred := must(azidentity.NewClientSecretCredential(w.tenant, w.export.ID, w.export.Secret, nil))
	token := must(cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphDefault}}))
	graphListsUsers(ctx, token.Token)
}

// graphListsUsers asks Graph where it is for everybody.
func graphListsUsers(ctx context.Context, token string) {
	request := must(http.NewRequestWithContext(ctx, http.MethodGet, graphResource+"/v1.0/users", nil))
	request.Header.Set("Authorization", "Bearer "+token)
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	body := string(must(io.ReadAll(answer.Body)))
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, graphResource+"/v1.0/$metadata") {
		panic(failure{fmt.Errorf("Graph answers %d: %s", answer.StatusCode, body)})
	}
}
