// What the office of tests/desk-fixture.ts answers, by path: the contract's shapes, with enough of its rules that a page meets each kind of refusal.

import { type Answer, type Fields, made, paged, type Question, Refused, type Route, type Tools } from "./desk-answers";
import * as data from "./desk-data";
import { fileRoutes } from "./desk-routes-files";
import { siteRoutes } from "./desk-routes-sites";

export function routes(tools: Tools) {
  const users = data.users.map((user) => ({ ...user }));
  let closed: { by: string; at: string } | null = null;

  const table: Route[] = [
    ...siteRoutes(tools),
    ...fileRoutes(tools),
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
          data.stock.filter(({ site }) => !query.site || site === query.site),
          query,
        ),
    ],
    ["GET", "transit", ({ query }) => ({ ...paged(data.transit, query), unmatched: data.unmatched })],
    [
      "GET",
      "scans",
      ({ query }) =>
        paged(
          data.scans.filter(({ site }) => !query.site || site === query.site),
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
          { site: "bandung", complete: 24, open: [], unknown: [], held: 3 },
          { site: "garut", complete: 18, open: [`${of[0]}-06`, `${of[0]}-13`], unknown: [`${of[0]}-24`], held: 1 },
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
        closed = { by: "sari", at: new Date().toISOString() };
        return {};
      },
    ],
    ["GET", "reconcile", ({ query }) => paged(data.compared(query.site ?? null), query)],
    ["GET", "export", () => ({ status: 200, bytes: "id,name\n1,x\n", type: "text/csv" })],
    [
      "POST",
      "transactions",
      ({ body }) => {
        const { document } = body as unknown as { document: { items: { qty: string }[]; id: string } };
        if (document.items.some(({ qty }) => Number(qty) > 1_000))
          throw new Refused(
            422,
            "items[1].qty",
            "the warehouse has 905 of BTN-014",
            "take at most 905, or send it from another warehouse",
          );
        return made({ id: document.id, said: ["it is on its way to bandung"] });
      },
    ],
    ["GET", "users", ({ query }) => paged(users, query)],
    [
      "POST",
      "users",
      ({ body }) => {
        if (users.some(({ name }) => name === body.name))
          throw new Refused(409, "name", "there is one already", "choose another name");
        users.push({
          ...(body as unknown as (typeof users)[0]),
          disabled: false,
          last_login: null as unknown as string,
        });
        return made({});
      },
    ],
    [
      "PATCH",
      "users/*",
      ({ of, body }) => {
        if (of[0] === "sari") throw new Refused(409, "role", "it is the last administrator", "make another one first");
        Object.assign(users.find(({ name }) => name === of[0]) ?? {}, body);
        return {};
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
        return {};
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
      () => ({ said: ["ERPNext 15.41 answers as outpost@books.example", "the user may write Sales Invoice: yes"] }),
    ],
    [
      "POST",
      "password",
      ({ body }) => {
        if (body.old === "wrong")
          throw new Refused(422, "old", "it is not the password", "type the one that you logged in with");
        return {};
      },
    ],
  ];

  return {
    who: (user: string) => {
      const { full_name, role } = users.find(({ name }) => name === user) ?? { full_name: user, role: "look" };
      return { user, full_name, role };
    },
    answer({ method, path, query, body }: Question): Answer {
      for (const [of, pattern, handle] of table) {
        const found = new RegExp(`^${pattern.replaceAll("*", "([^/]+)")}$`).exec(path);
        if (of !== method || !found) continue;
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const told = handle({ query, of: found.slice(1).map(decodeURIComponent), body: body as Fields, bytes });
        return isAnswer(told) ? told : { status: 200, json: told };
      }
      throw new Refused(404, null, `there is no ${method} ${path}`, "see GET /api/openapi.json");
    },
  };
}

function isAnswer(told: unknown): told is Answer {
  return typeof (told as Answer)?.status === "number";
}
