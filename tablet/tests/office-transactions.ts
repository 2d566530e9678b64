// Documents that are entered at the desk of a real office, and decided by a real box.

import { expect } from "vitest";
import type { Page } from "./browser";
import { to } from "./desk-flows";
import type { Stage } from "./stage";

export interface AtDesk {
  page: Page;
  on: Stage;
  look: (what: string) => Promise<void>;
}

/** Until the box has answered, or the office has seen that it is not there. */
const DECIDED = { timeout: 45_000 };

const newest = (page: Page) => page.locator(".cards tbody tr").first();
const isRecorded = (page: Page) => newest(page).getByText("Recorded as").waitFor(DECIDED);

async function fill(page: Page, site: string, item: string, qty: string): Promise<void> {
  await to(page, "enter");
  await page.getByRole("heading", { level: 1, name: "Enter a document" }).waitFor();
  await page.getByLabel("Goods out").check();
  await page.getByLabel("Site", { exact: true }).selectOption(site);
  await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
  await page.getByLabel("Item").fill(item);
  await page.getByLabel("Quantity").fill(qty);
}

const ask = (page: Page) => page.getByRole("button", { name: "Ask the box" }).click();

async function buttons(page: Page): Promise<string> {
  await to(page, "stock");
  await page.getByLabel("Item", { exact: true }).fill("BUTTON");
  const row = page.getByRole("row").filter({ hasText: "BUTTON" }).filter({ hasText: "Bandung - TW" });
  await expect.poll(() => page.locator(".cards tbody tr").filter({ hasNotText: "BUTTON" }).count()).toBe(0);
  return (await row.getByRole("cell").nth(2).textContent()) ?? "";
}

/** What is there is recorded by the box, and what is not there declined; both are seen without asking again. */
export async function decided({ page, on, look }: AtDesk): Promise<void> {
  const before = await buttons(page);
  await fill(page, on.site, "BUTTON", "0");
  await page.getByText(/^There, as far as the office has heard: /).waitFor();
  await ask(page);
  await page.getByRole("alert").getByText("0 is not above zero").waitFor();
  await page.getByLabel("Quantity").fill("30");
  await page.getByLabel("Out of the warehouse").fill("Central - TW");
  await ask(page);
  await page.getByRole("alert").getByText("Central - TW").waitFor();
  expect(await page.getByLabel("Out of the warehouse").getAttribute("aria-invalid")).toBe("true");
  await look("enter-refused");
  await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
  await ask(page);
  // A box with nothing else to say may have answered before the page is drawn.
  await newest(page)
    .getByText(new RegExp(`${on.site} has not answered yet|Recorded as`))
    .waitFor();
  await look("transactions-asked");
  await isRecorded(page);
  await look("transactions-recorded");
  await newest(page).getByRole("link").click();
  await page.getByText("Saved at the box").waitFor();
  await page.getByText("office", { exact: true }).waitFor();
  const less = await buttons(page);
  expect(Number(before.replace(/\D/g, "")) - Number(less.replace(/\D/g, ""))).toBe(30);

  await fill(page, on.site, "SHIRT-001", "400");
  await ask(page);
  await newest(page).getByText("Declined").waitFor(DECIDED);
  await newest(page)
    .getByText(/too few/)
    .waitFor();
  await look("transactions-declined");
}

/** What goes to another site, what comes in and what goes to a customer is recorded as well. */
export async function eachKind({ page, on }: AtDesk): Promise<void> {
  await fill(page, on.site, "BUTTON", "3");
  await page.getByLabel("To another site").check();
  await page.getByLabel("Transit warehouse").fill("In Transit - TW");
  await ask(page);
  await newest(page).getByText("Bandung - TW → In Transit - TW").waitFor();
  await isRecorded(page);
  await fill(page, on.site, "BUTTON", "3");
  await page.getByLabel("Goods in").check();
  await page.getByLabel("Worth of one").fill("250");
  await ask(page);
  await newest(page).getByText("BUTTON: 3 × 250").waitFor();
  await isRecorded(page);
  await fill(page, on.site, "SHIRT-001", "1");
  await page.getByLabel("To a customer").check();
  await page.getByLabel("Customer", { exact: true }).fill("Bu Sari");
  await page.getByLabel("Price of one").fill("150000");
  await ask(page);
  await newest(page).getByText("Bandung - TW → Bu Sari").waitFor();
  await isRecorded(page);
}

/** A box that is not there: one request is left for it, another left and taken back. */
export async function left({ page, on, look }: AtDesk): Promise<void> {
  await on.killBox();
  await fill(page, on.site, "BUTTON", "11");
  const leave = page.getByRole("button", { name: "Leave it for the box" });
  // Until the office sees that it is away, a request is taken for a box that is there.
  await expect
    .poll(
      async () => {
        await ask(page);
        await leave.or(newest(page)).first().waitFor();
        if (await leave.isVisible()) return true;
        await fill(page, on.site, "BUTTON", "11");
        return false;
      },
      { timeout: 60_000, interval: 3_000 },
    )
    .toBe(true);
  await look("enter-away");
  await leave.click();
  await newest(page).getByText("BUTTON: 11").waitFor();
  await newest(page).getByText(`${on.site} has not answered yet`).waitFor();
  await fill(page, on.site, "BUTTON", "12");
  await ask(page);
  await leave.click();
  await newest(page).getByText("BUTTON: 12").waitFor();
  await newest(page).getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await newest(page).getByText("sari took it back").waitFor();
  await newest(page).getByText("Undecided").waitFor();
  await look("transactions-taken-back");
  await on.startBox();
  await newest(page).getByText("Declined").waitFor(DECIDED);
  await newest(page).getByText("sari took it back at the office").waitFor();
  await page.locator(".cards tbody tr").nth(1).getByText("Recorded as").waitFor(DECIDED);
  await look("transactions-answered");
}
