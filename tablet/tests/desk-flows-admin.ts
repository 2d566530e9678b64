// Sticks and master data by file, a new site, users, the log, ERPNext.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { type Flow, sent, to } from "./desk-flows";
import { MADE_UP } from "./desk-routes";

const file = (name: string, text: string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

export const FLOWS: Flow[] = [
  {
    name: "a stick's files are sent and taken, and the answers saved",
    async run({ page, on, look }) {
      await to(page, "import");
      const files = [file("bandung-1.op", "a"), file("bandung-2.op", "b"), file("torn.op", "c"), file("empty.op", "")];
      await page.getByLabel("Choose files").setInputFiles(files);
      await page.getByText("3 of 4 sent").waitFor();
      await page.getByText("the file is empty").waitFor();
      await page.getByRole("heading", { name: "Taken in" }).waitFor();
      await page.getByText("its checksum is not that of its bytes").waitFor();
      await page.getByText("New records: 9. Known already: 3.").waitFor();
      await page.getByText("the office has everything up to").waitFor();
      await look("import-done");
      const puts = on.asked.filter(({ method }) => method === "PUT").map(({ path }) => path);
      expect(puts.sort()).toEqual(files.map(({ name }) => `imports/i1/files/${name}`).sort());
      expect(sent(on)).toEqual({ method: "POST", path: "imports/i1/take", body: {} });
      const [zip] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the answers" }).click(),
      ]);
      expect([zip.suggestedFilename(), readFileSync(await zip.path(), "utf8")]).toEqual(["outpost-answers.zip", "PK"]);
      await page.getByRole("button", { name: "Another stick" }).click();
      await page.getByText("Let the stick's files").waitFor();
      expect(sent(on)).toMatchObject({ method: "DELETE", path: "imports/i1" });
    },
  },
  {
    name: "a stick's whole directory is sent",
    async run({ page, on }) {
      const dir = mkdtempSync(join(tmpdir(), "outpost-stick-"));
      const way = join(dir, "OUTPOST", "to-office", "garut");
      mkdirSync(way, { recursive: true });
      writeFileSync(join(way, "1.op"), "x");
      writeFileSync(join(dir, "OUTPOST", "README.txt"), "x");
      writeFileSync(join(dir, ".hidden"), "x");
      on.asked.length = 0;
      await to(page, "sites");
      await to(page, "import");
      await page.getByLabel("Choose a directory").setInputFiles(dir);
      await page.getByRole("heading", { name: "Taken in" }).waitFor();
      expect(on.asked.filter(({ method }) => method === "PUT").map(({ path }) => path)).toEqual([
        `imports/i2/files/${encodeURIComponent(`${basename(dir)}/OUTPOST/to-office/garut/1.op`)}`,
      ]);
    },
  },
  {
    name: "files are let fall on the page",
    async run({ page, on }) {
      await to(page, "sites");
      await to(page, "import");
      const data = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["x"], "dropped.op"));
        return transfer;
      });
      await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
      await page.getByRole("heading", { name: "Taken in" }).waitFor();
      expect(on.asked.some(({ path }) => path === "imports/i3/files/dropped.op")).toBe(true);
    },
  },
  {
    name: "an import is let go where its screen is left",
    async run({ page, on }) {
      await to(page, "sites");
      await expect.poll(() => sent(on)).toMatchObject({ method: "DELETE", path: "imports/i3" });
    },
  },
  {
    name: "a stick that was pulled while it was read is said",
    async run({ page }) {
      await to(page, "import");
      await page.evaluate(() => {
        const entry = {
          isFile: true,
          fullPath: "/1.op",
          file: (_: unknown, failed: (error: unknown) => void) => failed(new DOMException("gone", "NotFoundError")),
        };
        const transfer = { items: [{ webkitGetAsEntry: () => entry }], files: [] };
        const drop = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { dataTransfer: transfer });
        document.querySelector(".drop")?.dispatchEvent(drop);
      });
      await page.getByText("These files cannot be read.").waitFor();
    },
  },
  {
    name: "an import that the office has no more is ended, and said to be",
    async run({ page, on, look }) {
      await to(page, "sites");
      await to(page, "import");
      const asked = /api\/imports\/i\d+$/;
      const gone = { error: { input: null, rule: "there is no such import", remedy: "begin another" } };
      await page.route(asked, (route) =>
        route.request().method() === "GET" ? route.fulfill({ status: 404, json: gone }) : route.continue(),
      );
      await page.getByLabel("Choose files").setInputFiles([file("1.op", "x")]);
      await page.getByText("The office has nothing of this import any more").waitFor();
      await look("import-gone");
      await page.getByText("Let the stick's files").waitFor();
      let more = 0;
      page.on("request", (request) => {
        if (asked.test(request.url()) && request.method() === "GET") more += 1;
      });
      // Where no event comes, it was asked every two seconds.
      await page.waitForTimeout(2_500);
      expect(more).toBe(0);
      await page.unroute(asked);
      expect(sent(on)).toMatchObject({ method: "DELETE", path: "imports/i4" });
    },
  },
  {
    name: "an import that could not be taken is not waited for",
    async run({ page, on }) {
      await to(page, "sites");
      await to(page, "import");
      const full = { error: { input: null, rule: "the disk is full", remedy: "make room" } };
      await page.route(/take$/, (route) => route.fulfill({ status: 503, json: full }), { times: 1 });
      await page.getByLabel("Choose files").setInputFiles([file("1.op", "x")]);
      await page.getByText("the disk is full").waitFor();
      on.say("import", { import: "i5" });
      await page.getByRole("heading", { name: "Waiting to be taken in" }).waitFor();
      await page.getByRole("button", { name: "Another stick" }).click();
      await page.getByText("Let the stick's files").waitFor();
    },
  },
  {
    name: "master data is looked at, and taken once it is right",
    async run({ page, on, look }) {
      await to(page, "master");
      await page.getByLabel("Choose files").setInputFiles([file("item.csv", "item_code\nA\n")]);
      await page.getByText("Errors: 4").first().waitFor();
      await page.getByText("no unit Nosx").waitFor();
      await look("master-errors");
      expect(sent(on)).toEqual({
        method: "POST",
        path: "master",
        body: { import: "i6", check: true, replace_tables: [] },
      });
      expect(await page.getByRole("button", { name: "Take them" }).count()).toBe(0);
      await page.getByRole("button", { name: "Other files" }).click();
      await page.getByLabel("Choose files").setInputFiles([file("uom.csv", "uom_name\nNos\n")]);
      await page.getByLabel("uom").check();
      await page.getByRole("button", { name: "Take them" }).click();
      await page.getByText("It is taken.").waitFor();
      expect(sent(on).body).toEqual({ import: "i7", check: false, replace_tables: ["uom"] });
    },
  },
  {
    name: "a site is enrolled, and what its box gets is shown once",
    async run({ page, on, look }) {
      await to(page, "enrol");
      await page.getByLabel("Site's name").fill("sumedang");
      await page.getByLabel("Addresses of the office").fill("mqtts://a.example:8883\n\nmqtts://b.example:8883");
      await page.getByRole("button", { name: "Enrol" }).click();
      await page.getByText("4T21-77R3-119X").waitFor();
      const shown = page.getByRole("img", { name: "QR code" });
      await shown.waitFor();
      expect(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
      await look("enrol-made");
      expect(sent(on)).toEqual({
        method: "POST",
        path: "sites",
        body: {
          site: "sumedang",
          replace: false,
          moves: false,
          urls: ["mqtts://a.example:8883", "mqtts://b.example:8883"],
        },
      });
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the file" }).click(),
      ]);
      expect([saved.suggestedFilename(), readFileSync(await saved.path(), "utf8")]).toEqual([
        "sumedang.enrol",
        "sealed",
      ]);
      await page.getByRole("button", { name: "I have both" }).click();
      expect(await page.getByText("4T21-77R3-119X").count()).toBe(0);
    },
  },
  {
    name: "a user is added, changed, disabled and deleted",
    async run({ page, on, look }) {
      await to(page, "users");
      await page.getByRole("button", { name: "Add a user" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Name to log in with").fill("dedi");
      await dialog.getByLabel("Full name").fill("Dedi Kurnia");
      await dialog.getByLabel(/^Work:/).check();
      await look("users-add");
      await dialog.getByRole("button", { name: "Add a user" }).click();
      await page.getByText(MADE_UP).waitFor();
      await look("users-password");
      const body = { name: "dedi", full_name: "Dedi Kurnia", role: "work" };
      expect(sent(on)).toEqual({ method: "POST", path: "users", body });

      const row = page.locator("tr", { hasText: "Dedi Kurnia" });
      await row.getByRole("button", { name: "Change" }).click();
      await dialog.getByLabel(/^Look:/).check();
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByText("dedi is changed.").waitFor();
      expect(sent(on)).toEqual({ method: "PATCH", path: "users/dedi", body: { role: "look" } });
      expect(await page.getByText(MADE_UP).count()).toBe(0);
      await row.getByRole("button", { name: "Change" }).click();
      await dialog.getByLabel(/^Give another password/).check();
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByText(MADE_UP).waitFor();
      expect(sent(on).body).toEqual({ new_password: true });
      await row.getByRole("button", { name: "Disable" }).click();
      await page.getByText("dedi may not log in any more.").waitFor();
      expect(sent(on).body).toEqual({ disabled: true });
      await row.getByRole("button", { name: "Delete" }).click();
      await dialog.getByRole("button", { name: "Delete" }).click();
      await page.getByText("dedi is deleted.").waitFor();
      expect(sent(on)).toMatchObject({ method: "DELETE", path: "users/dedi" });
    },
  },
  {
    name: "nobody takes the last administrator's role away",
    async run({ page, look }) {
      await to(page, "users");
      await page.locator("tr", { hasText: "Sari Dewi" }).getByRole("button", { name: "Change" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(/^Look:/).check();
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.getByText("it is the last administrator").waitFor();
      await look("users-last-admin");
      await dialog.getByRole("button", { name: "Cancel" }).click();
    },
  },
  {
    name: "the log is narrowed by user, and has pages",
    async run({ page }) {
      await to(page, "audit");
      await page.getByText("100 so far").waitFor();
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("button", { name: "More" }).waitFor({ state: "detached" });
      expect(await page.locator(".cards tbody tr").count()).toBe(140);
      const asked = page.waitForRequest(/api\/audit\?user=joko/);
      await page.getByLabel("User").fill("joko");
      await asked;
    },
  },
  {
    name: "ERPNext is checked",
    async run({ page, on, look }) {
      await to(page, "erpnext");
      await page.getByRole("button", { name: "Check now" }).click();
      await page.getByRole("alert").filter({ hasText: "before documents are posted: 1" }).waitFor();
      await page.getByText(/^sites.bandung.warehouses.Shop: /).waitFor();
      await page.getByRole("heading", { name: "To be looked at: 1" }).waitFor();
      expect(await page.getByText("ERPNext 15.71.1").isVisible()).toBe(false);
      await page.getByText("In order: 2").click();
      await page.getByText("ERPNext 15.71.1").waitFor();
      await look("erpnext-said");
      expect(sent(on)).toEqual({ method: "POST", path: "erpnext/check", body: {} });
    },
  },
];
