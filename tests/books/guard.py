"""Runs the guard's scripts as Frappe 15 runs a Server Script: compiled by RestrictedPython, under the names of its safe_exec alone. In, on
stdin, a line each: {"script", "now", "user", "warehouses", "links", "document", "before"}. Out, a line each: what the script refuses the
document with, or null."""

import datetime
import json
import sys

import RestrictedPython.Guards
from RestrictedPython import compile_restricted, safe_globals


class Refused(Exception):
    pass


class Space(dict):
    """A namespace or a document: what is not in it is an error, as in Frappe."""

    def __getattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        return self[name]


def moment(text):
    return datetime.datetime.fromisoformat(text)


def throw(message, **_):
    raise Refused(message)


def read(obj, name, default=None):
    if name in ("format", "format_map") or name.startswith("_"):
        raise SyntaxError(name)
    return RestrictedPython.Guards.safer_getattr(obj, name, default)


def item(obj, key):
    if isinstance(key, str) and key.startswith("_"):
        raise SyntaxError(key)
    return obj[key]


def rows_of(document):
    out = Space(document)
    for table, rows in document.items():
        if isinstance(rows, list):
            out[table] = [Space(row) for row in rows]
    return out


def names(told):
    before, document = told.get("before"), told["document"]
    tables = {"Warehouse": told["warehouses"], "Outpost Link": told["links"]}
    tables[document["doctype"]] = {document.get("name"): before} if before else {}

    def get_value(doctype, name, fields, as_dict=False):
        row = tables[doctype].get(name)
        if row is None:
            return None
        assert as_dict and isinstance(fields, list), "the script reads by field names"
        values = {field: row.get(field) for field in fields}
        for field in ("heard", "modified"):
            if field in values:
                values[field] = moment(values[field])
        return Space(values)

    utils = Space(
        now_datetime=lambda: moment(told["now"]),
        time_diff_in_seconds=lambda later, earlier: (later - earlier).total_seconds(),
    )
    frappe = Space(db=Space(get_value=get_value), utils=utils, throw=throw, session=Space(user=told["user"]))
    out = dict(safe_globals, frappe=frappe, _getattr_=read, _getitem_=item, _getiter_=iter)
    out["_iter_unpack_sequence_"] = RestrictedPython.Guards.guarded_iter_unpack_sequence
    return out


compiled = {}


def said(told):
    script = told["script"]
    if script not in compiled:
        compiled[script] = compile_restricted(script, filename="<serverscript>")
    doc = rows_of(told["document"])
    doc.setdefault("name", None)
    before = told.get("before")
    doc["get_doc_before_save"] = lambda: rows_of(before) if before else None
    try:
        exec(compiled[script], names(told), {"doc": doc})
    except Refused as refused:
        return str(refused)
    return None


for line in sys.stdin:
    print(json.dumps(said(json.loads(line))), flush=True)
