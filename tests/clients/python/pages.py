"""A browser without JavaScript: drives the server's pages with requests and BeautifulSoup.

It keeps one cookie jar, fills and submits forms as a browser would, and follows redirects by hand until one leaves the
server's origin or a form_post page appears; then the application has its answer. Nothing here knows MSAL.
The ids and names of the elements are the pages' contract.
"""

import re
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup

from suite import Failed

MOST_STEPS = 12
ELEMENTS = ["input", "select", "textarea", "button"]


class Stuck(Failed):
    """The pages did not let the driver go on. The message tells where it stood and how it got there."""


def origin(url):
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def flat(pairs, where):
    """Parameters as the dict that MSAL wants; a name that comes twice is a fault of the answer."""
    values = {}
    for name, value in pairs:
        if name in values:
            raise Stuck(f"the answer to {where} holds `{name}` twice")
        values[name] = value
    return values


def shorter(url):
    """A URL without its long values, for messages."""
    return re.sub(r"=([^&]{24})[^&]{8,}", r"=\1…", url)


class Page:
    """One HTML answer of the server."""

    def __init__(self, response):
        self.url = response.url
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.content.decode("utf-8", errors="replace")
        self.soup = BeautifulSoup(self.html, "html.parser")
        main = self.soup.select_one("main[data-page]")
        self.kind = main["data-page"] if main else None

    def text(self, selector):
        element = self.soup.select_one(selector)
        return " ".join(element.get_text(" ").split()) if element else None

    @property
    def error_code(self):
        """The number of `#errorCode`, or None."""
        found = re.search(r"\d{4,}", self.text("#errorCode") or "")
        return int(found[0]) if found else None

    @property
    def codes(self):
        """Every AADSTS number anywhere on the page."""
        found = {int(number) for number in re.findall(r"AADSTS(\d{4,})", self.html)}
        return found | ({self.error_code} if self.error_code else set())

    @property
    def inline_error(self):
        """The text of the alert on the page where a name or a code was typed, or None."""
        return self.text("#error") or None

    def _values(self, selector):
        # A permission may be written with its resource in front; the name is what counts here.
        return [item["data-permission"].rsplit("/", 1)[-1] for item in self.soup.select(selector)]

    @property
    def permissions(self):
        return self._values("ul.permissions > li[data-permission]")

    @property
    def blocked(self):
        return self._values("ul.blocked > li[data-permission]")

    @property
    def behind(self):
        """Of `permissions`, those that an API behind the application gets."""
        return self._values(".behind ul.permissions > li[data-permission]")

    @property
    def accounts(self):
        """The names on the tiles of the account picker."""
        return [tile["data-upn"].lower() for tile in self.soup.select("form#accounts button[name=account][data-upn]")]

    def one(self, selector):
        element = self.soup.select_one(selector)
        if element is None:
            raise Stuck(f"`{selector}` is not on the page: {self.describe()}")
        return element

    def describe(self):
        codes = ", ".join(f"AADSTS{code}" for code in sorted(self.codes)) or "no AADSTS code"
        words = self.text("#error") or self.text("#errorText") or self.text("main") or self.html
        permissions = f", permissions {self.permissions}" if self.permissions else ""
        blocked = f", blocked {self.blocked}" if self.blocked else ""
        return (
            f"page {self.kind or '(no data-page)'}, status {self.status}, {codes}{permissions}{blocked}, "
            f"at {shorter(self.url)}: “{' '.join(words.split())[:240]}”"
        )


class Answer:
    """What reached the application: by redirect (query or fragment) or by a form_post page."""

    def __init__(self, how, target, params, page=None):
        self.how = how
        self.target = target
        self.params = params
        self.page = page

    @classmethod
    def of_redirect(cls, location):
        address, fragment = urldefrag(location)
        if fragment:
            return cls("fragment", address, flat(parse_qsl(fragment, keep_blank_values=True), location))
        parts = urlsplit(address)
        params = flat(parse_qsl(parts.query, keep_blank_values=True), location)
        return cls("query", parts._replace(query="").geturl(), params)

    def describe(self):
        shown = {
            name: value if name.startswith("error") or name == "suberror" else f"({len(value)} characters)"
            for name, value in self.params.items()
        }
        return f"answer by {self.how} to {self.target} with {shown}"


