// A visitor without JavaScript: walks the sign-in, consent and device pages with a cookie jar of its own. It follows
// redirects by hand until one leaves the server, and never guesses: an unexpected page is an error that tells the way.

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

const mostSteps = 20

// Visitor is one person's browser.
type Visitor struct {
	base   *url.URL
	client *http.Client
	way    []string // for messages
}

// Choices are what a person decides on the way.
type Choices struct {
	UserCode string // what the device shows
	Decline  string // the kind of page where the answer is no
}

// Walk is a way through the pages, and where it ended.
type Walk struct {
	*Stop
	Pages   []string
	Consent []string // the permissions on the consent page, if there was one
	Behind  []string // those of them that an API asks for, behind the application
}

func (w *World) visitor() *Visitor {
	jar := must(cookiejar.New(nil))
	return &Visitor{base: w.base, client: &http.Client{
		Transport:     w.http.Transport,
		Jar:           jar,
		Timeout:       callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// walk goes from an address of ours to where the person is done.
func (v *Visitor) walk(ctx context.Context, address string, as Person, choices Choices) (*Walk, error) {
	start, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	stop, err := v.open(ctx, http.MethodGet, start, nil)
	walk, seen := &Walk{}, map[string]bool{}
	for err == nil {
		walk.Stop = stop
		if stop.Kind == landing {
			return walk, nil
		}
		walk.Pages = append(walk.Pages, stop.Kind)
		if stop.Kind == "device-done" || stop.Kind == "device-declined" {
			return walk, nil
		}
		if seen[stop.Kind] {
			return nil, v.astray("came to a page again", stop)
		}
		seen[stop.Kind] = true
		if stop.Kind == "consent" {
			walk.Consent, walk.Behind = permissions(stop.Root), permissions(stop.behind())
		}
		stop, err = v.answer(ctx, stop, as, choices)
	}
	return nil, err
}

// code is what the application redeems.
func (w *Walk) code() string {
	code := w.Params.Get("code")
	check(code != "", "no code came out of the pages %v: %s", w.Pages, w.Stop)
	return code
}

func (v *Visitor) answer(ctx context.Context, page *Stop, as Person, choices Choices) (*Stop, error) {
	yes := "Yes"
	if choices.Decline == page.Kind {
		yes = "No"
	}
	switch page.Kind {
	case "signin":
		typed := map[string]string{"loginfmt": as.UPN, "passwd": as.Password}
		return v.submit(ctx, page, "signin", typed, button{})
	case "accounts":
		return v.submit(ctx, page, "accounts", nil, button{"account", "other"})
	case "consent":
		return v.submit(ctx, page, "consent", nil, button{"ucaccept", yes})
	case "device-code":
		return v.submit(ctx, page, "device", map[string]string{"otc": choices.UserCode}, button{})
	case "device-confirm":
		return v.submit(ctx, page, "confirm", nil, button{"confirm", yes})
	default:
		return nil, v.astray("cannot go on as "+as.UPN, page)
	}
}

func (v *Visitor) submit(
	ctx context.Context, page *Stop, form string, typed map[string]string, pressed button,
) (*Stop, error) {
	action, fields, err := page.filled(form, typed, pressed)
	if err != nil {
		return nil, v.astray(err.Error(), page)
	}
	return v.open(ctx, http.MethodPost, action, fields)
}

// open fetches an address and follows our own redirects.
func (v *Visitor) open(ctx context.Context, method string, at *url.URL, fields url.Values) (*Stop, error) {
	for range mostSteps {
		response, err := v.send(ctx, method, at, fields)
		if err != nil {
			return nil, err
		}
		location := response.Header.Get("Location")
		if response.StatusCode/100 != 3 || location == "" {
			defer response.Body.Close()
			return pageOf(at, response)
		}
		response.Body.Close()
		next, err := at.Parse(location)
		if err != nil {
			return nil, err
		}
		if next.Scheme != v.base.Scheme || next.Host != v.base.Host {
			return redirectedTo(next), nil
		}
		if response.StatusCode == http.StatusTemporaryRedirect || response.StatusCode == http.StatusPermanentRedirect {
			return nil, fmt.Errorf("an answer %d would send the form on to %s", response.StatusCode, next.Path)
		}
		method, at, fields = http.MethodGet, next, nil
	}
	return nil, fmt.Errorf("more than %d redirects: %s", mostSteps, strings.Join(v.way, " → "))
}

func (v *Visitor) send(ctx context.Context, method string, at *url.URL, fields url.Values) (*http.Response, error) {
	var body io.Reader
	if fields != nil {
		body = strings.NewReader(fields.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	request.Header.Set("Accept-Language", "en")
	if fields != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", v.base.String())
	}
	response, err := v.client.Do(request)
	if err == nil {
		v.way = append(v.way, fmt.Sprintf("%s %s %d", method, at.Path, response.StatusCode))
	}
	return response, err
}

func (v *Visitor) astray(what string, page *Stop) error {
	return fmt.Errorf("%s; came to %s; way: %s", what, page, strings.Join(v.way, " → "))
}

// openURL is what a library calls to show a page: the person walks through, and the answer is posted to the loopback
// address where the library listens.
func (w *World) openURL(ctx context.Context, as Person, choices Choices, walked *Walk) func(string) error {
	return func(address string) error {
		walk, err := w.visitor().walk(ctx, address, as, choices)
		if err != nil {
			return err
		}
		*walked = *walk
		return deliver(ctx, walk.Stop)
	}
}

// deliver is what the form-post page does by itself.
func deliver(ctx context.Context, stop *Stop) error {
	if stop.Via != "form_post" {
		return fmt.Errorf("the listener takes a form only, but %s", stop)
	}
	body := strings.NewReader(stop.Params.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, stop.Target, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{Timeout: callLimit, Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		return fmt.Errorf("the listener at %s answered %d: %s", stop.Target, response.StatusCode, text)
	}
	return nil
}

// consents walks through a code flow for the sake of its consent page; nobody redeems the code.
func (w *World) consents(ctx context.Context, as Person, app App, scope string) *Walk {
	_, challenge := pkce()
	asked := url.Values{
		"client_id": {app.ID}, "response_type": {"code"}, "redirect_uri": {app.Redirect}, "scope": {scope},
		"prompt": {"consent"}, "state": {rand.Text()}, "nonce": {rand.Text()},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	address := w.authority() + "/oauth2/v2.0/authorize?" + asked.Encode()
	walk := must(w.visitor().walk(ctx, address, as, Choices{}))
	walk.code()
	equal(walk.Pages, []string{"signin", "consent"}, "pages shown")
	return walk
}
