// A page of ours, and its forms filled and sent as a browser does it. The ids, names and data-page values are the
// contract of the pages (crates/web/templates).

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// landing is the kind of stop where the journey leaves the server: the application gets its answer.
const landing = "landing"

// Stop is where a request ended: a page of ours, or a landing.
type Stop struct {
	Kind   string // data-page of the page, or `landing`
	URL    *url.URL
	Status int
	Root   *html.Node

	// Of a landing: how the answer came (query, fragment, form_post), where to, and what it says.
	Via, Target string
	Params      url.Values
}

// button is the one that is pressed; the zero value is a form's nameless one.
type button struct{ name, value string }

func pageOf(at *url.URL, response *http.Response) (*Stop, error) {
	root, err := html.Parse(response.Body)
	if err != nil {
		return nil, err
	}
	page := &Stop{URL: at, Status: response.StatusCode, Root: root, Kind: "no page of ours"}
	main := first(root, func(node *html.Node) bool { return node.Data == "main" })
	if kind := attribute(main, "data-page"); kind != "" {
		page.Kind = kind
	}
	if page.Kind == "form-post" {
		return page.postedOn()
	}
	return page, nil
}

func redirectedTo(target *url.URL) *Stop {
	stop := &Stop{Kind: landing, URL: target, Via: "query", Params: target.Query()}
	if target.Fragment != "" {
		stop.Via = "fragment"
		stop.Params, _ = url.ParseQuery(target.EscapedFragment())
	}
	bare := *target
	bare.RawQuery, bare.Fragment, bare.RawFragment = "", "", ""
	stop.Target = bare.String()
	return stop
}

// postedOn: the page that posts the answer to the application by itself.
func (s *Stop) postedOn() (*Stop, error) {
	form := first(s.Root, func(node *html.Node) bool { return node.Data == "form" })
	if form == nil {
		return nil, fmt.Errorf("no form on the form-post page")
	}
	return &Stop{
		Kind: landing, URL: s.URL, Status: s.Status, Root: s.Root,
		Via: "form_post", Target: attribute(form, "action"), Params: controls(form),
	}, nil
}

// filled is a form with what was typed into it and the button that was pressed: where it goes and what it carries.
func (s *Stop) filled(id string, typed map[string]string, pressed button) (*url.URL, url.Values, error) {
	form := first(s.Root, func(node *html.Node) bool { return node.Data == "form" && attribute(node, "id") == id })
	if form == nil {
		return nil, nil, fmt.Errorf("no form#%s: %s", id, s)
	}
	fields := controls(form)
	for name, value := range typed {
		if !fields.Has(name) {
			return nil, nil, fmt.Errorf("form#%s has no field %s: %s", id, name, s)
		}
		fields.Set(name, value)
	}
	if pressed != (button{}) {
		there := first(form, func(node *html.Node) bool {
			is := button{attribute(node, "name"), attribute(node, "value")}
			return node.Data == "button" && is == pressed
		})
		if there == nil {
			return nil, nil, fmt.Errorf("form#%s has no button %s=%s: %s", id, pressed.name, pressed.value, s)
		}
		fields.Set(pressed.name, pressed.value)
	}
	action, err := s.URL.Parse(attribute(form, "action"))
	return action, fields, err
}

// controls are the values a form carries before anybody touches it. Buttons count only when pressed.
func controls(form *html.Node) url.Values {
	fields := url.Values{}
	for node := range form.Descendants() {
		name := attribute(node, "name")
		if node.Data != "input" || name == "" {
			continue
		}
		switch attribute(node, "type") {
		case "submit", "button", "image", "reset":
		case "checkbox", "radio":
			if has(node, "checked") {
				fields.Add(name, attribute(node, "value"))
			}
		default:
			fields.Add(name, attribute(node, "value"))
		}
	}
	return fields
}

// permissions are those that a consent page asks for, or a part of it.
func permissions(part *html.Node) []string {
	var asked []string
	if part != nil {
		for node := range part.Descendants() {
			if value := attribute(node, "data-permission"); value != "" {
				asked = append(asked, value)
			}
		}
	}
	return asked
}

// behind is the part of a consent page that an API behind the application asks for itself.
func (s *Stop) behind() *html.Node {
	return first(s.Root, func(node *html.Node) bool { return attribute(node, "class") == "behind" })
}

// String tells a page in a message: its text has the AADSTS number, when there is one.
func (s *Stop) String() string {
	if s.Kind == landing {
		return fmt.Sprintf("landed by %s at %s %s", s.Via, s.Target, s.Params.Get("error_description"))
	}
	main := first(s.Root, func(node *html.Node) bool { return node.Data == "main" })
	words := []rune(strings.Join(strings.Fields(textOf(main)), " "))
	shown := string(words[:min(len(words), 300)])
	return fmt.Sprintf("page %s, status %d, at %s: “%s”", s.Kind, s.Status, s.URL.Path, shown)
}

func first(root *html.Node, wanted func(*html.Node) bool) *html.Node {
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && wanted(node) {
			return node
		}
	}
	return nil
}

func attribute(node *html.Node, name string) string {
	if node != nil {
		for _, one := range node.Attr {
			if one.Key == name {
				return one.Val
			}
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, one := range node.Attr {
		if one.Key == name {
			return true
		}
	}
	return false
}

func textOf(root *html.Node) string {
	var text strings.Builder
	if root != nil {
		for node := range root.Descendants() {
			if node.Type == html.TextNode {
				text.WriteString(node.Data + " ")
			}
		}
	}
	return text.String()
}