class Outcome:
    """How one visit to the authorization endpoint ended: with an answer, or on a page where the driver stopped."""

    def __init__(self, browser, pages, answer=None):
        self.pages = pages
        self.answer = answer
        self.page = None if answer else pages[-1]
        self._way = list(browser.way)

    @property
    def shown(self):
        """The kinds of the pages a person saw, in order."""
        return [page.kind for page in self.pages]

    def describe(self):
        end = self.answer or self.page
        return f"{end.describe()}; pages shown {self.shown}; way: {' | '.join(self._way)}"

    def answered(self):
        if self.answer is None:
            raise Stuck(f"no answer reached the application: {self.describe()}")
        return self.answer

    def with_code(self):
        """The answer's parameters, which hold a code."""
        answer = self.answered()
        if not answer.params.get("code"):
            raise Stuck(f"the answer holds no code: {self.describe()}")
        return answer.params

    def with_error(self, error, code=None):
        """The answer's parameters, which tell `error` (one, or one of several) and the AADSTS number."""
        params = self.answered().params
        allowed = (error,) if isinstance(error, str) else error
        if params.get("error") not in allowed:
            raise Stuck(f"expected the error {' or '.join(allowed)}: {self.describe()}")
        if code and not params.get("error_description", "").startswith(f"AADSTS{code}:"):
            raise Stuck(f"expected AADSTS{code}: {self.describe()}")
        return params

    def on_page(self, kind, code=None):
        """The page the visit stopped on, which is of `kind`; the application got no answer."""
        if self.page is None or self.page.kind != kind:
            raise Stuck(f"expected to stop on the page `{kind}`: {self.describe()}")
        if code and self.page.error_code != code:
            raise Stuck(f"expected AADSTS{code} in #errorCode: {self.describe()}")
        return self.page


