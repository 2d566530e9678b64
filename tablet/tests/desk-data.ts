// What the office of tests/desk-fixture.ts has: made up, large enough that lists have pages and screens have something to show.

import type { Condition } from "../src/desk/types";

export const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
/** By the clock of the browser in the test, seven hours ahead. */
export const DAY = (daysAgo: number) => at(daysAgo * 1_440 - 7 * 60).slice(0, 10);
export const id = (n: number) => `01936e5b-5a00-7000-8000-${String(n).padStart(12, "0")}`;

const groups = (pattern: string) => Array.from({ length: 8 }, () => pattern).join(" ");
export const FRESH = groups("667a");

const quiet = {
  records: 18_422,
  documents: 17_903,
  to_come: 0,
  missing: 0,
  gaps: [] as string[],
  waiting_for_site: 0,
  conflicts: 0,
  refusals: 0,
  quarantined: 0,
  noticed: 0,
  letter: "A",
  posting: { posted: 17_880, held: 0, to_read: 0, trying: null, trouble: null as string | null },
  condition: {
    at: at(3),
    version: "0.1.0",
    clock: { from: "office", ahead_s: 0 as number | null },
    free_mb: 21_400,
    bytes_this_month: 4_310_000,
  } as Condition | null,
  compare: null as string | null,
  carried: null as string | null,
};

const NAMES = "bandung bogor cirebon garut tasikmalaya".split(" ");

export const sites = [
  { ...quiet, site: "bandung", heard: at(3), road: "line", posting: { ...quiet.posting, held: 3 } },
  {
    ...quiet,
    site: "bogor",
    heard: at(40),
    road: "line",
    compare: FRESH,
    refusals: 1,
    letter: "B",
  },
  { ...quiet, site: "cirebon", heard: null, road: null, records: 0, documents: 0, posting: null, condition: null },
  {
    ...quiet,
    site: "garut",
    heard: at(9_000),
    carried: at(2_900),
    road: "stick",
    to_come: 214,
    missing: 12,
    gaps: ["a1/18211..18222"],
    waiting_for_site: 37,
    quarantined: 2,
    noticed: 1,
    condition: {
      at: at(2_900),
      version: "0.1.0",
      clock: { from: "not known", ahead_s: -7_260 },
      free_mb: 310,
      bytes_this_month: 0,
    },
  },
  {
    ...quiet,
    site: "tasikmalaya",
    heard: at(1),
    road: "line",
    conflicts: 1,
    posting: { ...quiet.posting, trouble: "ERPNext does not answer: the connection was refused" },
  },
  ...Array.from({ length: 125 }, (_, n) => ({
    ...quiet,
    site: `workshop-${String(n + 1).padStart(3, "0")}`,
    heard: at(n + 1),
    road: "line",
  })),
];

export const keys = [
  { fingerprint: groups("1f0c"), state: "counts" },
  { fingerprint: groups("9b8e"), state: "ended" },
];

export const held = [
  {
    site: "bandung",
    id: id(1),
    called: "BDG-SI-A000412",
    kind: "sales-invoice",
    day: DAY(6),
    sum: "125000",
    hold: "unmapped",
    why: "erpnext.toml: Stores - TW is Nowhere - TW there, which the books do not know",
    means: ["Sales Invoice of 125000: not booked", "Cash: 125000 not booked"],
  },
  {
    site: "bandung",
    id: id(2),
    called: "BDG-SE-A000099",
    kind: "stock-entry",
    day: DAY(5),
    sum: null,
    hold: "stock",
    why: "the books have 2 of BTN-014 in Bandung - TW, and 10 go out",
    means: ["stock of BTN-014 in Bandung - TW: -10 not booked"],
  },
  {
    site: "garut",
    id: id(3),
    called: "GRT-PE-A000013",
    kind: "payment-entry",
    day: DAY(3),
    sum: "350000.5",
    hold: "waits",
    why: "it pays GRT-SI-A000120, which is not in the books yet",
    means: ["Payment Entry of 350000.5: not booked", "Cash: 350000.5 not booked"],
  },
];

const MARKS = ["posted", "posted", "held", "at_office"] as const;

