// Requests to sites' boxes, in the office of tests/desk-fixture.ts. Its boxes answer when the test says so.

import { paged, Refused, type Route, type Tools } from "./desk-answers";
import * as data from "./desk-data";

interface Wanted {
  id: string;
  items: { item_code: string; qty: string }[];
  from_warehouse?: string;
  to_warehouse?: string;
  set_warehouse?: string;
  add_to_transit?: number;
}

const now = () => new Date().toISOString();
const MAX_WAITING = 100;
/** Whose box is not there. */
const AWAY = "garut";

interface AskedFor {
  id: string;
  site: string;
  kind: string;
  by: string;
  fields: unknown;
}

/** What a site was asked to record, as long as its box has not answered. */
function transaction(of: AskedFor) {
  const open = { asked: data.at(0), answered: null as string | null, why: null as string | null };
  return { ...of, ...open, state: "undecided", taken_back_by: null as string | null, line: null as unknown };
}

/** Of one site, more than a page. */
const BEFORE = Array.from({ length: 104 }, (_, n) => {
  const items = Array.from({ length: 1 + (n % 5) }, (_, row) => ({
    item_code: `BTN-0${14 + row}`,
    qty: String(n + 1),
  }));
  const fields = { stock_entry_type: "Material Issue", from_warehouse: "Tasikmalaya - TW", items };
  const of = transaction({ id: data.id(7_000 + n), site: "tasikmalaya", kind: "stock-entry", by: "joko", fields });
  const answered = { asked: data.at(40 + n), answered: data.at(30 + n) };
  return n % 3 === 0
    ? {
        ...of,
        ...answered,
        state: "declined",
        why: `BTN-014: Tasikmalaya - TW has ${n}, and ${n + 1} go out: 1 too few`,
      }
    : { ...of, ...answered, state: "recorded", line: { ...data.lines[n], site: "tasikmalaya" } };
});

export function transactionRoutes({ say }: Tools): { routes: Route[]; answer: () => void } {
  const all: ReturnType<typeof transaction>[] = BEFORE.map((of) => ({ ...of }));
  const undecided = (site: string) => all.filter((of) => of.site === site && of.state === "undecided");
  const told = (site: string) => say("transactions", { site, undecided: undecided(site).length });

  const judge = (site: string, { items, ...of }: Wanted) => {
    const against = (input: string, rule: string, remedy: string) => new Refused(422, input, rule, remedy);
    const remedy = "change the warehouse, or send it to the site whose it is";
    for (const field of ["from_warehouse", "to_warehouse", "set_warehouse"] as const) {
      const name = of[field];
      if (name === undefined) continue;
      const isWay = field === "to_warehouse" && of.add_to_transit === 1;
      if (isWay && name !== data.TRANSIT)
        throw against(
          `document.${field}`,
          `${field}: ${name} is no transit warehouse: goods for another site are sent through one`,
          remedy,
        );
      if (!isWay && !name.toLowerCase().startsWith(site))
        throw against(
          `document.${field}`,
          `${field}: ${name} is no warehouse that the office has told of: choose one of this site's`,
          remedy,
        );
    }
    const zero = items.findIndex(({ qty }) => Number(qty) <= 0);
    if (zero >= 0)
      throw against(
        "document",
        `rule: items[${zero}].qty: ${items[zero]?.qty} is not above zero`,
        "correct it, and send it again",
      );
  };

  const enter = (site: string, kind: string, document: Wanted, waits: boolean, by: string) => {
    if (!data.sites.some((of) => of.site === site))
      throw new Refused(404, "site", `${site} is not served here`, "look at /api/sites");
    const { id, ...fields } = document;
    const known = all.find((of) => of.id === id);
    if (known) {
      if (known.site === site && JSON.stringify(known.fields) === JSON.stringify(fields)) return known;
      throw new Refused(
        409,
        "document.id",
        `${id} is known here for something else`,
        "make a new UUID for each document",
      );
    }
    judge(site, document);
    if (site === AWAY && !waits) {
      const remedy =
        'send it again with "waits": true, and it goes when the line is up or a stick is carried; or let the site enter it';
      throw new Refused(
        422,
        "site",
        `the box of ${site} decides about its warehouses, and it was last heard of ${now()}: its line is down`,
        remedy,
      );
    }
    if (undecided(site).length >= MAX_WAITING)
      throw new Refused(
        422,
        "site",
        `${MAX_WAITING} requests wait for the answer of ${site} already`,
        "wait for its answers, or take some back",
      );
    const made = transaction({ id, site, kind, by, fields });
    all.splice(
      Math.max(
        0,
        all.findIndex((of) => of.site >= site),
      ),
      0,
      made,
    );
    told(site);
    return made;
  };

  const takeBack = (id: string, by: string) => {
    const found = all.find((of) => of.id === id);
    if (!found) throw new Refused(404, "id", "nothing was asked under this id", "GET /api/transactions lists what was");
    if (found.state !== "undecided")
      throw new Refused(
        409,
        "id",
        `the box of ${found.site} has answered: it is decided`,
        "let the site cancel the document, where it recorded one",
      );
    found.taken_back_by = by;
    told(found.site);
    return found;
  };

  /** Each box that is asked says what it makes of it: an item is there where the site's stock has as much. */
  const answer = () => {
    const waiting = all.filter(({ state }) => state === "undecided");
    for (const of of waiting) {
      const { items } = of.fields as unknown as Wanted;
      const few = items.find(({ item_code, qty }) => {
        const row = data.stock.find((row) => row.site === of.site && row.item_code === item_code);
        return Number(qty) > Number(row?.qty ?? 0);
      });
      const why = of.taken_back_by
        ? `${of.taken_back_by} took it back at the office`
        : few
          ? `${few.item_code}: too few are here`
          : null;
      const line = why === null ? { ...data.lines[0], id: of.id, site: of.site, number: "BDG-SE-A000012" } : null;
      Object.assign(of, { state: why === null ? "recorded" : "declined", answered: now(), why, line });
    }
    for (const site of new Set(waiting.map(({ site }) => site))) told(site);
  };

  const routes: Route[] = [
    [
      "GET",
      "transactions",
      ({ query }) =>
        paged(
          all.filter(({ site }) => !query.site || site === query.site),
          query,
        ),
    ],
    [
      "POST",
      "transactions",
      ({ body, user }) => {
        const {
          site,
          kind,
          document,
          waits = false,
        } = body as unknown as { site: string; kind: string; document: Wanted; waits?: boolean };
        return { status: 202, json: enter(site, kind, document, waits, user) };
      },
    ],
    ["POST", "transactions/*/take-back", ({ of, user }) => takeBack(of[0] ?? "", user)],
  ];
  return { routes, answer };
}
