// Sites and what is held, in the office of tests/desk-fixture.ts.

import { made, paged, Refused, type Route, type Tools } from "./desk-answers";
import * as data from "./desk-data";

export function siteRoutes({ say }: Tools): Route[] {
  const held = [...data.held];
  const quarantine = [1, 2].map((n) => ({
    site: "garut",
    id: `e${n}a77c01e${n}a77c01`,
    bytes: n * 1_402,
    came: new Date().toISOString(),
    records: n * 12,
  }));
  const sites = data.sites.map((site) => ({ ...site }));

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

  return [
    [
      "GET",
      "status",
      () => ({ role: "office", sticks: [{ name: "sdb", state: "may_pull", word: null }], expected: ["cirebon"] }),
    ],
    ["GET", "sites", ({ query }) => paged(sites, query)],
    [
      "GET",
      "sites/*",
      ({ of }) => ({
        ...siteOf(of[0]),
        keys: data.keys,
        notices: Array(siteOf(of[0]).noticed).fill("its card was copied or restored; both were booked"),
      }),
    ],
    [
      "GET",
      "sites/*/chart",
      () => ({ days: Array.from({ length: 30 }, (_, n) => ({ day: data.DAY(29 - n), documents: (n * 37) % 61 })) }),
    ],
    [
      "POST",
      "sites",
      ({ body }) => {
        if (body.replace && body.moves) throw new Refused(422, "moves", "one of the two", "send one of the two");
        const name = `${body.site}.enrol`;
        return made({
          site: body.site,
          code: "4T21-77R3-119X",
          file: btoa("sealed"),
          name,
          qr: data.QR,
          at_broker: null,
        });
      },
    ],
    [
      "POST",
      "sites/*/confirm",
      ({ of, body }) => {
        const site = siteOf(of[0]);
        if (site.compare?.replaceAll(" ", "") !== body.fingerprint)
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
    ["POST", "sites/*/revoke", ({ of }) => ({ said: `the key of ${of[0]} counts no more` })],
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
        const done = quarantine.filter((of) => !left.includes(of));
        quarantine.splice(0, quarantine.length, ...left);
        siteOf(of[0]).quarantined = left.length;
        return { done: done.map(({ site, id, records }) => ({ site, id, new: body.release ? records : null })) };
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
      ({ body: { id, site } }) => ({
        retried: held.filter((line) => (!id || line.id === id) && (!site || line.site === site)).length,
      }),
    ],
    [
      "POST",
      "held/*/remap",
      ({ of, body }) => {
        if (body.to === "Nowhere - TW")
          throw new Refused(409, null, "names are not mapped: master data comes from ERPNext", "rename it in ERPNext");
        unhold(of[0] ?? "");
        return { retried: 2 };
      },
    ],
    [
      "POST",
      "held/*/entered",
      ({ body }) => {
        if (body.name === "ACC-PAY-2026-00099")
          throw new Refused(409, "name", "ERPNext has no Payment Entry ACC-PAY-2026-00099", "look in ERPNext");
        if (!body.anyway)
          throw new Refused(
            409,
            "anyway",
            "ACC-PAY-2026-00007 is not what the paper says: sum: 350000 there, and 350000.5 by its paper",
            "correct it in ERPNext, or say that it was entered so on purpose",
          );
        // It stays on the list here, since it is the last one and others look at it.
        return { said: ["GRT-PE-A000013 is ACC-PAY-2026-00007 in the books"] };
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
  ];
}
