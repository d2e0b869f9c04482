"""CPython's http.cookies as a peer: reads cases as JSON from standard input, prints what came of each as JSON."""
import http.cookies
import json
import sys
import time

JAR = {"simple": http.cookies.SimpleCookie, "base": http.cookies.BaseCookie}
NOW = 784111777
time.time = lambda: NOW


def state(jar):
    return [[name, m.key, m.value, m.coded_value, attributes(m)] for name, m in jar.items()]


def attributes(morsel):
    return {name: value for name, value in sorted(morsel.items()) if value != ""}


def attempt(act):
    try:
        return act()
    except http.cookies.CookieError:
        return None


def load(case):
    jar = JAR[case["jar"]]()
    for text in case["texts"]:
        refused = attempt(lambda: jar.load(text) or True) is None
    return {"refused": refused, "state": state(jar), "output": None if refused else attempt(jar.output)}


def make(case):
    jar = JAR[case["jar"]]()

    def act():
        for name, value, attrs in case["cookies"]:
            jar[name] = value
            for attr, setting in attrs:
                jar[name][attr] = setting
        only = case.get("attrs")
        return jar.output(attrs=only, header=case.get("header", "Set-Cookie:"), sep=case.get("sep", "\r\n"))

    output = attempt(act)
    return {"refused": output is None, "state": state(jar), "output": output}


def morsel(case):
    fresh = http.cookies.Morsel()
    refused = attempt(lambda: fresh.set(*case["set"]) or True) is None
    return {"refused": refused, "state": [], "output": None if refused else fresh.OutputString()}


def quote(case):
    return {"refused": False, "state": [], "output": http.cookies._quote(case["text"])}


def unquote(case):
    return {"refused": False, "state": [], "output": http.cookies._unquote(case["text"])}


def script(case):
    jar = http.cookies.SimpleCookie()

    def act():
        jar[case["name"]] = case["value"]
        return jar.js_output()

    output = attempt(act)
    return {"refused": output is None, "state": [], "output": output}


def features():
    """What this CPython has that older ones lack."""
    jar = http.cookies.SimpleCookie()
    controls = attempt(lambda: jar.__setitem__("a", "\n") or True) is None
    weekdays = http.cookies.SimpleCookie("a=b; expires=Sunday, 06-Nov-94 08:49:37 GMT")
    found = {
        "partitioned": "partitioned" in http.cookies.Morsel._reserved,
        "controls": controls,
        "weekdays": bool(weekdays),
        "scripts": "decodeURIComponent" in script({"name": "a", "value": "b"})["output"],
    }
    return [name for name, there in found.items() if there]


WAYS = {"load": load, "make": make, "morsel": morsel, "quote": quote, "unquote": unquote, "script": script}
cases = json.load(sys.stdin)
json.dump({"features": features(), "answers": [WAYS[case["way"]](case) for case in cases]}, sys.stdout)
