"""The Azure CLI suite: unmodified `az` against a running `mandate dev`.

    python run.py <path of dev.env> <path of az> [word …]

Leans on the Python suite for browsers and for what is known of the sample. Prints a line for each test and, as its last
line, `N passed, N failed`; ends with 1 when a test failed. Tests go on where the ones before ended, so after a failure
the rest is still tried, and may fail because of it.
"""

import importlib.util
import pathlib
import sys
import traceback

PYTHON_SUITE = pathlib.Path(__file__).resolve().parent.parent / "python"
sys.path.insert(0, str(PYTHON_SUITE))


def python_suite():
    """Its `run.py`, which bears the name of this file."""
    spec = importlib.util.spec_from_file_location("python_suite", PYTHON_SUITE / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    environment_file, program, *words = sys.argv[1:]
    environment = python_suite().prepared(pathlib.Path(environment_file).resolve())
    from commands import Azure
    from suite import TESTS
    from world import World

    importlib.import_module("test_azure_cli")
    world = World(environment)
    az = Azure(program, world.base, world.authority_file)
    az.register()
    passed = failed = 0
    for name, function in TESTS:
        if words and not any(word in name for word in words):
            continue
        try:
            function(world, az)
        except Exception as error:
            failed += 1
            print(f"FAIL {name}: {error}", flush=True)
            traceback.print_exc()
        else:
            passed += 1
            print(f"ok {name}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
