// Documents and goods: looked for, looked at, taken out as files, entered.

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { DAY } from "./desk-data";
import { type Flow, sent, to } from "./desk-flows";

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
    },
  },
  {
    name: "documents are narrowed by customer, site, kind and day",
    async run({ page }) {
      await to(page, "documents");
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
      await page.getByLabel("Item or warehouse").fill("shirt");
      await page.getByText("Bogor - TW").first().waitFor();
      expect(await page.locator(".cards tbody tr").count()).toBe(1);
      await page.getByLabel("Only below zero").check();
      expect(await page.locator(".cards tbody tr").count()).toBe(1);
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
  {
    name: "a document is entered for a site; what is against a rule is said with its remedy",
    async run({ page, on, look }) {
      await to(page, "transaction");
      await page.getByLabel("Site", { exact: true }).selectOption("bandung");
      await page.getByLabel("Out of warehouse").fill("Main - TW");
      await page.getByLabel("Into warehouse").fill("Bandung - TW");
      await page.getByLabel("Item").fill("BTN-014");
      await page.getByLabel("Quantity").fill("5,000");
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByText("the warehouse has 905 of BTN-014").waitFor();
      await page.getByText("take at most 905").waitFor();
      await look("transaction-refused");
      const { id } = (sent(on).body as { document: { id: string } }).document;
      await page.getByLabel("Quantity").fill("500");
      await page.getByRole("button", { name: "Another line" }).click();
      await page.getByLabel("Item").nth(1).fill("THREAD-RED");
      await page.getByLabel("Quantity").nth(1).fill("2.5");
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByText("Goods moved is entered for bandung.").waitFor();
      const { site, kind, document } = sent(on).body as { site: string; kind: string; document: object };
      expect([site, kind]).toEqual(["bandung", "stock-entry"]);
      expect(document).toMatchObject({
        id,
        stock_entry_type: "Material Transfer",
        from_warehouse: "Main - TW",
        to_warehouse: "Bandung - TW",
        items: [
          { item_code: "BTN-014", qty: "500" },
          { item_code: "THREAD-RED", qty: "2.5" },
        ],
      });
    },
  },
  {
    name: "a sale is entered with its prices",
    async run({ page, on, look }) {
      await to(page, "transaction");
      await page.getByLabel("Site", { exact: true }).selectOption("garut");
      await page.getByLabel("Kind").selectOption("sales-invoice");
      await page.getByLabel("Customer").fill("Bu Sari");
      await page.getByLabel("Out of warehouse").fill("Garut - TW");
      await page.getByLabel("Item").fill("SHIRT");
      await page.getByLabel("Quantity").fill("2");
      await page.getByLabel("Rate").fill("250,000.50");
      await page.getByText("Lines: 500,001, before taxes").waitFor();
      await look("transaction-sale");
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByText("Sale is entered for garut.").waitFor();
      expect((sent(on).body as { document: object }).document).toMatchObject({
        customer: "Bu Sari",
        set_warehouse: "Garut - TW",
        update_stock: 1,
        items: [{ item_code: "SHIRT", qty: "2", rate: "250000.5" }],
      });
    },
  },
];
