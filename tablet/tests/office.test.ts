// The office's desk in the real browser, with a real office and a real box behind it: what people see there is what these two have.

import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Entry } from "../src/outbox/entry";
import { type AtDesk, atDesk, PASSWORD } from "./at-desk";
import { hasBrowser, type Page } from "./browser";
import { login, to } from "./desk-flows";
import { decided, eachKind, left } from "./office-transactions";
import { program, type Stage, stage } from "./stage";
import { SOON, type Till, till } from "./till";

describe.skipIf(!program || !hasBrowser)("at the desk of a real office", () => {
  let on: Stage;
  let desk: AtDesk;
  let page: Page;
  let tablet: Till;
  const look = (what: string) => desk.look(what);
  const sell = (state: Entry["state"]) => tablet.sell(state);

  beforeAll(async () => {
    on = await stage({ people: false });
    desk = await atDesk(on, "real");
    ({ page } = desk);
    tablet = await till(on.websocket);
  }, 90_000);
  afterAll(async () => {
    tablet?.end();
    await desk?.close();
    await on?.end();
  });

  /** A stick is put into the box, filled, and pulled: where it is then. */
  async function stick(): Promise<string> {
    const [port, pocket] = [join(on.dir, "sticks", "KINGSTON"), join(on.dir, "KINGSTON")];
    mkdirSync(port);
    const states = () =>
      (JSON.parse(on.box("status", "--json")) as { sticks: { state: string }[] }).sticks.map(({ state }) => state);
    await vi.waitFor(() => expect(states()).toEqual(["may_pull"]), SOON);
    renameSync(port, pocket);
    return pocket;
  }

  const fact = (name: string) => desk.fact(name);

  test("a wrong password says so, the right one leads to the sites", async () => {
    await page.goto(desk.url);
    await login(page, "sari", "not this one");
    await page.getByRole("alert").waitFor();
    await look("login-wrong");
    await login(page, "sari", PASSWORD);
    await page.getByRole("heading", { level: 1, name: "Sites" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
  }, 60_000);

  test("the box that came is there with how it is", async () => {
    await page.getByText(/time from: /).waitFor();
    await look("sites");
    await page.getByRole("link", { name: on.site }).click();
    await page.getByRole("heading", { level: 1, name: on.site }).waitFor();
    await vi.waitFor(async () => expect(await fact("Version").textContent()).toMatch(/^\d+\.\d+/), SOON);
    expect(await fact("Free on the disk").textContent()).toMatch(/[MG]B$/);
    await page.getByRole("cell", { name: "counts", exact: true }).waitFor();
    await page.getByText(/documents from /).waitFor();
    await look("site");
  }, 60_000);

  test("a sale at the box appears by itself, and its way says how it came", async () => {
    await to(page, "documents");
    await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
    await page.getByText("Nothing found").waitFor();
    const { number } = await sell("at_office");
    const shown = page.getByRole("link", { name: String(number) });
    await shown.waitFor();
    await look("documents");
    await shown.click();
    await page.getByText("Saved at the box").waitFor();
    await page.getByText("Arrived at the office by line").waitFor();
    await page
      .getByRole("rowheader", { name: "SHIRT-001" })
      .or(page.getByRole("cell", { name: "SHIRT-001" }))
      .first()
      .waitFor();
    await look("document");
  }, 60_000);

  test("what a stick brought is new once, known from then on, and the answers are a zip", async () => {
    let sold: Entry | undefined;
    let brought = "";
    await on.withoutOffice(async () => {
      sold = await sell("saved");
      brought = await stick();
      await on.killBox();
    });
    // Sessions end with the office: the page says so, and leads back to where one was.
    await page.getByText("Your session has ended.").waitFor({ timeout: 60_000 });
    await login(page, "sari", PASSWORD);
    await page.getByText("Arrived at the office by line").waitFor();
    const take = async () => {
      await page.getByLabel("Choose a directory").setInputFiles(brought);
      await page.getByRole("heading", { name: "Taken in", exact: true }).waitFor();
      expect(await page.getByRole("heading", { name: /^Refused/ }).count()).toBe(0);
      const came = (await page.getByText(/^New records: /).textContent()) ?? "";
      return [...came.matchAll(/\d+/g)].map(Number);
    };
    await to(page, "import");
    const [fresh = 0] = await take();
    expect(fresh).toBeGreaterThan(0);
    await look("import");
    const [zip] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the answers" }).click(),
    ]);
    expect(
      readFileSync(await zip.path())
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
    await page.getByRole("button", { name: "Another stick" }).click();
    const [again, known = 0] = await take();
    expect([again, known >= fresh]).toEqual([0, true]);
    await to(page, `document/${sold?.id}`);
    await page.getByText("Arrived at the office by stick").waitFor();
    await on.startBox();
    await vi.waitFor(() => expect(on.mark(sold?.id ?? "")?.mark).toBe("at_office"), SOON);
    expect(on.inBooks("sales-invoice").size).toBe(2);
  }, 150_000);

  test("goods, scans, days, the month and reconciling have what the box has", async () => {
    await to(page, "stock");
    await page.getByLabel("Item", { exact: true }).fill("SHIRT-001");
    await page.getByRole("rowheader", { name: "SHIRT-001" }).first().waitFor();
    await look("stock");
    for (const [place, text] of [
      ["transit", "the office → bandung"],
      ["scans", "Nothing found"],
      ["held", "Nothing is held."],
    ] as const) {
      await to(page, place);
      await page.getByText(text).waitFor();
      await look(place);
    }
    await to(page, "days");
    await page
      .getByRole("button", { name: new RegExp(`^${on.site}, .*: Open`) })
      .first()
      .waitFor();
    await page.getByRole("columnheader", { name: "Days that differ" }).waitFor();
    await look("days");
    // The month before nothing was done: the days say it, and nothing is in the way of the month.
    await page.getByRole("button", { name: "Month before" }).click();
    const idle = page.getByRole("button", { name: new RegExp(`^${on.site}, .*: Nothing done`) });
    await vi.waitFor(async () => expect(await idle.count()).toBeGreaterThan(27), SOON);
    const month = page.getByRole("row", { name: new RegExp(`^${on.site} yes\\s*${await idle.count()} days`) });
    await month.waitFor();
    await idle.first().click();
    await page.getByRole("dialog").getByText("the site has no document of it.").waitFor();
    await look("days-idle");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await to(page, "reconcile");
    await page.getByRole("rowheader", { name: new RegExp(`${on.site}\\s*Sale`) }).waitFor();
    await look("reconcile");
  }, 120_000);

  test("what is entered is recorded by the box if the goods are there, or declined", async () => {
    await decided({ page, on, look });
    await eachKind({ page, on, look });
  }, 240_000);

  test("what is entered for a box that is not there is left for it, or taken back", async () => {
    await left({ page, on, look });
  }, 240_000);

  test("a month is closed despite its open days, and opened again", async () => {
    await to(page, "days");
    await page.getByRole("button", { name: /^Close / }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
    await dialog.getByRole("alert").waitFor();
    await look("month-in-the-way");
    await dialog.getByLabel(/Close it despite/).check();
    await dialog.getByRole("button", { name: "Close despite them" }).click();
    await page.getByText(/^Closed by sari, .* despite/).waitFor();
    await look("month-closed");
    await page.getByRole("button", { name: "Open again" }).click();
    await dialog.getByRole("button", { name: "Open again" }).click();
    await page.getByText(/^Closed by sari/).waitFor({ state: "detached" });
  }, 60_000);

  test("documents are saved as a file", async () => {
    await to(page, "export");
    await page.getByLabel("Kind").selectOption("sales-invoice");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save file" }).click(),
    ]);
    expect(readFileSync(await file.path(), "utf8")).toContain("SHIRT-001");
  }, 60_000);

  test("a site is enrolled: its code, its file and its picture are shown once", async () => {
    await to(page, "enrol");
    await page.getByLabel("Site's name").fill("sumedang");
    await page.getByRole("button", { name: "Enrol" }).click();
    await page.getByRole("heading", { level: 1, name: "sumedang is expected" }).waitFor();
    expect(await page.locator(".secret").textContent()).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const qr = page.getByRole("img", { name: "QR code" });
    expect(await qr.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the file" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("sumedang.enrol");
    expect(readFileSync(await file.path()).length).toBeGreaterThan(100);
    await look("enrol");
    await page.getByRole("button", { name: "I have both" }).click();
    await to(page, "sites");
    await page.getByRole("link", { name: "sumedang" }).waitFor();
  }, 60_000);

  test("master data is looked at, refused with its lines, and taken", async () => {
    const file = (text: string) => ({ name: "uom.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await to(page, "master");
    await page.getByLabel("Choose files").setInputFiles(file("uom_name,nonsense\nBolt,1\n"));
    await page
      .getByText(/^Errors: /)
      .first()
      .waitFor();
    await look("master");
    await page.getByRole("button", { name: "Other files" }).click();
    await page.getByLabel("Choose files").setInputFiles(file("uom_name\nBolt\n"));
    await page.getByRole("button", { name: "Take them" }).click();
    await page.getByText("It is taken.").waitFor();
  }, 60_000);

  test("a user is added, logs in with the password that was shown, and sees nothing of the administrator's", async () => {
    await to(page, "users");
    await page.getByRole("button", { name: "Add a user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name to log in with").fill("joko");
    await dialog.getByLabel(/^Work:/).check();
    await dialog.getByRole("button", { name: "Add a user" }).click();
    const password = (await page.locator(".secret").textContent()) ?? "";
    expect(password.length).toBeGreaterThan(9);
    await look("users");
    await to(page, "audit");
    await page.getByText("POST /api/users").first().waitFor();
    await look("audit");
    await to(page, "account");
    await page.getByRole("button", { name: "Log out" }).click();
    await login(page, "joko", password);
    await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
    const nav = await page.locator("#nav a").allTextContents();
    expect(nav).toContain("Import a stick");
    for (const hidden of ["Users", "Log", "Enrol a site", "Load master data"]) expect(nav).not.toContain(hidden);
    await to(page, "users");
    await page.getByText("Your role may not do this").waitFor();
    await to(page, "account");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    expect(desk.wrong).toEqual([]);
  }, 60_000);
});
