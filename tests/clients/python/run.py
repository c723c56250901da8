"""The Python client suite: unmodified MSAL Python and azure-identity against a running `mandate dev`.

    python run.py <path of dev.env> [word …]

Prints `ok <name>` or `FAIL <name>: <reason>` for each test (traces go to stderr) and as its last line
`N passed, N failed`; ends with 1 when a test failed. With words, only the tests whose name has one of them are run.

The server keeps what the tests leave behind, so a scenario about consent owns a pair of person and application that no
other test gives consent for. The suite wants a server that was freshly seeded with the built-in sample, to which
`cargo xtask test` adds an app with a certificate, Signed; MANDATE_SIGNED_CLIENT_ID and MANDATE_SIGNED_PEM tell of it.

    person      application   what happens between them                                afterwards
    joris       Contacts      asks six permissions, two need an administrator;         own grant: User.Read
                              later User.Read alone; later all six, by the
                              organisation's grant
    sanne       Contacts      consents for the organisation, later once more at the    organisation's grant: all six
                              address for administrators
    guest       Contacts      uses the organisation's grant                            nothing of his own
    joris       Intranet      asks Orders.Approve, which is for administrators         nothing
    joris       Payroll       is not assigned (50105)                                  nothing
    fatima      Payroll       is assigned; the organisation's grant is in the sample   nothing of her own
    fatima      Intranet      incremental consent: User.Read, then Orders.Write        both
    jurgen      Intranet      a token of the app for itself                            nothing
    daan        Intranet      declines                                                 nothing
    mareike     Planner       is asked, but not for what the API pre-authorised        nothing
    mareike,    Intranet      two accounts in one browser; it calls the Orders API     User.Read, Orders.Read
      pieter
    mareike     Orders API    is not asked, so it may not call Graph for her           nothing
    pieter      Planner,      allows the API on the page of the Planner                the API: User.Read; nothing of
                Orders API                                                             the Planner
    pieter      Mobile        signs in from a native app                               User.Read
    jurgen      Mobile        lets a device in                                         User.Read
    daan        Mobile        lets no device in                                        nothing
    joris       Mobile        azure-identity                                           User.Read
    sanne       Intranet      v1.0: everything that the registration lists             own grant: the list
    joris       Signed        is told that an administrator is needed                  nothing
    sanne       Signed        declines, then consents for the organisation             organisation's grant
    jurgen      Signed        uses the organisation's grant                            nothing of his own
    lukas       Intranet,     everything else; consents whenever he is asked           much, never Orders.Write
                Planner,
                Mobile,
                Signed
    emma        –             is disabled                                              nothing
"""

import importlib
import os
import pathlib
import sys
import traceback
import warnings

MODULES = [
    "test_daemons",
    "test_sign_in",
    "test_tokens",
    "test_refresh",
    "test_consent",
    "test_accounts",
    "test_native",
    "test_graph",
    "test_pages",
    "test_refusals",
    "test_device",
    "test_certificates",
    "test_on_behalf_of",
    "test_azure_identity",
    "test_v1",
    # Behind test_consent, which begins where nobody in the organisation has met Contacts.
    "test_admin_consent",
]

# What dev.env does not know, since the sample has no such app.
BEYOND_THE_SAMPLE = ["MANDATE_SIGNED_CLIENT_ID", "MANDATE_SIGNED_PEM"]


def read_environment(path):
    """`dev.env`: NAME=value, one a line."""
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values


def prepared(path):
    """What `dev.env` at `path` says, with the CA that it names trusted by this process."""
    environment = read_environment(path)
    environment |= {name: os.environ[name] for name in BEYOND_THE_SAMPLE if name in os.environ}
    authority_file = pathlib.Path(environment["MANDATE_CA"])
    if not authority_file.is_absolute() and not authority_file.exists():
        authority_file = path.parent / authority_file
    environment["MANDATE_CA"] = str(authority_file.resolve())
    trust(environment["MANDATE_CA"])
    return environment


def trust(authority_file):
    """Lets every library of this process trust the server's CA, and reach localhost without a proxy."""
    os.environ["REQUESTS_CA_BUNDLE"] = authority_file
    os.environ["SSL_CERT_FILE"] = authority_file
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1,::1"]))
    # MSAL recommends form_post at each start of a query flow; both are tested on purpose.
    warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")
    # The device tests ask again as soon as the person has answered, not when MSAL's interval is over.
    warnings.filterwarnings("ignore", message="Attempted too soon")


def reason(problem, wire):
    text = f"{problem}" or "no message"
    if not isinstance(problem, AssertionError):
        text = f"{type(problem).__name__}: {text}"
        if wire:
            text += f"; last answer to MSAL: {wire[-1]}"
    text = " ".join(text.split())
    return text if len(text) <= 1200 else text[:1200] + " …"


def run(world, tests):
    failed = 0
    for name, function in tests:
        world.wire.clear()
        try:
            function(world)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # a library that calls exit() must not end the suite
            failed += 1
            print(f"FAIL {name}: {reason(problem, world.wire)}", flush=True)
            print(f"--- {name}", file=sys.stderr)
            traceback.print_exc()
            print("answers to MSAL:", *world.wire or ["none"], sep="\n    ", file=sys.stderr)
            sys.stderr.flush()
        else:
            print(f"ok {name}", flush=True)
    return failed


def main(arguments):
    if not arguments:
        print("usage: python run.py <path of dev.env> [word …]", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")

    environment = prepared(pathlib.Path(arguments[0]).resolve())
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    import suite
    import world

    for module in MODULES:
        importlib.import_module(module)
    words = [word.lower() for word in arguments[1:]]
    tests = [(name, function) for name, function in suite.TESTS if not words or any(w in name.lower() for w in words)]
    failed = run(world.World(environment), tests)
    print(f"{len(tests) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
