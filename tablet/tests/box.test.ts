// The link and the outbox against the real box: receipts, power cuts, a dead card, and totals to the cent.

import "fake-indexeddb/auto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Link } from "../src/link/link";
import { Decimal } from "../src/money/decimal";
import { totals } from "../src/money/totals";
import { keepAsking } from "../src/outbox/asking";
import type { Entry } from "../src/outbox/entry";
import { Outbox } from "../src/outbox/outbox";
import { openStore } from "../src/store";
import { uuid } from "../src/uuid";
import { program, type Stage, stage } from "./stage";

const SOON = { timeout: 20_000, interval: 50 };

let on: Stage;
let n = 0;

async function tablet(device = "till-1", password = "workshop-till-password") {
  const outbox = await Outbox.open(await openStore(`box${n++}`), 0);
  const link = new Link(on.websocket, { device, password }, outbox);
  const stop = keepAsking(outbox, link.reached, ask, 1_000);
  link.start();
  return {
    outbox,
    link,
    end: () => {
      stop();
      link.end();
      outbox.close();
    },
  };
}

const ask = async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, on.mark(id)]));

let made = 0;
function sale(fields: Record<string, unknown>): Entry {
  const id = uuid();
  const body = JSON.stringify({ id, customer: "Bu Sari", ...fields });
  return { id, kind: "sales-invoice", body, madeMs: ++made, day: "2026-11-02", state: "waiting" };
}
const shirt = { items: [{ item_code: "SHIRT-001", qty: "1", rate: "150000" }] };

describe.skipIf(!program)("with the real box", () => {
  beforeAll(async () => {
    on = await stage({ people: false });
  }, 60_000);
  afterAll(() => on?.end());

  test("a sale is saved, then at the office, and told so on the same screen", async () => {
    const { outbox, end } = await tablet();
    const one = sale(shirt);
    await outbox.submit(one);
    await vi.waitFor(() => expect(outbox.get(one.id)?.state).toBe("at_office"), SOON);
    expect(outbox.get(one.id)?.number).toMatch(/^BDG-SI-A\d{6}$/);
    expect(outbox.get(one.id)?.total).toBe("150000");
    end();
  }, 60_000);

  test("what is refused says why, and the same bytes are taken once the reason is gone", async () => {
    const { outbox, end } = await tablet();
    const bad = sale({ ...shirt, customer: "Nobody" });
    await outbox.submit(bad);
    await vi.waitFor(() => expect(outbox.get(bad.id)?.state).toBe("refused"), SOON);
    expect(outbox.get(bad.id)?.reason).toMatchObject({ code: "reference" });
    await outbox.again(bad.id, null);
    await vi.waitFor(() => expect(outbox.get(bad.id)?.state).toBe("refused"), SOON);
    end();
  }, 60_000);

  test("a power cut while sales are under way loses none and doubles none", async () => {
    const { outbox, link, end } = await tablet();
    await vi.waitFor(() => expect(link.reached.value.up).toBe(true), SOON);
    const before = count();
    const sales = Array.from({ length: 40 }, () => sale(shirt));
    for (const one of sales.slice(0, 20)) await outbox.submit(one);
    await on.killBox();
    for (const one of sales.slice(20)) await outbox.submit(one);
    await on.startBox();
    link.nudge();
    const states = () => sales.map((one) => outbox.get(one.id)?.state);
    await vi.waitFor(() => expect(states()).toEqual(sales.map(() => "at_office")), SOON);
    expect(count() - before).toBe(40);
    end();
  }, 60_000);

  test("totals on the screen are those that the box books, to the cent", async () => {
    const { outbox, end } = await tablet();
    let seed = 20261102;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    const expected = new Map<string, string>();
    const rounding = { precision: 2, smallest: Decimal.ZERO };
    for (let i = 0; i < 60; i++) {
      const items = Array.from({ length: 1 + random(6) }, () => ({
        item_code: "CLOTH-BATIK",
        qty: `${1 + random(40)}.${random(1000).toString().padStart(3, "0")}`,
        rate: `${1000 + random(90000)}.${random(100).toString().padStart(2, "0")}`,
        uom: "Meter",
      }));
      const tax = {
        charge_type: "On Net Total",
        account_head: "PPN - TW",
        rate: "11",
        included_in_print_rate: random(2),
        description: "PPN",
      };
      const percent = random(3) === 0 ? `${1 + random(19)}` : null;
      const fields = { items, taxes: [tax], ...(percent && { additional_discount_percentage: percent }) };
      const one = sale(fields);
      const discount = percent ? { percent: Decimal.from(percent), onNet: false } : null;
      const lines = items.map(({ qty, rate }) => ({ qty: Decimal.from(qty), rate: Decimal.from(rate) }));
      expected.set(one.id, `${totals({ lines, taxes: [tax], itemRates: [], discount, rounding }).payable}`);
      await outbox.submit(one);
    }
    await vi.waitFor(() => expect(outbox.toSend().map((entry) => entry.madeMs)).toEqual([]), SOON);
    for (const [id, total] of expected) expect(outbox.get(id)).toMatchObject({ total });
    end();
  }, 60_000);

  test("the card dies before anything of it was sent, and every document of the tablet is in the books once", async () => {
    const first = await tablet();
    const { outbox } = first;
    const known = sale(shirt);
    await outbox.submit(known);
    await vi.waitFor(() => expect(outbox.get(known.id)?.state).toBe("at_office"), SOON);
    const before = count();
    await on.pauseOffice(async () => {
      const lost = [sale(shirt), sale(shirt)];
      for (const one of lost) await outbox.submit(one);
      await vi.waitFor(() => expect(lost.map((one) => outbox.get(one.id)?.state)).toEqual(["saved", "saved"]), SOON);
      await on.killBox();
    });
    first.link.end();
    await on.replaceBox();
    const again = new Link(on.websocket, { device: "till-1", password: "workshop-till-password" }, outbox);
    const stop = keepAsking(outbox, again.reached, ask, 1_000);
    again.start();
    const states = () => outbox.entries.value.map((entry) => entry.state);
    await vi.waitFor(() => expect(states()).toEqual(["at_office", "at_office", "at_office"]), SOON);
    expect(count() - before).toBe(2);
    stop();
    again.end();
    outbox.close();
  }, 60_000);
});

const count = () => on.inBooks("sales-invoice").size;
