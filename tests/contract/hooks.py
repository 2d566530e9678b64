"""Hooks of schemathesis for both contracts: who asks, what is not asked, what holds for every answer.

In: the environment: AT (`box` or `desk`), ASKER, ASKER_PASSWORD, IMPORTS. Out: requests with a login, and refusals of answers that are
otherwise than docs/PAGES.md has them. Deliberately absent: what one operation answers, which is the contract's.
"""

import functools
import http.client
import json
import os
from base64 import b64encode
from urllib.parse import urlsplit

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import IgnoredAuth

ASKER = os.environ["ASKER"]
PASSWORD = os.environ["ASKER_PASSWORD"]
IS_DESK = os.environ["AT"] == "desk"
# Wrong logins close the address that they come from; ours come from another one.
FROM = ("127.0.0.2", 0)
IMPORTS = os.environ["IMPORTS"].split(",")
LOGOUT = "/api/logout"
# As docs/PAGES.md has them for every answer below /api.
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
# And what goes with a status.
WITH = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}


def log_in(base_url):
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=60, source_address=FROM)
    body = json.dumps({"user": ASKER, "password": PASSWORD})
    connection.request("POST", "/api/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    assert answer.status == 200, f"{ASKER} cannot log in: {said}"
    return answer.headers["Set-Cookie"].split(";")[0].split("=", 1)[1], said["csrf"]


@functools.cache
def login(base_url):
    """The one under test."""
    return log_in(base_url) if IS_DESK else b64encode(f"{ASKER}:{PASSWORD}".encode()).decode()


def asks_who(case):
    """Whether an operation wants a login. What wants none is asked without: a login ends the session that it comes with."""
    return any(case.operation.security.iter_parameters())


@schemathesis.auth()
class Login:
    """Basic at the box; at the desk a session's cookie, and with what changes something its word."""

    def get(self, case, context):
        return login(case.operation.base_url)

    def set(self, case, data, context):
        if not asks_who(case):
            return
        if not IS_DESK:
            case.headers["Authorization"] = f"Basic {data}"
            return
        # Who logs out does so from a session of their own: the one under test goes on.
        cookie, csrf = log_in(case.operation.base_url) if case.operation.path == LOGOUT else data
        case.cookies = {**(case.cookies or {}), "outpost": cookie}
        if case.operation.method.upper() == "GET":
            return
        # Where it is the header that is made wrong, it stays so.
        if case.meta is None or not case.meta.is_negative_at(ParameterLocation.HEADER):
            case.headers["Outpost-CSRF"] = csrf
        # The contract cannot say that it is asked for without a body too.
        if not case.operation.body:
            case.headers["Content-Type"] = "application/json"


@schemathesis.hook
def filter_case(context, case):
    """Whoever asks does not take away themselves, their role, or the imports that the others' questions are about."""
    places = case.path_parameters if isinstance(case.path_parameters, dict) else {}
    if case.operation.path == "/api/users/{name}":
        return places.get("name") != ASKER
    return case.operation.label != "DELETE /api/imports/{id}" or places.get("id") not in IMPORTS


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Of wrong logins without end the first ones get 401, and then 429 says to come later: that is no login that counts for nothing."""
    return not (isinstance(failure, IgnoredAuth) and "`429 " in failure.message)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What a contract lets an answer have is all that it has: an undeclared field is found. Clients are to bear one all the same."""
    responses = list(raw_schema["components"]["responses"].values())
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            responses.extend(operation["responses"].values())
    for response in responses:
        for content in response.get("content", {}).values():
            close(content["schema"])
    for schema in raw_schema["components"]["schemas"].values():
        close(schema, is_part=True)


def close(node, is_part=False):
    """A part of `allOf`, or what is referred to, has no say about the fields of the others."""
    if isinstance(node, list):
        for item in node:
            close(item)
    elif isinstance(node, dict):
        if not is_part and {"properties", "allOf", "$ref"} & node.keys():
            node["unevaluatedProperties"] = False
        for name, item in node.items():
            if name == "allOf":
                for part in item:
                    close(part, is_part=True)
            else:
                close(item)


@schemathesis.check
def login_holds(ctx, response, case):
    """A login that ended on the way would have everything answered with 401, which is in the contract: nothing more would be tried."""
    if response.status_code != 401 or not asks_who(case) or case.operation.path == LOGOUT:
        return
    sent = response.request.headers
    held = login(case.operation.base_url)
    if (IS_DESK and held[0] in sent.get("Cookie", "")) or (not IS_DESK and sent.get("Authorization") == f"Basic {held}"):
        raise Failure(operation=case.operation.label, title="The login under test has ended", message="401 with a good login")


@schemathesis.check
def headers_of_every_answer(ctx, response, case):
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    wrong = [f"{name}: {headers.get(name)}" for name, value in ALWAYS.items() if headers.get(name) != value]
    needed = WITH.get(response.status_code)
    if needed is not None and needed not in headers:
        wrong.append(f"{needed} is missing")
    if not headers.get("content-security-policy", "").startswith("default-src 'none'"):
        wrong.append("content-security-policy")
    if wrong:
        raise Failure(operation=case.operation.label, title="Headers that docs/PAGES.md asks for", message="; ".join(wrong))
