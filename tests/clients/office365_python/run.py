"""The suite of Office365-REST-Python-Client: unmodified, against a running `mandate dev --intercept`.

    python run.py <path of dev.env> [word …]

It knows no addresses but the public cloud's; graph.py leads these to the server, at whichever port it listens. Prints a
line for each test and, as its last line, `N passed, N failed`; ends with 1 when a test failed. Each test makes what it
needs and removes it, so that it may run again on the same server.
"""

import logging
import sys
import traceback

import test_office365
from graph import World, end

# The library prints what it also raises.
logging.getLogger("office365").addHandler(logging.NullHandler())


def main(arguments):
    if not arguments:
        end(__doc__)
    world, words = World(arguments[0]), arguments[1:]
    passed = failed = 0
    for name, function in test_office365.TESTS:
        if words and not any(word in name for word in words):
            continue
        try:
            function(world)
        except Exception as error:
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {' '.join(str(error).split())[:800]}", flush=True)
            traceback.print_exc()
        else:
            passed += 1
            print(f"ok {name}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