export const lines = Array.from({ length: 230 }, (_, n) => ({
  site: n % 3 === 0 ? "garut" : "bandung",
  id: id(n + 1),
  kind: n % 4 === 0 ? "stock-entry" : "sales-invoice",
  number: `BDG-${n % 4 === 0 ? "SE" : "SI"}-A${String(412 + n).padStart(6, "0")}`,
  day: DAY(Math.floor(n / 40)),
  party: n % 4 === 0 ? null : ["Bu Sari", "Pak Dadang", "Toko Melati"][n % 3],
  total: n % 4 === 0 ? null : String(125_000 + n * 500),
  position: `a1/${412 + n}`,
  mark: MARKS[n % 4],
  since: at(n * 10),
  name: n % 4 < 2 ? `ACC-SINV-2026-${String(n).padStart(5, "0")}` : null,
  why: n % 4 === 2 ? "the books know no item CLOTH-NEW-017" : null,
  cancelled: n === 7,
}));

export const shared = [lines[1], { ...lines[1], site: "garut", id: id(900), party: "Pak Ujang", mark: "at_office" }];

const stamp = { sure: true, road: null, name: null, why: null };

export function wayOf(of: string) {
  const line = lines.find((line) => line.id === of) ?? { ...lines[1], id: of };
  return {
    site: line.site,
    line,
    document: {
      id: of,
      customer: "Bu Sari",
      posting_date: line.day,
      currency: "IDR",
      set_warehouse: "Bandung - TW",
      update_stock: true,
      items: [
        { item_code: "CLOTH-001", qty: "1.5", rate: "45600", uom: "Nos" },
        { item_code: "THREAD-RED", qty: "2", rate: "5000", batch_no: "LOT-7" },
      ],
      payments: [{ mode_of_payment: "Cash", amount: "78400" }],
    },
    booked: {
      net_total: "70630.63",
      total_taxes_and_charges: "7769.37",
      grand_total: "78400",
      outstanding_amount: "0",
    },
    stamps: [
      { ...stamp, what: "saved", at: at(3_000), position: "a1/412" },
      { ...stamp, what: "arrived", at: at(2_990), position: "0e/1412", road: "line" },
      { ...stamp, what: "held", at: at(2_985), position: "0e/1413", why: "the books know no item CLOTH-NEW-017" },
      { ...stamp, what: "posted", at: at(2_400), position: "0e/1500", sure: false, name: line?.name },
    ],
    device: "till-1",
    user: "wati",
    approved_by: "joko",
    hash: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    amends: null,
    amended_by: id(900),
    amended_by_number: "BDG-SI-A000501",
    not_booked: null,
    returned: { 1: "0.5" },
    cancellation: {
      id: id(901),
      at: at(2_000),
      user: "wati",
      approved_by: null,
      reason: "the wrong customer",
      stamps: [
        { ...stamp, what: "saved", at: at(2_000), position: "a1/500" },
        { ...stamp, what: "given_up", at: at(1_900), position: "0e/1600", why: "entered twice" },
      ],
    },
  };
}

export const stock = NAMES.slice(0, 4).flatMap((site) =>
  ["BTN-014", "CLOTH-001", "SHIRT-001", "THREAD-RED"].map((item_code, n) => ({
    site,
    warehouse: `${site[0]?.toUpperCase()}${site.slice(1)} - TW`,
    item_code,
    qty: ["905", "12.5", "-3", "48"][n],
    level: ["900", "12.5", "0", null][n],
    ahead: ["5", "0", "-3", "48"][n],
  })),
);

export const TRANSIT = "In Transit - TW";

export const transit = [
  {
    entry: id(5),
    warehouse: TRANSIT,
    from: "bandung",
    to: "garut",
    number: "BDG-SE-A000099",
    sent_on: DAY(4),
    item_code: "BTN-014",
    sent: "10",
    received: "8",
    state: "short",
  },
];
export const unmatched = [{ entry: id(902), row: 1, received: "2" }];

const word = { item_code: "BTN-014", uom: "Dozen", user: "wati", at: "2026-11-02T02:20:47Z" };
const till = { device: "till-1" };
export const scans = [
  { site: "bandung", time: "09:14:02", sure: true, ...till, code: "8991234567890", item_code: "BTN-014", said: null },
  { site: "garut", time: "09:20:47", sure: false, ...till, code: "8990000000017", item_code: null, said: word },
];
export const barcodes = [
  { site: "garut", code: "8990000000017", item_name: "Button, 18 mm", ...word, ...till },
  { site: "garut", code: "8990000000024", item_name: null, ...till, ...word, item_code: "HORN", uom: null, user: null },
];

