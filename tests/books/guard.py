"""Runs the guard's script on documents as Frappe 15 runs a Server Script: compiled by RestrictedPython, under the names of its safe_exec
alone. In, on stdin: {"script", "now", "user", "warehouses", "links", "documents"}. Out: for each document what the script refuses it with,
or null."""

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
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


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


def names(told):
    tables = {"Warehouse": told["warehouses"], "Outpost Link": told["links"]}

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


def said(code, told, document):
    doc = Space(document)
    for table in ("items", "packed_items"):
        if table in doc:
            doc[table] = [Space(row) for row in doc[table]]
    try:
        exec(code, names(told), {"doc": doc})
    except Refused as refused:
        return str(refused)
    return None


told = json.load(sys.stdin)
code = compile_restricted(told["script"], filename="<serverscript>")
print(json.dumps([said(code, told, document) for document in told["documents"]]))
