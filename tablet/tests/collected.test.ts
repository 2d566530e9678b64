// What was ordered is collected, in the real browser with a real box and office, into a stand-in for ERPNext: what the deposit and the payment
// come to in the books, and what comes back of it.

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Browser, hasBrowser, launch, open, type Page, pair, SIZES } from "./browser";
import { Erpnext, erpnextProgram, furnish, postInto } from "./erpnext";
import { type Fixture, fixture } from "./fixture";
import { addItem, fill, pick, tap, tile } from "./flows";
import { program, type Stage, stage } from "./stage";
import { LOGIN, SOON } from "./till";

const idOf = (page: Page) => /document\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";

describe.skipIf(!program || !erpnextProgram || !hasBrowser)("an order that is collected", () => {
  let erp: Erpnext;
  let on: Stage;
  let browser: Browser;
  let box: Fixture;
  let page: Page;

  beforeAll(async () => {
    [erp, on] = await Promise.all([Erpnext.start(), stage({ people: false })]);
    await furnish(erp);
    const company = "Tailor Works";
    await erp.make("Warehouse", { warehouse_name: "Bandung", company, parent_warehouse: "All Warehouses - TW" });
    await erp.make("Stock Entry", {
      docstatus: 1,
      stock_entry_type: "Material Receipt",
      to_warehouse: "Bandung - TW",
      items: [{ item_code: "SHIRT-001", qty: 5, basic_rate: 50000 }],
    });
    postInto(on, erp);
    box = await fixture(on, LOGIN.password);
    browser = await launch();
    ({ page } = await open(browser, SIZES.tablet));
    page.setDefaultTimeout(60_000);
    await pair(page, box.url, box.code);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await box?.close();
    await on?.end();
    erp?.end();
  });

  /** Submits what the screen says, and waits until ERPNext has it; its id and its name there. */
  async function posted(button: string | RegExp): Promise<{ id: string; name: string }> {
    const before = idOf(page);
    await tap(page, button);
    await vi.waitFor(() => expect(idOf(page)).not.toBe(before), SOON);
    await page.locator(".frame > .body > .marks").waitFor();
    const id = idOf(page);
    return { id, name: await nameOf(id) };
  }

  async function nameOf(id: string): Promise<string> {
    await vi.waitFor(() => expect(on.mark(id)?.mark).toBe("posted"), SOON);
    return on.mark(id)?.name ?? "";
  }

  async function order(customer: string, more: () => Promise<void>): Promise<void> {
    await tile(page, "New order");
    await pick(page, "Customer", customer);
    await page.getByRole("button", { name: /^Item$/ }).click();
    await page.getByRole("dialog").getByRole("searchbox").fill("shirt-001");
    await page.getByRole("dialog").locator("li button").first().click();
    await fill(page, "Promised for", "2099-12-24");
    await more();
    await posted(/^Order$/);
  }

  async function deliver(customer: string): Promise<void> {
    await tile(page, "Deliver");
    await page.getByText(customer).last().click();
    await page.getByRole("button", { name: "Hand over" }).waitFor();
  }

  /** Without any blanks. */
  const receipt = async () => ((await page.locator(".receipt").textContent()) ?? "").replace(/\s+/g, "");
  let sold = { id: "", name: "" };

  test("with a deposit and the rest in cash, invoice and payment are both in the books, and nothing is owed", async () => {
    await order("joko", async () => {
      await fill(page, "Discount", "10");
      await fill(page, "Deposit", "50000");
    });
    const deposit = page.locator(".frame > .body > button.boxed");
    await deposit.locator(".marks.posted").waitFor();
    await deliver("Pak Joko");
    await page.getByText("Paid ahead").waitFor();
    await fill(page, "Cash", "100000");
    sold = await posted("Hand over");
    await page.getByText("Give back Rp 15,000").waitFor();
    expect(await receipt()).toContain("TotalRp135,000PaidaheadRp50,000CashRp100,000ChangeRp15,000");
    expect(await receipt()).not.toContain("Onaccount");
    // The payment goes first where the sale is to be undone.
    await page.getByText("cancel its payment first").waitFor();
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    await page.locator(".frame > .body > button.boxed").click();
    await vi.waitFor(() => expect(idOf(page)).not.toBe(sold.id), SOON);
    await page.locator(".frame > .body > .marks.posted").waitFor();
    expect(await receipt()).toMatch(/PaymentBDG-PE-A\d+.*For:SaleBDG-SI-A\d+TotalRp85,000CashRp100,000ChangeRp15,000/);
    const payment = await erp.read("Payment Entry", await nameOf(idOf(page)));
    expect([payment.paid_amount, payment.mode_of_payment]).toEqual([85000, "Cash"]);
    const invoice = await erp.read("Sales Invoice", sold.name);
    expect([invoice.docstatus, invoice.is_pos ?? 0, invoice.grand_total]).toEqual([1, 0, 135000]);
    expect([invoice.total_advance, invoice.outstanding_amount, invoice.status]).toEqual([50000, 0, "Paid"]);
  }, 180_000);

  test("it comes back for what was paid, with the discount", async () => {
    await page.goto(`${box.url}/#/return/${sold.id}`);
    const qty = page.getByRole("textbox", { name: /Quantity of Shirt/ });
    await qty.fill("1");
    await page.getByText("Rp 135,000").waitFor();
    const { name } = await posted(/^Take back$/);
    const back = await erp.read("Sales Invoice", name);
    expect([back.docstatus, back.update_stock, back.grand_total, back.paid_amount]).toEqual([1, 1, -135000, -135000]);
    expect(back.additional_discount_percentage).toBe(10);
  }, 180_000);

  test("what a delivery note has moved comes back as money alone", async () => {
    await order("joko", async () => {});
    await deliver("Pak Joko");
    await page.getByText("Delivery note only").click();
    await posted("Hand over");
    await deliver("Pak Joko");
    // Only the bill is due.
    expect(await page.getByText("Delivery note only").count()).toBe(0);
    const billed = await posted("Hand over");
    await tap(page, /^Take back$/);
    await page.getByText(/This bill moved no goods/).waitFor();
    await page.getByRole("textbox", { name: /Quantity of Shirt/ }).fill("1");
    await page.getByText("Off what is owed").click();
    const { name } = await posted(/^Take back$/);
    const back = await erp.read("Sales Invoice", name);
    expect([back.docstatus, back.update_stock ?? 0, back.return_against]).toEqual([1, 0, billed.name]);
    expect((await erp.read("Sales Invoice", billed.name)).outstanding_amount).toBe(0);
  }, 180_000);

  test("what was paid in part comes back off what is owed, and the rest is given back", async () => {
    await tile(page, "Sell");
    await addItem(page, "shirt-001");
    await pick(page, "Customer", "joko");
    await tap(page, /^Pay Rp/);
    await fill(page, "Cash", "50000");
    const part = await posted(/^Done/);
    await tap(page, /^Take back$/);
    await page.getByRole("textbox", { name: /Quantity of Shirt/ }).fill("1");
    await page.getByText("Less what is owed").waitFor();
    const { name } = await posted(/^Take back$/);
    const back = await erp.read("Sales Invoice", name);
    expect([back.docstatus, back.grand_total, back.paid_amount]).toEqual([1, -150000, -50000]);
    expect((await erp.read("Sales Invoice", part.name)).outstanding_amount).toBe(0);
  }, 180_000);
});
