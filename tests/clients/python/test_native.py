"""A native app: MSAL listens on a loopback port and opens the person's browser, which here is the pages driver.

The driver is registered as the preferred browser of Python's own `webbrowser` module; MSAL itself is untouched.
"""

import os
import threading
import webbrowser
from urllib.parse import parse_qs, urlsplit

import requests

from pages import Stuck
from sample import PIETER
from suite import Failed, check, equal, holds, test
from world import refused, tokens


class DriverBrowser:
    """What `webbrowser` opens. One visit at a time, on its own thread: MSAL's listener starts once `open` returned."""

    def __init__(self):
        self.begin(None, None)

    def begin(self, browser, person, **how):
        self.browser, self.person, self.how = browser, person, how
        self.outcome = self.problem = self.landing = self.visit = None

    def open(self, url, new=0, autoraise=True):
        if self.browser is None:
            return False
        self.visit = threading.Thread(target=self._drive, args=(url,), daemon=True)
        self.visit.start()
        return True

    def _drive(self, url):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        try:
            self.outcome = self.browser.authorize(url, self.person, **self.how)
            answer = self.outcome.answered()
            equal(answer.how, "form_post", "how the answer came (the listener refuses a query)")
            equal(answer.target, asked["redirect_uri"], "the address of the form")
            self.landing = requests.post(answer.target, data=answer.params, timeout=30)
        except Exception as problem:  # carried over to the thread of the test
            self.problem = problem
            told = {"error": "driver_failed", "error_description": f"{problem}", "state": asked.get("state", "")}
            requests.post(asked["redirect_uri"], data=told, timeout=30)


DRIVER = DriverBrowser()
os.environ["BROWSER"] = "mandate-pages-driver"  # or MSAL would prefer a browser it finds on the machine
webbrowser.register("mandate-pages-driver", None, DRIVER, preferred=True)


def interactive(world, app, person, **asked):
    """MSAL's acquire_token_interactive, with the driver as the browser."""
    how = {name: asked.pop(name) for name in ("consent",) if name in asked}
    DRIVER.begin(world.browser(), person, **how)
    try:
        result = app.acquire_token_interactive(["User.Read"], timeout=60, **asked)
    finally:
        if DRIVER.visit:
            DRIVER.visit.join(timeout=30)
        outcome, problem, landing = DRIVER.outcome, DRIVER.problem, DRIVER.landing
        DRIVER.begin(None, None)
    if problem:
        raise problem if isinstance(problem, Failed) else Stuck(f"{type(problem).__name__}: {problem}")
    check(outcome is not None and landing is not None, "MSAL opened no browser, or the visit did not end in 30 s")
    check(landing.status_code == 200, f"MSAL's listener answered {landing.status_code}: {landing.text[:200]!r}")
    return result, outcome


@test("native app: the code comes by form_post to a loopback port of MSAL's choice, and /v1.0/me answers")
def _(world):
    app = world.public(world.mobile_card)
    result, _ = interactive(world, app, PIETER, prompt="select_account")
    tokens(result, "acquire_token_interactive")
    claims = world.verified(result["id_token"], audience=world.mobile_card.client_id)
    holds(claims, {"oid": PIETER.id, "preferred_username": PIETER.upn}, "ID token")
    me = world.graph("/me", result["access_token"]).json()
    holds(me, {"id": PIETER.id, "userPrincipalName": PIETER.upn}, "/v1.0/me")


@test("native app: each refresh brings another refresh token, and the newest one works")
def _(world):
    app = world.public(world.mobile_card)
    tokens(interactive(world, app, PIETER)[0], "acquire_token_interactive")
    (account,) = app.get_accounts()
    seen = [newest_refresh_token(app)]
    for number in (1, 2):
        renewed = tokens(
            app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True), f"refresh {number}"
        )
        world.graph("/me", renewed["access_token"])
        seen.append(newest_refresh_token(app))
    equal(len(set(seen)), 3, "how many different refresh tokens a public client saw in three answers")


def newest_refresh_token(app):
    (entry,) = app.token_cache.search(app.token_cache.CredentialType.REFRESH_TOKEN, query={})
    return entry["secret"]


@test("native app: declined consent reaches MSAL as access_denied")
def _(world):
    app = world.public(world.mobile_card)
    result, outcome = interactive(world, app, PIETER, prompt="consent", consent="decline")
    refused(result, "access_denied", 65004, "acquire_token_interactive")
    check("consent" in outcome.shown, f"prompt=consent showed no consent page: {outcome.describe()}")
