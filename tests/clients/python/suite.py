"""The list of tests and the few ways in which a test says what went wrong.

A test is a function of the World, entered with `@test("a sentence")`. It fails by raising; a message names the URL, the
status and the AADSTS code it saw, so that a failure can be understood without running it again.
"""

TESTS = []


class Failed(AssertionError):
    """A test found the server wanting."""


def test(name):
    def enter(function):
        if any(name == other for other, _ in TESTS):
            raise ValueError(f"two tests are called `{name}`")
        TESTS.append((name, function))
        return function

    return enter


def check(truth, message):
    if not truth:
        raise Failed(message)


def equal(actual, expected, what):
    if actual != expected:
        raise Failed(f"{what}: expected {expected!r}, found {actual!r}")


def holds(actual, expected, what):
    """`actual` is a mapping that holds at least what `expected` says."""
    wrong = {key: actual.get(key, "(absent)") for key, value in expected.items() if actual.get(key) != value}
    if wrong:
        wanted = {key: expected[key] for key in wrong}
        raise Failed(f"{what}: expected {wanted!r}, found {wrong!r} among {sorted(actual)}")


def lacks(actual, names, what):
    present = sorted(set(names) & set(actual))
    if present:
        raise Failed(f"{what}: must not hold {present}")