class Browser:
    """One person's browser: a cookie jar and a way through the pages."""

    def __init__(self, base, authority_file, password, language="en"):
        self.base = base
        self.password = password
        self.session = requests.Session()
        self.session.verify = authority_file
        self.session.headers.update(
            {
                "User-Agent": "Mozilla/5.0 (mandate client suite)",
                "Accept": "text/html,application/xhtml+xml",
                "Accept-Language": language,
            }
        )
        self.way = []          # the requests of the current visit, for messages
        self.set_cookies = []  # every Set-Cookie line ever received

    # -- one visit -----------------------------------------------------------------------------------------------

    def authorize(self, url, person=None, *, password=None, consent="accept", for_organisation=False, stop_at=(),
                  device_code=None, device_is_mine=True):
        """Visits an authorization URL and goes through the pages as `person` would.

        Signs in when asked, picks the person's tile (or "another account") in the picker, and accepts or declines
        consent. Stops at a page of a kind in `stop_at`, at a page it has no instruction for (sign-in without a person,
        consent with `consent=None`, needs-admin, an error), and where a person would wonder: at a sign-in page that
        tells an error, and at a sign-in, consent or device-code page that was answered already.
        """
        self.way = []
        pages, answered = [], set()
        place = self.visit(url)
        for _ in range(MOST_STEPS):
            if isinstance(place, Answer):
                return Outcome(self, pages, place)
            pages.append(place)
            if place.kind in stop_at or place.kind in answered:
                return Outcome(self, pages)
            if place.kind in ("signin", "consent", "device-code"):
                answered.add(place.kind)
            if place.kind == "signin" and person and not place.inline_error:
                place = self.sign_in(place, person.upn, password)
            elif place.kind == "accounts" and person:
                place = self.pick(place, person.upn)
            elif place.kind == "consent" and consent:
                place = self.consent(place, consent == "accept", for_organisation)
            elif place.kind == "device-code" and device_code:
                place = self.type_code(place, device_code)
            elif place.kind == "device-confirm":
                place = self.confirm_device(place, device_is_mine)
            else:
                return Outcome(self, pages)
        raise Stuck(f"no end after {MOST_STEPS} pages: {Outcome(self, pages).describe()}")

    def device(self, url, code, person=None, *, mine=True, **how):
        """Visits the address that a device shows, types its code there, and says whether the device is `mine`.

        It ends on a page, as no application waits in this browser: `device-done`, `device-declined`, or, when the code
        is not taken, `device-code` again.
        """
        return self.authorize(url, person, device_code=code, device_is_mine=mine, **how)

    def visit(self, url):
        return self._arrive(self._send("GET", url))

    # -- the pages -----------------------------------------------------------------------------------------------

    def sign_in(self, page, name, password=None):
        fill = {"passwd": self.password if password is None else password}
        login = page.soup.select_one("form#signin input[name=loginfmt]")
        if login is not None and login.get("type", "text") != "hidden" and not login.has_attr("readonly"):
            fill["loginfmt"] = name
        return self.submit(page, "signin", "button#idSIButton9", fill)

    def pick(self, page, name):
        for tile in page.soup.select("form#accounts button[name=account]"):
            if tile.get("data-upn", "").lower() == name.lower():
                return self.submit(page, "accounts", tile)
        return self.submit(page, "accounts", "button#otherTile")

    def consent(self, page, accept, for_organisation=False):
        if for_organisation:
            page.one("form#consent input#onBehalf[name=consentForOrg]")
        tick = {"consentForOrg"} if for_organisation else set()
        return self.submit(page, "consent", "button#idSIButton9" if accept else "button#idBtn_Back", tick=tick)

    def type_code(self, page, code):
        return self.submit(page, "device", "button#idSIButton9", {"otc": code})

    def confirm_device(self, page, mine):
        return self.submit(page, "confirm", f"button[name=confirm][value={'Yes' if mine else 'No'}]")

    def submit(self, page, form_id, button, fill=None, tick=(), replace=None):
        """Submits a form as a browser does. `fill` types into fields, `tick` ticks boxes, `replace` tampers."""
        form = page.one(f"form#{form_id}")
        if isinstance(button, str):
            button = page.one(f"form#{form_id} {button}")
        fields = self._successful_controls(page, form, button, fill or {}, tick)
        fields = [(name, (replace or {}).get(name, value)) for name, value in fields]
        action = urljoin(page.url, button.get("formaction") or form.get("action") or page.url)
        if form.get("method", "get").lower() != "post":
            raise Stuck(f"form#{form_id} does not use POST: {page.describe()}")
        return self._arrive(self._send("POST", action, fields, came_from=page.url))

    @staticmethod
    def _successful_controls(page, form, button, fill, tick):
        own = [
            element
            for element in page.soup.find_all(ELEMENTS)
            if element.find_parent("form") is form or (form.get("id") and element.get("form") == form.get("id"))
        ]
        known = {element.get("name") for element in own}
        missing = [name for name in [*fill, *tick] if name not in known]
        if missing:
            raise Stuck(f"form#{form.get('id')} has no field {missing}: {page.describe()}")
        fields = []
        for element in own:
            name, kind = element.get("name"), element.get("type", "").lower()
            if not name or element.has_attr("disabled"):
                continue
            if element.name == "button" or kind in ("submit", "button", "image", "reset"):
                if element is button:
                    fields.append((name, element.get("value", "")))
            elif kind in ("checkbox", "radio"):
                if name in tick or element.has_attr("checked"):
                    fields.append((name, element.get("value", "on")))
            elif element.name == "select":
                chosen = element.select_one("option[selected]") or element.select_one("option")
                if chosen is not None:
                    fields.append((name, chosen.get("value", chosen.get_text())))
            else:
                typed = element.get_text() if element.name == "textarea" else element.get("value", "")
                fields.append((name, fill.get(name, typed)))
        return fields

    # -- the wire ------------------------------------------------------------------------------------------------

    def _send(self, method, url, fields=None, came_from=None):
        headers = {}
        if method == "POST":
            scheme, host, port = origin(came_from or self.base)
            usual = port in (80, 443)
            headers["Origin"] = f"{scheme}://{host}" if usual else f"{scheme}://{host}:{port}"
            headers["Referer"] = came_from or self.base
        response = self.session.request(
            method, url, data=fields, headers=headers, allow_redirects=False, timeout=30
        )
        self.set_cookies.extend(response.raw.headers.getlist("Set-Cookie"))
        path = re.sub(r"\b([0-9a-f]{8})-[0-9a-f-]{27}\b", r"\1…", urlsplit(url).path)
        self.way.append(f"{method} {path} {response.status_code}")
        return response

    def _arrive(self, response):
        """Follows redirects until a page of ours is shown, or the application gets its answer."""
        for _ in range(MOST_STEPS):
            location = self.session.get_redirect_target(response)
            if location is None:
                return self._shown(response)
            if response.request.method == "POST" and response.status_code in (307, 308):
                raise Stuck(f"an answer {response.status_code} sends the form on: {' | '.join(self.way)}")
            target = urljoin(response.url, location)
            if origin(target) != origin(self.base):
                return Answer.of_redirect(target)
            response = self._send("GET", target)
        raise Stuck(f"more than {MOST_STEPS} redirects: {' | '.join(self.way)}")

    def _shown(self, response):
        page = Page(response)
        if page.status >= 500:
            raise Stuck(f"the server broke: {page.describe()}; way: {' | '.join(self.way)}")
        for form in page.soup.find_all("form"):
            target = urljoin(page.url, form.get("action") or page.url)
            if form.get("method", "").lower() == "post" and origin(target) != origin(self.base):
                hidden = [
                    (field["name"], field.get("value", ""))
                    for field in form.find_all("input")
                    if field.get("name") and field.get("type", "").lower() == "hidden"
                ]
                return Answer("form_post", form["action"], flat(hidden, page.url), page)
        return page
