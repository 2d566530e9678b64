// What the office of tests/desk-fixture.ts answers, by path: the contract's shapes, with enough of its rules that a page meets each kind of refusal.

import * as data from "./desk-data";

export class Refused extends Error {
  readonly status: number;
  readonly input: string | null;
  readonly remedy: string;

  constructor(status: number, input: string | null, rule: string, remedy: string) {
    super(rule);
    this.status = status;
    this.input = input;
    this.remedy = remedy;
  }
}

export interface Answer {
  status: number;
  json?: unknown;
  bytes?: string | Buffer;
  type?: string;
}

interface Question {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  user: string;
}

type Fields = Record<string, string & boolean & string[]>;
type Handler = (of: { query: Record<string, string>; of: string[]; body: Fields; bytes: Buffer }) => unknown;
interface Tools {
  say(event: string, data: unknown): void;
}

/** A page of a list; `next` is the place in it, and means nothing where there is none. */
function paged<T>(items: readonly T[], query: Record<string, string>) {
  const limit = Number(query.limit ?? 100);
  const from = Number(query.after?.replace("from-", "") ?? 0);
  if (limit < 1 || limit > 500) throw new Refused(400, "limit", "a limit is 1 to 500", "send limit=100");
  if (Number.isNaN(from)) throw new Refused(410, "after", "the list has changed since", "begin anew");
  const end = from + limit;
  return { items: items.slice(from, end), next: end < items.length ? `from-${end}` : null };
}

const made = (json: unknown): Answer => ({ status: 201, json });

export function routes({ say }: Tools) {
  const held = [...data.held];
  const users = data.users.map((user) => ({ ...user }));
  const quarantine = [1, 2].map((n) => ({
    site: "garut",
    id: `e${n}a77c01`,
    came: new Date().toISOString(),
    records: n * 12,
  }));
  const sites = data.sites.map((site) => ({ ...site }));
  const imports = new Map<string, { state: string; files: string[] }>();
  let closed: { by: string; at: string } | null = null;

  const siteOf = (name = "") => {
    const site = sites.find(({ site }) => site === name);
    if (!site) throw new Refused(404, "site", `no site ${name} is enrolled here`, "see GET /api/sites");
    return site;
  };
  const heldOf = (id = "") => {
    const found = held.find((line) => line.id === id);
    if (!found) throw new Refused(409, null, "it is not held any more", "look at the list again");
    return found;
  };
  const unhold = (id: string) => {
    const found = heldOf(id);
    held.splice(held.indexOf(found), 1);
    say("held", { site: found.site, held: held.filter(({ site }) => site === found.site).length });
  };
  const importOf = (id = "") => {
    const found = imports.get(id);
    if (!found) throw new Refused(404, null, "there is no such import", "begin another");
    const { state, files } = found;
    const refused = files
      .filter((name) => name.includes("torn"))
      .map((name) => ({ name, why: "its checksum is not that of its bytes: try another reader" }));
    const done = state === "done" ? files.length : 0;
    return { import: id, state, files: files.length, done, new: done * 3, known: done, refused: done ? refused : [] };
  };

  const table: [string, string, Handler][] = [
    [
      "GET",
      "status",
      () => ({ role: "office", sticks: [{ name: "sdb", state: "may_pull", word: null }], expected: ["cirebon"] }),
    ],
    ["GET", "sites", ({ query }) => paged(sites, query)],
    [
      "GET",
      "sites/*",
      ({ of }) => ({ ...siteOf(of[0]), keys: data.keys, notices: ["the line was down for 40 minutes on Tuesday"] }),
    ],
    [
      "GET",
      "sites/*/chart",
      () => ({ days: Array.from({ length: 30 }, (_, n) => ({ day: data.DAY(29 - n), documents: (n * 37) % 61 })) }),
    ],
    [
      "POST",
      "sites",
      ({ body }) => made({ code: "4821 7703 1196", file: btoa("sealed"), name: `${body.site}.enrolment`, qr: data.QR }),
    ],
    [
      "POST",
      "sites/*/confirm",
      ({ of, body }) => {
        const site = siteOf(of[0]);
        if (site.compare !== body.fingerprint)
          throw new Refused(
            409,
            "fingerprint",
            "the office heard another fingerprint",
            "compare once more, digit by digit",
          );
        site.compare = null;
        return { said: `${site.site} is confirmed` };
      },
    ],
    ["POST", "sites/*/revoke", ({ of }) => ({ said: [`the key of ${of[0]} counts no more`] })],
    [
      "GET",
      "quarantine",
      ({ query }) =>
        paged(
          quarantine.filter(({ site }) => site === query.site),
          query,
        ),
    ],
    [
      "POST",
      "quarantine/*",
      ({ body, of }) => {
        const left = quarantine.filter(({ id }) => body.id !== undefined && id !== body.id);
        quarantine.splice(0, quarantine.length, ...left);
        siteOf(of[0]).quarantined = left.length;
        return {};
      },
    ],
    [
      "GET",
      "held",
      ({ query }) =>
        paged(
          held.filter(({ site }) => !query.site || site === query.site),
          query,
        ),
    ],
    [
      "POST",
      "held/retry",
      ({ body }) => ({ retried: held.filter((line) => (body.id ? line.id === body.id : true)).length }),
    ],
    [
      "POST",
      "held/*/remap",
      ({ of, body }) => {
        if (body.to === "NOTHING")
          throw new Refused(422, "to", "the books know no item NOTHING", "make it in ERPNext first");
        unhold(of[0] ?? "");
        return {};
      },
    ],
    [
      "POST",
      "held/*/give-up",
      ({ of }) => {
        unhold(of[0] ?? "");
        return { said: ["not booked: 10 of BTN-014 out of Bandung - TW", "not booked: 125,000 owed by Bu Sari"] };
      },
    ],
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
      "imports",
      () => {
        const id = `i${imports.size + 1}`;
        imports.set(id, { state: "open", files: [] });
        return made({ import: id });
      },
    ],
    [
      "PUT",
      "imports/*/files/*",
      ({ of, bytes }) => {
        if (bytes.length === 0) throw new Refused(422, "name", "the file is empty", "copy it from the stick again");
        imports.get(of[0] ?? "")?.files.push(of[1] ?? "");
        return {};
      },
    ],
    [
      "POST",
      "imports/*/take",
      ({ of }) => {
        const found = imports.get(of[0] ?? "");
        if (!found) throw new Refused(404, null, "there is no such import", "begin another");
        found.state = "taking";
        say("import", importOf(of[0]));
        setTimeout(() => {
          found.state = "done";
          say("import", importOf(of[0]));
        }, 300);
        return { status: 202, json: {} };
      },
    ],
    ["GET", "imports/*", ({ of }) => importOf(of[0])],
    ["GET", "imports/*/answers", () => ({ status: 200, bytes: "PK", type: "application/zip" })],
    [
      "POST",
      "master",
      ({ body }) =>
        imports.get(body.import ?? "")?.files.includes("item.csv")
          ? data.report
          : { ...data.report, errors: [], more_errors: 0, taken: !body.check },
    ],
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