const STATES = ["complete", "complete", "complete", "differs", "complete", "open", "unknown"] as const;

export function days(from: string, to: string, site: string | null) {
  const found = [];
  for (const name of NAMES.filter((name) => site === null || site === "" || name === site))
    for (
      let n = 0, day = from;
      day <= to;
      n++, day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    ) {
      const state = day > DAY(0) ? "unknown" : (STATES[(n + name.length) % STATES.length] ?? "unknown");
      found.push({
        site: name,
        day,
        state,
        differs: state === "differs" ? ["sales-invoice"] : [],
        kinds:
          state === "unknown"
            ? []
            : [
                { kind: "sales-invoice", documents: 13, cancelled: 1, sum: "1825000" },
                { kind: "payment-entry", documents: 4, cancelled: 0, sum: "600000.5" },
              ],
      });
    }
  return found;
}

export function compared(month: string, site: string | null) {
  const items = NAMES.filter((name) => !site || name === site).flatMap((name) =>
    ["sales-invoice", "stock-entry"].map((kind) => {
      const off = name === "garut" && kind === "sales-invoice";
      return {
        site: name,
        kind,
        at_site: { documents: 312, cancelled: 2, sum: "41250000" },
        at_office: { documents: 312, cancelled: 2, sum: "41250000" },
        in_books:
          name === "cirebon" ? null : { documents: off ? 311 : 312, cancelled: 2, sum: off ? "41125000" : "41250000" },
        differs: off,
      };
    }),
  );
  const difference = {
    site: "garut",
    id: id(1),
    number: "GRT-SI-A000120",
    kind: "sales-invoice",
    day: `${month}-06`,
    name: null,
    ours: "125000",
    theirs: null,
    words: "it is not in the books",
  };
  const moved = {
    site: "garut",
    id: null,
    number: null,
    kind: null,
    day: `${month}-07`,
    name: "SCR-2026-00003",
    ours: null,
    theirs: null,
    words: "Subcontracting Receipt SCR-2026-00003 was made in ERPNext and is no workshop's: 3 of CLOTH into Garut - TW",
  };
  return {
    month,
    items,
    without: { cirebon: "cirebon is not posted into an ERPNext" },
    differences: items.some(({ differs }) => differs) ? [difference] : [],
    unread: {},
    more_differences: 0,
    notes: [moved],
    more_notes: 0,
  };
}

export const report = {
  errors: [
    {
      file: "item.csv",
      line: 14,
      field: "stock_uom",
      rule: "no unit Nosx is in uom.csv or at the office: write Nos, or add it",
    },
  ],
  more_errors: 3,
  warnings: [{ file: "item.csv", line: 2, field: "barcodes[1].barcode", rule: "it has no valid check digit" }],
  more_warnings: 0,
  tables: [{ table: "item", new: 12, changed: 3, unchanged: 480, deleted: 0 }],
  taken: false,
};

export const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h8v8H0z"/><path d="M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM4 4h1v1H4zM6 6h1v1H6z"/></svg>';

export const users = [
  { name: "sari", full_name: "Sari Dewi", role: "admin", disabled: false, last_login: at(5) },
  { name: "joko", full_name: "Joko Susilo", role: "work", disabled: false, last_login: at(3_000) },
  { name: "lina", full_name: "Lina Hartati", role: "look", disabled: true, last_login: null as string | null },
];

export const audit = Array.from({ length: 140 }, (_, n) => ({
  at: at(n * 37),
  user: n % 9 === 3 ? "?" : ["sari", "joko"][n % 2],
  address: "192.168.1.20",
  act: n % 9 === 3 ? "POST /api/login" : "POST /api/held/{id}/remap",
  what:
    n % 9 === 3 ? {} : { id: id(n + 1), table: "warehouses", from: "Stores - TW", to: "Main - TW", all_sites: true },
  outcome: n % 9 === 3 ? 401 : 200,
}));
