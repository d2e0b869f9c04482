"""Runs scenarios through CPython's cookie jar, as it is and with the differences that http_cookiejar::python lists.

Reads one JSON scenario a line, writes one JSON answer a line: for each step of each jar the Cookie and Cookie2
fields, and at the end every cookie.
"""

import http.cookiejar as cookiejar
import json
import sys
import types
import urllib.parse
import urllib.request

NOW = [0]
cookiejar.time = types.SimpleNamespace(
    time=lambda: NOW[0], localtime=__import__("time").gmtime, strftime=__import__("time").strftime
)
PLAIN = {name: getattr(cookiejar, name) for name in ("domain_match", "request_port", "http2time")}


def suffix_match(host, domain):
    """RFC 2965's domain match, looking at the end of the host only."""
    return PLAIN["domain_match"](host, domain) and (host.lower() == domain.lower() or host.lower().endswith(domain.lower()))


def url_port(request):
    """The port of the URL, 443 for https without one."""
    url = urllib.parse.urlsplit(request.get_full_url())
    return str(url.port or (443 if url.scheme in ("https", "wss") else 80))


def calm_http2time(text):
    try:
        return PLAIN["http2time"](text)
    except ValueError:
        return None


PATCHED = {"domain_match": suffix_match, "request_port": url_port, "http2time": calm_http2time}


class Patched(cookiejar.CookieJar):
    """CPython's jar without the differences that the docs of http_cookiejar::python list."""

    def _cookies_from_attrs_set(self, attrs_set, request):
        cookies = []
        for attrs in attrs_set:
            try:
                cookies += super()._cookies_from_attrs_set([attrs], request)
            except Exception:
                pass
        return cookies

    def _cookie_from_cookie_tuple(self, tup, request):
        name, value, standard, rest = tup
        standard = dict(standard)
        if standard.get("domain") in ("", "."):
            return None
        expires = standard.get("expires")
        if isinstance(expires, str):
            try:
                expires = standard["expires"] = int(expires)
            except ValueError:
                expires = None
                del standard["expires"]
        if expires is not None and expires <= self._now:
            standard["expires"] = self._now + 1
        cookie = super()._cookie_from_cookie_tuple((name, value, standard, rest), request)
        if cookie is not None and expires is not None:
            cookie.expires = int(expires)
        return cookie

    def extract_cookies(self, response, request):
        self._policy._now = self._now = int(NOW[0])
        self.clear_expired_cookies()
        for cookie in self.make_cookies(response, request):
            if not self._policy.set_ok(cookie, request):
                continue
            if cookie.is_expired(NOW[0]):
                try:
                    self.clear(cookie.domain, cookie.path, cookie.name)
                except KeyError:
                    pass
            else:
                self.set_cookie(cookie)

    def clear(self, domain=None, path=None, name=None):
        super().clear(domain, path, name)
        for host in list(self._cookies):
            for folder in list(self._cookies[host]):
                if not self._cookies[host][folder]:
                    del self._cookies[host][folder]
            if not self._cookies[host]:
                del self._cookies[host]


class Response:
    def __init__(self, headers):
        self.headers = headers

    def info(self):
        return self

    def get_all(self, name, default=None):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values or default


def listing(jar):
    rows = []
    for c in jar:
        if c.is_expired(NOW[0]):
            continue
        rows.append([
            c.domain, c.path, c.name, c.value, c.version, c.port, bool(c.port_specified), bool(c.domain_specified),
            bool(c.domain_initial_dot), bool(c.path_specified), bool(c.secure), c.expires, bool(c.discard), c.comment,
            c.comment_url, bool(c.rfc2109), sorted([k, v] for k, v in c._rest.items()),
        ])
    return rows


def play(scenario, jar, functions):
    for name, function in functions.items():
        setattr(cookiejar, name, function)
    answers = []
    for step in scenario["steps"]:
        NOW[0] = step["now"]
        if step.get("session"):
            jar.clear_session_cookies()
            continue
        request = urllib.request.Request(
            step["url"], origin_req_host=step["origin"], unverifiable=step["unverifiable"]
        )
        if "headers" in step:
            jar.extract_cookies(Response(step["headers"]), request)
        else:
            jar.add_cookie_header(request)
            answers.append([request.get_header("Cookie"), request.get_header("Cookie2")])
    return [answers, listing(jar)]


def policy(arguments):
    arguments = dict(arguments)
    arguments["secure_protocols"] = tuple(arguments["secure_protocols"])
    return cookiejar.DefaultCookiePolicy(**arguments)


import warnings

warnings.simplefilter("ignore")
for line in sys.stdin:
    scenario = json.loads(line)
    arguments = scenario["policy"]
    plain = play(scenario, cookiejar.CookieJar(policy(arguments)), PLAIN)
    patched = play(scenario, Patched(policy(arguments)), PATCHED)
    print(json.dumps({"plain": plain, "patched": patched}))
