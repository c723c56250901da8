// The Go client suite: unmodified MSAL Go and azidentity against a running `mandate dev`.
//
//	go run . <path of dev.env>
//
// Prints `ok <name>` or `FAILED <name>: <reason>` for each test (traces go to stderr) and as its last line
// `N passed, N failed`; ends with 1 when a test failed. ONLY=<words> runs the tests whose name has them. The tests of
// the app with a certificate want MANDATE_SIGNED_CLIENT_ID and MANDATE_SIGNED_PEM, which `cargo xtask test` sets.
//
// Only Anneke signs in here, so that suites that share a server keep out of each other's way; she allows the Intranet,
// the Mobile app, the Planner and, behind it, the Orders API. A consent given by an earlier run must not matter: where
// the page is the point, the test asks for `prompt=consent`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	// One test lets a library open "the browser" by its command; that command is this program under another name.
	if filepath.Base(os.Args[0]) == browserCommand {
		os.Exit(beTheBrowser(os.Args[1:]))
	}
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . <path of dev.env> [intercept]")
		os.Exit(2)
	}
	world, err := readWorld(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	tests := slices.Concat(msalConfidential, msalPublic, azureIdentity)
	if len(os.Args) == 3 {
		tests = unconfigured
	}
	only := strings.ToLower(os.Getenv("ONLY"))
	tests = slices.DeleteFunc(tests, func(one test) bool { return !strings.Contains(strings.ToLower(one.name), only) })
	failed := runAll(world, tests)
	fmt.Printf("%d passed, %d failed\n", len(tests)-failed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
