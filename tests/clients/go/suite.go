// The bench this suite runs on: a test is a sentence and a body. Bodies fail by panicking through `must`, `check` and
// their kin; a message names what was expected and what came, so that a failure can be understood from its line.

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
)

const (
	testLimit     = time.Minute
	longestReason = 1200
)

type test struct {
	name string
	body func(context.Context, *World)
}

// object is JSON as it came.
type object = map[string]any

// failure is how a test says that the server was found wanting; any other panic is a fault of the suite.
type failure struct{ error }

// runAll runs the tests in order and answers how many failed.
func runAll(world *World, tests []test) int {
	failed := 0
	for _, one := range tests {
		if err := one.run(world); err != nil {
			failed++
			fmt.Printf("FAILED %s: %s\n", one.name, reason(err))
		} else {
			fmt.Printf("ok %s\n", one.name)
		}
	}
	return failed
}

func (t test) run(world *World) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), testLimit)
	defer cancel()
	defer func() {
		switch problem := recover().(type) {
		case nil:
		case failure:
			err = problem.error
		default:
			fmt.Fprintf(os.Stderr, "--- %s\n%v\n%s\n", t.name, problem, debug.Stack())
			err = fmt.Errorf("%v", problem)
		}
	}()
	t.body(ctx, world)
	return nil
}

// reason is one line.
func reason(err error) string {
	text := []rune(strings.Join(strings.Fields(err.Error()), " "))
	if len(text) > longestReason {
		return string(text[:longestReason]) + " …"
	}
	return string(text)
}

func must[T any](value T, err error) T {
	succeeds(err)
	return value
}

func succeeds(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func check(truth bool, format string, values ...any) {
	if !truth {
		panic(failure{fmt.Errorf(format, values...)})
	}
}

func equal[T any](actual, expected T, what string) {
	check(reflect.DeepEqual(actual, expected), "%s: expected %v, found %v", what, expected, actual)
}

// holds: `actual` has at least what `expected` says.
func holds(actual, expected object, what string) {
	for name, value := range expected {
		found := actual[name]
		check(reflect.DeepEqual(found, value), "%s: expected %s to be %v, found %v", what, name, value, found)
	}
}

func lacks(actual object, what string, names ...string) {
	for _, name := range names {
		check(actual[name] == nil, "%s: must not hold %s, which is %v", what, name, actual[name])
	}
}

// hasScope: one of the words of `scp`.
func hasScope(claims object, scope string) {
	scp, _ := claims["scp"].(string)
	check(slices.Contains(strings.Fields(scp), scope), "scp lacks %s: `%s`", scope, scp)
}

// refused: the library's error, which passes on the server's number and, unless it is 0, the status.
func refused(err error, status int, code string) {
	check(err != nil, "expected the refusal AADSTS%s, but it was granted", code)
	check(strings.Contains(err.Error(), "AADSTS"+code+":"), "expected AADSTS%s, found: %v", code, err)
	if status != 0 {
		equal(statusOf(err), status, "status of the refusal AADSTS"+code)
	}
}

func statusOf(err error) int {
	var ofMSAL msal.CallErr
	var ofAzure *azidentity.AuthenticationFailedError
	switch {
	case errors.As(err, &ofMSAL) && ofMSAL.Resp != nil:
		return ofMSAL.Resp.StatusCode
	case errors.As(err, &ofAzure) && ofAzure.RawResponse != nil:
		return ofAzure.RawResponse.StatusCode
	default:
		return 0
	}
}
