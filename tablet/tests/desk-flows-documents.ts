// Documents and goods: looked for, looked at, taken out as files, entered.

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { DAY } from "./desk-data";
import { type Flow, to } from "./desk-flows";

export const FLOWS: Flow[] = [
  {
    name: "a document is found by its number, and its whole way is shown",
    async run({ page }) {
      await to(page, "documents");
      const asked = page.waitForRequest(/api\/documents\?number=BDG-SI-A000413&/);
      await page.getByLabel("Number").fill("bdg-si-a000413");
      await asked;
      await page.getByRole("link", { name: "BDG-SI-A000413" }).click();
      await page.getByRole("heading", { level: 1, name: /Sale BDG-SI-A000413/ }).waitFor();
      await page.getByText("Arrived at the office by line").waitFor();
      await page.getByText("In the books as ACC-SINV-2026-00001").waitFor();
      await page.getByText("the clock was not sure").waitFor();
      await page.getByText("wati, approved by joko").waitFor();
      await page.getByText("the wrong customer").waitFor();
      await page.getByText("Given up: it never goes into the books").waitFor();
      await page.getByRole("link", { name: "The document that corrects this one" }).waitFor();
    },
  },
  {
    name: "documents are narrowed by customer, site, kind and day",
    async run({ page }) {
      await to(page, "documents");
      // Half a name finds nobody, and that is said.
      await page.getByText(/the whole name of a customer or supplier/).waitFor();
      const byParty = page.waitForRequest(/api\/documents\?party=Pak\+Dadang&/);
      await page.getByLabel("Customer or supplier").fill("Pak Dadang");
      await byParty;
      await page.getByLabel("Customer or supplier").fill("");
      const asked = page.waitForRequest((request) => /site=garut&kind=stock-entry&day=2/.test(request.url()));
      await page.getByLabel("Site", { exact: true }).selectOption("garut");
      await page.getByLabel("Kind").selectOption("stock-entry");
      await page.getByLabel("Day").fill(DAY(1));
      await asked;
    },
  },
  {
    name: "numbers that are there twice are listed",
    async run({ page, look }) {
      await to(page, "documents");
      await page.getByRole("button", { name: "Shared numbers" }).click();
      await page.getByText("Pak Ujang").waitFor();
      expect(await page.locator(".cards tbody tr").count()).toBe(2);
      await look("documents-shared");
    },
  },
  {
    name: "stock is narrowed by site and words",
    async run({ page }) {
      await to(page, "stock");
      await page.getByRole("heading", { name: "Stock" }).waitFor();
      await page.getByLabel("Site", { exact: true }).selectOption("bogor");
      await page.getByLabel("Narrow the list").fill("shirt");
      const rows = page.locator(".cards tbody tr");
      await expect.poll(() => rows.allTextContents()).toEqual([expect.stringMatching(/^SHIRT-001.*bogor/)]);
      await page.getByLabel("Narrow the list").fill("");
      await expect.poll(() => rows.count()).toBe(4);
      const asked = page.waitForRequest(/api\/stock\?site=bogor&item=SHIRT-001&/);
      await page.getByLabel("Item").fill("SHIRT-001");
      await asked;
      await expect.poll(() => rows.count()).toBe(1);
      await page.getByLabel("Item").fill("");
      await expect.poll(() => rows.count()).toBe(4);
      await page.getByLabel("Only below zero").check();
      await expect.poll(() => rows.allTextContents()).toEqual([expect.stringMatching(/^SHIRT-001.*bogor/)]);
    },
  },
  {
    name: "what sites say of codes is shown beside the scans, until a site is chosen that says nothing",
    async run({ page, look }) {
      await to(page, "scans");
      const said = page.getByRole("region", { name: "What sites say of codes" }).locator("tbody tr");
      await expect
        .poll(() => said.allTextContents())
        .toEqual([
          expect.stringMatching(/^8990000000017.*BTN-014, Button.*Dozen.*garut.*wati/),
          expect.stringMatching(/^8990000000024.*HORN \(not in the master data yet\).*own.*garut.*till-1/),
        ]);
      await page.getByText("said to be BTN-014, by wati").waitFor();
      await look("scans-said");
      const asked = page.waitForRequest(/api\/barcodes\?site=bandung&/);
      await page.getByLabel("Site", { exact: true }).selectOption("bandung");
      await asked;
      await expect.poll(() => said.count()).toBe(0);
    },
  },
  {
    name: "documents of some days are saved as a file",
    async run({ page }) {
      await to(page, "export");
      await page.getByLabel("Kind").selectOption("payment-entry");
      await page.getByLabel("Site", { exact: true }).selectOption("garut");
      await page.getByLabel("From").fill("2026-11-01");
      await page.getByLabel("To").fill("2026-11-26");
      const [file, request] = await Promise.all([
        page.waitForEvent("download"),
        page.waitForRequest(/api\/export/),
        page.getByRole("button", { name: "Save file" }).click(),
      ]);
      expect(file.suggestedFilename()).toBe("payment-entry-garut-2026-11-01-2026-11-26.csv");
      expect(readFileSync(await file.path(), "utf8")).toBe("id,name\n1,x\n");
      expect(new URL(request.url()).search).toBe("?kind=payment-entry&from=2026-11-01&to=2026-11-26&site=garut");
    },
  },
];
