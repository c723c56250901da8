// The running server as the tests see it: the addresses and secrets of dev.env, the fixed ids of the sample
// organisation (crates/server/sample.yaml), Graph. The libraries are used as they are installed; the only settings are
// the ones an application has: authority, instance discovery off, an HTTP client that trusts the CA.

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

const (
	graphResource = "https://graph.microsoft.com"
	graphDefault  = graphResource + "/.default"
	userRead      = graphResource + "/User.Read"

	ordersResource = "api://waterkant-orders"
	ordersRead     = ordersResource + "/Orders.Read"

	peopleInTenant = 12
	callLimit      = 30 * time.Second
)

type Person struct{ UPN, ID, Password string }

type App struct {
	ID, Secret, Redirect string
	Principal            string // the id of its service principal in the tenant
}

type World struct {
	envFile string
	base    *url.URL
	tenant  string
	http    *http.Client

	anneke                            Person
	intranet, planner, mobile, orders App
	export, signed                    App
	signedPEM                         string
}

func readWorld(envFile string) (*World, error) {
	envFile, err := filepath.Abs(envFile)
	if err != nil {
		return nil, err
	}
	env, err := readEnvironment(envFile)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(strings.TrimRight(env["MANDATE_BASE"], "/"))
	if err != nil {
		return nil, fmt.Errorf("MANDATE_BASE: %w", err)
	}
	client, err := clientThatTrusts(found(envFile, env["MANDATE_CA"]))
	if err != nil {
		return nil, err
	}
	app := func(number, secret, redirect string) App {
		of := func(kind string) string { return kind + "-0000-4000-8000-00000000000" + number }
		return App{of("c1000000"), secret, redirect, of("ffffffff")}
	}
	world := &World{
		envFile: envFile,
		base:    base,
		tenant:  env["MANDATE_TENANT"],
		http:    client,
		anneke: Person{
			"anneke.jansen@waterkant.example", "aaaaaaaa-0000-4000-8000-000000000003", env["MANDATE_USER_PASSWORD"],
		},
		intranet:  app("1", env["MANDATE_CLIENT_SECRET"], "http://localhost:5000/auth/callback"),
		planner:   app("2", "", "http://localhost:5173"),
		mobile:    app("3", "", "http://localhost"),
		export:    app("4", "export-secret-for-development-only", ""),
		orders:    app("5", "orders-secret-for-development-only", ""),
		signed:    app("8", "", ""),
		signedPEM: os.Getenv("MANDATE_SIGNED_PEM"),
	}
	// What dev.env names is not for this file to know better.
	world.intranet.ID, world.mobile.ID = env["MANDATE_CLIENT_ID"], env["MANDATE_PUBLIC_CLIENT_ID"]
	world.signed.ID = os.Getenv("MANDATE_SIGNED_CLIENT_ID")
	return world, nil
}

// readEnvironment: NAME=value, one a line.
func readEnvironment(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, isPair := strings.Cut(strings.TrimSpace(line), "=")
		if isPair && !strings.HasPrefix(name, "#") {
			values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	needed := []string{
		"MANDATE_BASE", "MANDATE_CA", "MANDATE_TENANT", "MANDATE_USER_PASSWORD", "MANDATE_CLIENT_ID",
		"MANDATE_CLIENT_SECRET", "MANDATE_PUBLIC_CLIENT_ID",
	}
	for _, name := range needed {
		if values[name] == "" {
			return nil, fmt.Errorf("`%s` lacks %s", path, name)
		}
	}
	return values, nil
}

// found: the server wrote the CA's path as seen from where it was started, mostly the folder that holds its data.
func found(envFile, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	data := filepath.Dir(envFile)
	for _, folder := range []string{".", filepath.Dir(data), data} {
		if there := filepath.Join(folder, path); isFile(there) {
			return there
		}
	}
	return path
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func clientThatTrusts(caFile string) (*http.Client, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("`%s` holds no certificate", caFile)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the server is on this machine
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport, Timeout: callLimit}, nil
}

// authority as MSAL takes it.
func (w *World) authority() string {
	return w.base.String() + "/" + w.tenant
}

// azure is what every azidentity credential is told.
func (w *World) azure() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: w.base.String() + "/"},
		Transport: w.http,
	}
}

// graph is a GET that must succeed.
func (w *World) graph(ctx context.Context, path, token string) object {
	address := w.base.String() + "/v1.0" + path
	request := must(http.NewRequestWithContext(ctx, http.MethodGet, address, nil))
	request.Header.Set("Authorization", "Bearer "+token)
	response := must(w.http.Do(request))
	defer response.Body.Close()
	body := must(io.ReadAll(response.Body))
	check(response.StatusCode == http.StatusOK, "GET %s: status %d: %s", path, response.StatusCode, body)
	answer := object{}
	succeeds(json.Unmarshal(body, &answer))
	return answer
}

// isMe: a delegated token, of this app for this person, with which Graph knows the person. `proof` is the app's.
func (w *World) isMe(ctx context.Context, token string, app App, proof string, person Person) {
	claims := claimsOf(token)
	holds(claims, object{
		"aud": graphResource, "appid": app.ID, "appidacr": proof, "tid": w.tenant, "oid": person.ID, "ver": "1.0",
	}, "the token for Graph")
	hasScope(claims, "User.Read")
	me := w.graph(ctx, "/me", token)
	holds(me, object{"id": person.ID, "userPrincipalName": person.UPN}, "/v1.0/me")
}

// listsPeople: an app's own token, with which it reads the directory.
func (w *World) listsPeople(ctx context.Context, token string, app App, proof string) {
	claims := claimsOf(token)
	holds(claims, object{
		"aud": graphResource, "appid": app.ID, "appidacr": proof, "idtyp": "app", "tid": w.tenant, "oid": app.Principal,
		"sub": app.Principal, "roles": []any{"User.Read.All"}, "ver": "1.0",
	}, "the token for Graph")
	lacks(claims, "a token without a person", "scp", "upn")
	people, _ := w.graph(ctx, "/users?$select=id", token)["value"].([]any)
	equal(len(people), peopleInTenant, "how many people Graph lists")
}
