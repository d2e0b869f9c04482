"""Saves and loads cookie files with CPython's jars.

Standard input: one JSON object with `make` (cookies, as keyword arguments), and `load` (files of others). Standard
output: what the jars wrote, and what they read.
"""

import http.cookiejar as cookiejar
import json
import os
import sys
import tempfile

KINDS = {"lwp": cookiejar.LWPCookieJar, "mozilla": cookiejar.MozillaCookieJar}
order = json.load(sys.stdin)


def row(c):
    return [
        c.domain, c.path, c.name, c.value, c.version, c.port, bool(c.port_specified), bool(c.domain_specified),
        bool(c.domain_initial_dot), bool(c.path_specified), bool(c.secure), c.expires, bool(c.discard), c.comment,
        c.comment_url, sorted([k, v] for k, v in c._rest.items()),
    ]


answer = {"minor": sys.version_info.minor, "wrote": {}, "read": {}}
with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "cookies")
    for kind, cls in KINDS.items():
        jar = cls(name)
        for arguments in order["make"]:
            jar.set_cookie(cookiejar.Cookie(**arguments))
        jar.save(ignore_discard=True, ignore_expires=True)
        with open(name, encoding="utf-8") as f:
            answer["wrote"][kind] = f.read()
        with open(name, "w", encoding="utf-8") as f:
            f.write(order["load"][kind])
        jar = cls(name)
        jar.load(ignore_discard=True, ignore_expires=True)
        answer["read"][kind] = [row(c) for c in jar]
print(json.dumps(answer))
