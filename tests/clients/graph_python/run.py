"""The Graph SDK suite for Python: unmodified msgraph-sdk against a running `mandate dev`.

    python run.py <path of dev.env> [word …]

Prints a line for each test and, as its last line, `N passed, N failed`; ends with 1 when a test failed. Each test makes
what it needs and removes it, so that it may run again on the same server.
"""

import asyncio
import sys
import traceback
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)

import test_graph_sdk
from graph import World, end


async def main(arguments):
    if not arguments:
        end(__doc__)
    world, words = World(arguments[0]), arguments[1:]
    passed = failed = 0
    for name, function in test_graph_sdk.TESTS:
        if words and not any(word in name for word in words):
            continue
        try:
            await function(world)
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
    sys.exit(asyncio.run(main(sys.argv[1:])))
