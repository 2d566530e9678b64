// Days, months and what differs.

import { expect } from "vitest";
import { DAY } from "./desk-data";
import { type Flow, sent, to } from "./desk-flows";

const MONTH = DAY(0).slice(0, 7);

export const FLOWS: Flow[] = [
  {
    name: "a day's kinds are shown, and where it differs why",
    async run({ page, look }) {
      await to(page, "days");
      await page.getByLabel("Month", { exact: true }).fill("2026-10");
      await page
        .getByRole("button", { name: /garut, .* Oct 2026: Differs/ })
        .first()
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Sale: what is here is not what the close says").waitFor();
      await dialog.getByText("1,825,000").waitFor();
      await dialog.getByText("600,000.50").waitFor();
      await look("days-day");
      await dialog.getByRole("button", { name: "Close" }).click();
      const before = page.waitForRequest(/api\/days\?from=2026-09-01&to=2026-09-30/);
      await page.getByRole("button", { name: "Month before" }).click();
      await before;
    },
  },
  {
    name: "a month is closed despite the days in the way",
    async run({ page, on, look }) {
      await to(page, "sites");
      await to(page, "days");
      await page.getByRole("button", { name: /^Close / }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Close", exact: true }).click();
      await dialog.getByText(`in the way: garut ${MONTH}-06`).waitFor();
      await look("month-in-the-way");
      await dialog.getByLabel(/Close it despite/).check();
      await dialog.getByText(/Kinds of documents/).click();
      await dialog.getByLabel("Hours").uncheck();
      await dialog.getByRole("button", { name: "Close despite them" }).click();
      await page.getByText("Closed by sari", { exact: false }).waitFor();
      const { path, body } = sent(on);
      expect(path).toBe(`months/${MONTH}/close`);
      const { documents, despite } = body as { documents: string[]; despite: boolean };
      expect(despite).toBe(true);
      expect(documents).toContain("sales-invoice");
      expect(documents).not.toContain("timesheet");
      await page.getByText("Still open for: Hours").waitFor();
      await look("month-closed");
      await page.getByRole("button", { name: "Open again" }).click();
      await dialog.getByRole("button", { name: "Open again" }).click();
      await page.getByText("Closed by sari").waitFor({ state: "detached" });
      expect(sent(on)).toEqual({ method: "POST", path: `months/${MONTH}/open`, body: {} });
    },
  },
  {
    name: "what differs is said in words",
    async run({ page }) {
      await to(page, "reconcile");
      await page.getByText("it is not in the books").waitFor();
      const beside = page.locator("section", { hasText: "To know beside: 1" });
      await beside.getByText("SCR-2026-00003 was made in ERPNext and is no workshop's").waitFor();
      await page.getByLabel("Only what differs").check();
      await page.getByText("cirebon is not posted").waitFor();
      expect(await page.locator(".cards").first().locator("tbody tr").count()).toBe(1);
      const asked = page.waitForRequest(/api\/reconcile\?month=2026-10&site=garut/);
      await page.getByLabel("Month", { exact: true }).fill("2026-10");
      await page.getByLabel("Site").selectOption("garut");
      await asked;
    },
  },
];
