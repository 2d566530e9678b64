// A tablet whose disk refuses, in the real browser: what cannot be kept is said beside the button, nothing is lost, and it goes through once there is room.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { serious } from "./axe";
import { type Browser, closeOpened, launch, open, type Page, pair, SIZES, scan } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { tap, tile, untilAtOffice } from "./flows";
import { program, type Stage, stage } from "./stage";

describe.skipIf(!program)("a tablet whose disk refuses", () => {
  let on: Stage;
  let browser: Browser;
  let box: Fixture;

  beforeAll(async () => {
    on = await stage({ people: false });
    box = await fixture(on, "workshop-till-password");
    browser = await launch();
  }, 90_000);
  afterEach(async (of) => {
    await closeOpened(of);
  });
  afterAll(async () => {
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  async function tablet(): Promise<Page> {
    const { page } = await open(browser, SIZES.phone);
    page.setDefaultTimeout(15_000);
    await pair(page, box.url, box.code);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
    return page;
  }

  /** From now on the disk takes nothing, or again all. */
  const full = (page: Page, is: boolean) =>
    page.evaluate((is) => {
      const store = IDBObjectStore.prototype as IDBObjectStore & { real?: IDBObjectStore["put"] };
      store.real ??= store.put;
      const { real } = store;
      if (!is) store.put = real;
      else
        store.put = function (...of) {
          const asked = real.apply(this, of);
          this.transaction.abort();
          return asked;
        };
    }, is);

  const kept = /could not be kept on the tablet/;

  test("Done says that the sale could not be kept, and is one sale once it can", async () => {
    const page = await tablet();
    const before = on.inBooks("sales-invoice").size;
    await tile(page, "Sell");
    await scan(page, "8991234567890");
    await tap(page, /^Pay Rp/);
    await tap(page, /^Rp 150,000$/);
    await full(page, true);
    await tap(page, /^Done$/);
    await page.locator(".actions").getByText(kept).waitFor();
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")).toBeLessThanOrEqual(0);
    await full(page, false);
    await tap(page, /^Done$/);
    await untilAtOffice(page);
    expect(on.inBooks("sales-invoice").size - before).toBe(1);
  }, 60_000);

  test("what could not be kept while it was written is said as well, until it is closed", async () => {
    const page = await tablet();
    await tile(page, "Expense");
    await full(page, true);
    await page.getByLabel("Amount").fill("5000");
    await page.locator(".trouble").getByText(kept).waitFor();
    expect(await serious(page)).toEqual([]);
    await full(page, false);
    await tap(page, "Close");
    expect(await page.locator(".trouble").count()).toBe(0);
  }, 60_000);

  test("a disk that cannot be opened is said in the place of a page that waits for ever", async () => {
    const { page } = await open(browser, SIZES.phone);
    await page.addInitScript(() => {
      if (sessionStorage.getItem("room")) return;
      IDBFactory.prototype.open = () => {
        throw new DOMException("no room", "UnknownError");
      };
    });
    await page.goto(box.url);
    await page.getByText("This tablet's memory cannot be opened: no room.").waitFor();
    expect(await serious(page)).toEqual([]);
    await page.evaluate(() => sessionStorage.setItem("room", "1"));
    await tap(page, "Try again");
    await page.getByRole("heading", { name: "Pair this tablet" }).waitFor();
  }, 60_000);
});
