// Whose box it is, in the real browser with a real office and real boxes: a new key is compared, a lost one ended, what turns up under it is
// judged, and a card that was copied shows.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Entry } from "../src/outbox/entry";
import { Another } from "./another";
import { type AtDesk, atDesk } from "./at-desk";
import { hasBrowser, type Page } from "./browser";
import { to } from "./desk-flows";
import { program, type Stage, stage } from "./stage";
import { SOON, type Till, till } from "./till";

const NEW = "garut";

describe.skipIf(!program || !hasBrowser)("boxes and their keys at the desk", () => {
  let on: Stage;
  let desk: AtDesk;
  let page: Page;
  let garut: Another;
  const tills: Till[] = [];
  const boxes: Another[] = [];

  beforeAll(async () => {
    on = await stage({ people: false });
    desk = await atDesk(on, "keys");
    ({ page } = desk);
    await desk.login();
  }, 90_000);
  afterAll(async () => {
    for (const one of tills) one.end();
    for (const one of boxes) await one.kill();
    await desk?.close();
    await on?.end();
  });

  async function tillAt(websocket: string): Promise<Till> {
    const one = await till(websocket);
    tills.push(one);
    return one;
  }

  const key = (state: string) =>
    page.getByRole("row").filter({ has: page.getByRole("cell", { name: state, exact: true }) });

  test("a box comes with what the desk made, shows its key, and counts once somebody has compared it", async () => {
    await to(page, "enrol");
    await page.getByLabel("Site's name").fill(NEW);
    await page.getByRole("button", { name: "Enrol" }).click();
    const code = (await page.locator(".secret").textContent()) ?? "";
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the file" }).click(),
    ]);
    const file = join(on.dir, download.suggestedFilename());
    await download.saveAs(file);
    await page.getByRole("button", { name: "I have both" }).click();
    await to(page, `site/${NEW}`);
    await page.getByText("There is no key yet: its box has not come.").waitFor();
    garut = Another.enrolled(on, NEW, file, code);
    boxes.push(garut);
    await garut.start();
    const { fingerprint } = garut.status<{ fingerprint: string }>();
    await page.getByLabel("What the box shows").waitFor();
    const shown = (await page.locator(".code.large").textContent()) ?? "";
    expect(shown.replace(/\s/g, "")).toBe(fingerprint.replace(/\s/g, ""));
    await key("to be compared").waitFor();
    await desk.look("compare");
    await page.getByLabel("What the box shows").fill("0".repeat(32));
    await page.getByRole("button", { name: "It is the same" }).click();
    await page.getByRole("alert").waitFor();
    await desk.look("compare-other");
    await page.getByLabel("What the box shows").fill(fingerprint);
    await page.getByRole("button", { name: "It is the same" }).click();
    await key("counts").waitFor();
    await desk.look("confirmed");
    const told = () => garut.status<{ waiting: number }>().waiting;
    await vi.waitFor(() => expect(told()).toBe(0), SOON);
  }, 90_000);

  test("a lost box's key is ended: what turns up under it on a stick waits until it is taken in", async () => {
    const tablet = await tillAt(garut.websocket);
    await tablet.sell("at_office");
    await page.getByRole("button", { name: "Revoke" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/garut/).fill(NEW);
    await desk.look("revoke");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await key("counts no more").waitFor();
    await desk.look("revoked");
    const late = await tablet.sell("saved");
    const stick = await garut.stick(on);
    await garut.kill();
    await to(page, "import");
    await page.getByLabel("Choose a directory").setInputFiles(stick);
    await page.getByRole("heading", { name: "Taken in", exact: true }).waitFor();
    await desk.look("set-aside");
    expect(on.inBooks("sales-invoice").has(late.id)).toBe(false);
    await to(page, `site/${NEW}`);
    await page.getByRole("heading", { name: "Quarantine" }).waitFor();
    await page.getByRole("button", { name: "Take in" }).last().waitFor();
    await desk.look("quarantine");
    await page.getByRole("button", { name: "Take in" }).last().click();
    await dialog.getByText(/each record counts once/).waitFor();
    await desk.look("release");
    await dialog.getByRole("button", { name: "Take in" }).click();
    await page.getByText(/^Taken in: \d+\. New records in it: [1-9]/).waitFor();
    await desk.look("released");
    expect(on.inBooks("sales-invoice").has(late.id)).toBe(true);
    await to(page, `document/${late.id}`);
    await page.getByRole("heading", { level: 1, name: String(late.number) }).waitFor();
  }, 120_000);

  test("two boxes from one card give a number twice: both sales are here, and the desk says so", async () => {
    await to(page, "sites");
    const before = await till(on.websocket);
    await before.sell("at_office");
    before.end();
    await on.killBox();
    const copy = Another.copied(on, "copied");
    boxes.push(copy);
    const tills: Till[] = [];
    const sold: Entry[] = [];
    // Neither has heard anything of the other, and the office of neither: whom it hears twice it gives another letter. Nor has either
    // the time from it, so that the day is said: the workshop's, which their card's last record proves.
    const posting_date = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    await on.pauseOffice(async () => {
      await on.startBox();
      await copy.start();
      for (const websocket of [on.websocket, copy.websocket]) {
        const tablet = await tillAt(websocket);
        tills.push(tablet);
        sold.push(await tablet.sell("saved", { posting_date }));
      }
    });
    const [one, two] = sold;
    expect(one?.number).toBe(two?.number);
    // The line is one box's at a time, whichever comes first.
    const states = () => tills.map((till, at) => till.outbox.get(sold[at]?.id ?? "")?.state);
    await vi.waitFor(() => expect(states()).toContain("at_office"), SOON);
    await (states()[0] === "at_office" ? on.killBox() : copy.kill());
    await vi.waitFor(() => expect(states()).toEqual(["at_office", "at_office"]), SOON);
    // Seen from afar, by itself.
    await page.getByText(/^Notices: /).waitFor();
    await desk.look("noticed");
    await to(page, "documents");
    await page.getByRole("button", { name: "Shared numbers" }).click();
    const number = String(one?.number);
    await page.getByRole("link", { name: number }).nth(1).waitFor();
    await expect.poll(() => page.getByRole("link", { name: number }).count()).toBe(2);
    await desk.look("shared-numbers");
    await to(page, `site/${on.site}`);
    await page.getByText(/^Notices: /).waitFor();
    await page
      .getByText(/copied/)
      .first()
      .waitFor();
    await desk.look("copied");
  }, 120_000);
});
