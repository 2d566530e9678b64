// A code that nobody knows, in the real browser with the real box: somebody says what it is, and it is sold as that, with a line or without.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Browser, closeOpened, launch, login, open, type Page, pair, SIZES, scan } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { home, tap, tile, untilAtOffice } from "./flows";
import { program, type Stage, stage } from "./stage";

let on: Stage;
let browser: Browser;
let box: Fixture;

async function tablet(name = ""): Promise<Page> {
  const { page } = await open(browser, SIZES.phone);
  page.setDefaultTimeout(20_000);
  await pair(page, box.url, box.code, name);
  await login(page, "Ani Lestari", "471108");
  await page.getByRole("navigation").waitFor();
  return page;
}

/** Says at the screen of codes that the open one is this item, in this unit where it has several. */
async function say(page: Page, typed: string, unit: string): Promise<void> {
  await page.getByRole("dialog").getByRole("searchbox").fill(typed);
  await page.getByRole("dialog").locator("li button").first().click();
  await page.getByRole("dialog").getByText(unit, { exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "It is this" }).click();
}

async function sell(page: Page, code: string, unit: string): Promise<void> {
  await tile(page, "Sell");
  await scan(page, code);
  await page.locator(".lines small").getByText(`1 ${unit} ×`).waitFor();
  await tap(page, /^Pay Rp/);
  await page.locator(".notes button").first().click();
  await tap(page, /^Done$/);
}

const marks = (page: Page, state: string) => page.locator(`.lines .marks.${state}`);
const words = (who: "box" | "office") =>
  (JSON.parse(on[who]("show", "barcodes", "--json")) as { rows: string[][] }).rows.map(([, ...row]) => row.slice(0, 4));

describe.skipIf(!program)("codes that nobody knows", () => {
  beforeAll(async () => {
    on = await stage({ people: true });
    box = await fixture(on, "workshop-till-password");
    browser = await launch();
  }, 90_000);
  afterEach(async (of) => {
    box.mend();
    await closeOpened(of);
  });
  afterAll(async () => {
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  test("one is scanned, said to be an item by the box, and sold as that at every tablet; the office is shown it", async () => {
    const code = "4006381333931";
    const [one, two] = [await tablet(), await tablet("till-2")];
    await tile(one, "Sell");
    // It is said for a few seconds: the wait begins before the scan.
    await Promise.all([one.getByText(/Nobody knows/).waitFor(), scan(one, code)]);
    await tile(one, "Unknown codes");
    await one.locator("b.code").getByText(code).click();
    await say(one, "shirt-001", "Box");
    await one.getByText(`${code} is Shirt, batik, M from now on.`).waitFor();
    await marks(one, "at_office").waitFor({ timeout: 30_000 });
    await sell(one, code, "Box");
    await untilAtOffice(one);
    await one.getByText("Rp 1,700,000").first().waitFor();
    // The other tablet was told, and shows it among its own.
    await tile(two, "Unknown codes");
    await two.locator("li").filter({ hasText: code }).getByText("Shirt, batik, M").waitFor();
    await sell(two, code, "Box");
    await untilAtOffice(two);
    expect(words("box")).toEqual([[code, "SHIRT-001", "Box", "ani@tailor.example"]]);
    expect(words("office")).toEqual(words("box"));
  }, 120_000);

  test("a mistake is put right by saying it again", async () => {
    const code = "4006381333932";
    const page = await tablet();
    await tile(page, "Unknown codes");
    await scan(page, code);
    await say(page, "shirt-002", "Box");
    await page.getByText(`${code} is Shirt, batik, L from now on.`).waitFor();
    await scan(page, code);
    await say(page, "shirt-001", "Nos");
    await page.getByText(`${code} is Shirt, batik, M from now on.`).waitFor();
    await marks(page, "at_office").first().waitFor({ timeout: 30_000 });
    await sell(page, code, "Nos");
    await untilAtOffice(page);
    expect(words("box")).toContainEqual([code, "SHIRT-001", "", "ani@tailor.example"]);
  }, 90_000);

  test("out of range it is said, sold by and kept through a reload, and both are sent once there is a box again", async () => {
    const code = "4006381333948";
    const page = await tablet();
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    const before = on.inBooks("sales-invoice").size;
    box.cut();
    await page.getByText(/No box/).waitFor();
    await tile(page, "Unknown codes");
    await scan(page, code);
    await say(page, "shirt-002", "Nos");
    await marks(page, "waiting").first().waitFor();
    await page.reload();
    await page.getByText(/No box/).waitFor();
    await sell(page, code, "Nos");
    await page.locator(".marks.waiting").first().waitFor();
    expect(words("box").map(([known]) => known)).not.toContain(code);
    box.mend();
    await untilAtOffice(page);
    expect(words("box")).toContainEqual([code, "SHIRT-002", "", "ani@tailor.example"]);
    expect(on.inBooks("sales-invoice").size - before).toBe(1);
  }, 120_000);

  test("where the office has said otherwise meanwhile, the word is refused with what it is, and shown until it is dropped", async () => {
    const code = "4006381333955";
    const page = await tablet();
    box.cut();
    await page.getByText(/No box/).waitFor();
    const items = join(on.dir, "item.csv");
    writeFileSync(items, `item_code,item_name,stock_uom,barcodes.barcode\nGIFT,Gift box,Nos,${code}\n`);
    on.office("office", "load", items);
    await expect.poll(() => on.box("show", "barcode", code, "--json"), { timeout: 30_000 }).toContain("GIFT");
    await tile(page, "Unknown codes");
    await scan(page, code);
    await say(page, "shirt-001", "Nos");
    await marks(page, "waiting").first().waitFor();
    box.mend();
    await marks(page, "refused").waitFor({ timeout: 30_000 });
    await page.getByText(/by the office's data it stands for GIFT/).waitFor();
    await home(page);
    await page.getByText(/1 not taken/).waitFor();
    await tile(page, "Unknown codes");
    await tap(page, "Throw away");
    await page.locator("b.code").getByText(code).waitFor({ state: "hidden" });
    await tile(page, "Sell");
    await scan(page, code);
    await page.locator(".lines b").getByText("Gift box").waitFor();
  }, 120_000);
});
