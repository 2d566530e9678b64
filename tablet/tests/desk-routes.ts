// What the office of tests/desk-fixture.ts answers, by path: the contract's shapes, with enough of its rules that a page meets each kind of refusal.

import type { Closed } from "../src/desk/types";
import { type Answer, type Fields, made, paged, type Question, Refused, type Route, type Tools } from "./desk-answers";
import * as data from "./desk-data";
import { fileRoutes } from "./desk-routes-files";
import { siteRoutes } from "./desk-routes-sites";
import { transactionRoutes } from "./desk-routes-transactions";

const NOTHING = { status: 204 };
export const MADE_UP = "kolu-teba-9xyz-wq3f";

export function routes(tools: Tools) {
  const users = data.users.map((user) => ({ ...user }));
  let closed: Closed | null = null;
  const asked = transactionRoutes(tools);

  const table: Route[] = [
    ...siteRoutes(tools),
    ...fileRoutes(tools),
    ...asked.routes,
    [
      "GET",
      "documents",
      ({ query: { site, kind, day, party, number, ...query } }) =>
        paged(
          data.lines.filter(
            (line) =>
              (!site || line.site === site) &&
              (!kind || line.kind === kind) &&
              (!day || line.day === day) &&
              (!party || line.party === party) &&
              (!number || line.number === number),
          ),
          query,
        ),
    ],
    ["GET", "documents/shared-numbers", ({ query }) => paged(data.shared, query)],
    ["GET", "documents/*", ({ of }) => ({ ways: [data.wayOf(of[0] ?? "")] })],
    [
      "GET",
      "stock",
      ({ query }) =>
        paged(
          data.stock.filter(
            ({ site, item_code }) => (!query.site || site === query.site) && (!query.item || item_code === query.item),
          ),
          query,
        ),
    ],
    ["GET", "transit", ({ query }) => paged(data.transit, query)],
    ["GET", "transit/unmatched", ({ query }) => paged(data.unmatched, query)],
    [
      "GET",
      "scans",
      ({ query }) =>
        paged(
          data.scans.filter(({ site }) => !query.site || site === query.site),
          query,
        ),
    ],
    [
      "GET",
      "barcodes",
      ({ query }) =>
        paged(
          data.barcodes.filter(({ site }) => !query.site || site === query.site),
          query,
        ),
    ],
    ["GET", "days", ({ query }) => paged(data.days(query.from ?? "", query.to ?? "", query.site ?? null), query)],
    [
      "GET",
      "months/*",
      ({ of }) => ({
        month: of[0],
        sites: [
          { site: "bandung", complete: true, days_complete: 30, open: [], differs: [], unknown: [], held: 3 },
          {
            site: "garut",
            complete: false,
            days_complete: 24,
            open: [`${of[0]}-06`],
            differs: [`${of[0]}-13`],
            unknown: [`${of[0]}-24`, `${of[0]}-25`, `${of[0]}-26`],
            held: 1,
          },
        ],
        closed,
      }),
    ],
    [
      "POST",
      "months/*/close",
      ({ body, of }) => {
        if (!body.despite)
          throw new Refused(
            409,
            "despite",
            `in the way: garut ${of[0]}-06, ${of[0]}-13, ${of[0]}-24`,
            "wait for these days, or send despite",
          );
        closed = { by: "sari", at: new Date().toISOString(), despite: body.despite, documents: body.documents ?? [] };
        return closed;
      },
    ],
    [
      "POST",
      "months/*/open",
      () => {
        if (!closed) throw new Refused(409, null, "it was not closed here", "look at the month again");
        closed = null;
        return NOTHING;
      },
    ],
    ["GET", "reconcile", ({ query }) => data.compared(query.month ?? "", query.site ?? null)],
    ["GET", "export", () => ({ status: 200, bytes: "id,name\n1,x\n", type: "text/csv" })],
    ["GET", "users", ({ query }) => paged(users, query)],
    [
      "POST",
      "users",
      ({ body }) => {
        if (users.some(({ name }) => name === body.name))
          throw new Refused(409, "name", "there is one already", "choose another name");
        const { name, role, full_name = name } = body as unknown as (typeof users)[0];
        const user = { name, full_name, role, disabled: false, last_login: null };
        users.push(user);
        return made({ ...user, password: MADE_UP });
      },
    ],
    [
      "PATCH",
      "users/*",
      ({ of, body }) => {
        if (of[0] === "sari") throw new Refused(409, "role", "it is the last administrator", "make another one first");
        const { new_password, ...changed } = body as Partial<Fields>;
        const user = Object.assign(users.find(({ name }) => name === of[0]) ?? {}, changed);
        return new_password ? { ...user, password: MADE_UP } : user;
      },
    ],
    [
      "DELETE",
      "users/*",
      ({ of }) => {
        users.splice(
          users.findIndex(({ name }) => name === of[0]),
          1,
        );
        return NOTHING;
      },
    ],
    [
      "GET",
      "audit",
      ({ query }) =>
        paged(
          data.audit.filter(({ user }) => !query.user || user === query.user),
          query,
        ),
    ],
    [
      "POST",
      "erpnext/check",
      () => ({
        said: [
          "ok      key: it is outpost@books.example's",
          "ok      version: ERPNext 15.71.1, Frappe 15.72.4",
          "warning names.BUTTON: ERPNext calls it Button. Call it so here as well.",
          "ERROR   sites.bandung.warehouses.Shop: ERPNext has no Warehouse Shop. Make it there or map its name.",
        ],
      }),
    ],
    [
      "POST",
      "password",
      ({ body }) => {
        if (body.old === "wrong")
          throw new Refused(403, "old", "it is not the password", "type the one that you logged in with");
        return NOTHING;
      },
    ],
  ];

  return {
    who: (user: string) => {
      const { full_name, role } = users.find(({ name }) => name === user) ?? { full_name: user, role: "look" };
      return { user, full_name, role };
    },
    answerAsked: asked.answer,
    answer({ method, path, query, body, user }: Question): Answer {
      for (const [of, pattern, handle] of table) {
        const found = new RegExp(`^${pattern.replaceAll("*", "([^/]+)")}$`).exec(path);
        if (of !== method || !found) continue;
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const told = handle({ query, of: found.slice(1).map(decodeURIComponent), body: body as Fields, bytes, user });
        return isAnswer(told) ? told : { status: 200, json: told };
      }
      throw new Refused(404, null, `there is no ${method} ${path}`, "see GET /api/openapi.json");
    },
  };
}

function isAnswer(told: unknown): told is Answer {
  return typeof (told as Answer)?.status === "number";
}
