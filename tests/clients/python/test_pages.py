"""The sign-in pages as such: cookies, framing, languages, forgery, cancelling, signing out."""

from urllib.parse import urlencode

from pages import Answer, Page
from sample import LUKAS
from suite import check, equal, test


def no_session(world, browser, what):
    """Fails when a session stands in this browser after all."""
    outcome = browser.authorize(world.authorize_url(prompt="none"))
    check(
        outcome.answer and outcome.answer.params.get("error") == "login_required",
        f"{what}, yet a session stands: {outcome.describe()}",
    )


def session_cookies(lines):
    """Name and value of each cookie that may carry the session into a hidden cross-site frame."""
    found = {}
    for line in lines:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        attributes = [attribute.lower() for attribute in attributes]
        wanted = {"secure", "httponly", "samesite=none", "path=/"}
        if name.startswith("__Host-") and value and wanted <= set(attributes):
            domain = [attribute for attribute in attributes if attribute.startswith("domain=")]
            check(not domain, f"the cookie {name} has {domain}")
            found[name] = value
    return found


@test("the session cookie is __Host-, Secure, HttpOnly and SameSite=None, and changes at each sign-in")
def _(world):
    browser = world.browser()
    browser.authorize(world.authorize_url(), LUKAS).with_code()
    first = session_cookies(browser.set_cookies)
    names = [line.split("=")[0] for line in browser.set_cookies]
    check(first, f"no cookie with these attributes among {names}")
    loose = [line.split("=")[0] for line in browser.set_cookies if "secure" not in line.lower()]
    equal(loose, [], "cookies without Secure")

    browser.set_cookies.clear()
    browser.authorize(world.authorize_url(prompt="login"), LUKAS).with_code()
    second = session_cookies(browser.set_cookies)
    changed = [name for name in first if second.get(name) not in (None, first[name])]
    check(changed, f"a second sign-in set {sorted(second)}, none with a new value; the first set {sorted(first)}")


@test("the sign-in page cannot be framed or cached and has no script; the answer to prompt=none can be framed")
def _(world):
    page = world.browser().visit(world.authorize_url())
    check(isinstance(page, Page) and page.kind == "signin", f"expected the sign-in page: {page.describe()}")
    policy = page.headers.get("Content-Security-Policy", "")
    framing = page.headers.get("X-Frame-Options", "").upper()
    check("frame-ancestors 'none'" in policy or framing == "DENY", f"framing is not denied: `{policy}`, `{framing}`")
    check("default-src 'none'" in policy and "unsafe-inline" not in policy, f"the policy is `{policy}`")
    check("no-store" in page.headers.get("Cache-Control", ""), f"Cache-Control is {page.headers.get('Cache-Control')}")
    equal([script.get("src") for script in page.soup.find_all("script")], [], "scripts on the sign-in page")

    silent = world.get(world.authorize_url(prompt="none"))
    check(silent.status_code in (302, 303), f"prompt=none: status {silent.status_code}, {silent.text[:200]!r}")
    check("X-Frame-Options" not in silent.headers, "the answer to prompt=none has X-Frame-Options")
    policy = silent.headers.get("Content-Security-Policy", "")
    check("frame-ancestors" not in policy, f"the answer to prompt=none has the policy `{policy}`")


@test("the sign-in page speaks the browser's language, and that of ui_locales before it")
def _(world):
    words = set()
    for language, wanted in (("nl-NL,nl;q=0.9,en;q=0.5", "nl"), ("de-DE,de;q=0.9", "de"), ("en-GB,en;q=0.8", "en")):
        page = world.browser(language).visit(world.authorize_url())
        equal(page.one("html").get("lang", "").split("-")[0], wanted, f"language of the page for `{language}`")
        words.add(page.text("#idSIButton9"))
    equal(len(words), 3, f"different texts of the button ({sorted(map(str, words))})")
    page = world.browser("nl").visit(world.authorize_url(ui_locales="de"))
    equal(page.one("html").get("lang", "").split("-")[0], "de", "language of the page with ui_locales=de")


@test("a sign-in form that was tampered with, or comes from another browser, signs nobody in")
def _(world):
    typed = {"loginfmt": LUKAS.upn, "passwd": world.password}
    for field in ("canary", "flow"):
        browser = world.browser()
        page = browser.visit(world.authorize_url())
        value = page.one(f"form#signin input[name={field}]")["value"]
        middle = len(value) // 2
        other = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1:]
        place = browser.submit(page, "signin", "button#idSIButton9", typed, replace={field: other})
        check(isinstance(place, Page), f"a changed {field} led to an answer: {place.describe()}")
        check(place.kind != "consent", f"a changed {field} led to consent: {place.describe()}")
        no_session(world, browser, f"{field} was changed")

    page = world.browser().visit(world.authorize_url())
    stranger = world.browser()
    place = stranger.submit(page, "signin", "button#idSIButton9", typed)
    check(isinstance(place, Page) and place.kind != "consent", f"another browser's form was taken: {place.describe()}")
    no_session(world, stranger, "the form came from another browser")


@test("cancelling at the sign-in page goes back to the app as access_denied")
def _(world):
    browser = world.browser()
    page = browser.visit(world.authorize_url(state="my state/+&="))
    place = browser.submit(page, "signin", "button#idBtn_Back[name=cancel]")
    check(isinstance(place, Answer), f"cancelling led to no answer: {place.describe()}")
    equal(place.params.get("error"), "access_denied", "error")
    equal(place.params.get("state"), "my state/+&=", "state")


@test("an empty password shows the page again with the name and without an error")
def _(world):
    browser = world.browser()
    page = browser.visit(world.authorize_url())
    place = browser.submit(page, "signin", "button#idSIButton9", {"loginfmt": LUKAS.upn, "passwd": ""})
    check(isinstance(place, Page) and place.kind == "signin", f"expected the sign-in page: {place.describe()}")
    equal(place.inline_error, None, "the error on the page")
    check(LUKAS.upn in place.html, f"the name is lost: {place.describe()}")


@test("signing out ends the session and returns to a registered address with the state, never to another")
def _(world):
    signed_out_at = world.discovery()["end_session_endpoint"]
    browser = world.browser()
    redirect = world.intranet_card.redirect
    signed_in = world.sign_in(world.intranet(), browser, LUKAS, ["User.Read"], redirect=redirect)
    hint = {"id_token_hint": signed_in.result["id_token"], "state": "after"}
    place = browser.visit(f"{signed_out_at}?{urlencode({**hint, 'post_logout_redirect_uri': redirect})}")
    check(isinstance(place, Answer), f"no way back after signing out: {place.describe()}")
    equal((place.target, place.params), (redirect, {"state": "after"}), "where signing out leads")
    no_session(world, browser, "the person signed out")

    signed_in = world.sign_in(world.intranet(), browser, LUKAS, ["User.Read"], redirect=redirect)
    hint = {"id_token_hint": signed_in.result["id_token"], "post_logout_redirect_uri": "https://evil.example/"}
    place = browser.visit(f"{signed_out_at}?{urlencode(hint)}")
    check(isinstance(place, Page) and place.kind == "signed-out", f"expected the signed-out page: {place.describe()}")
    no_session(world, browser, "the person signed out")
