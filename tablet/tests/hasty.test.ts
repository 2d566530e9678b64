// Somebody hasty, in the real browser with the real box: codes that come between a tap and the screen that it opens, while the tablet's disk is
// slow. None of them is lost.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, hasBrowser, launch, open, type Page, pair, SIZES } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { home, tap, tile } from "./flows";
import { program, type Stage, stage } from "./stage";
import { LOGIN } from "./till";

const SHIRT = "8991234567906";

/**
 * Does these things one right after the other, before anything is drawn and while nothing can be read from the disk or written to it: taps the
 * tile of that name, or scans that code.
 */
async function atOnce(page: Page, ...deeds: string[]): Promise<void> {
  await page.evaluate(async (deeds) => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    const disk = await asked(indexedDB.open("outpost"));
    const drafts = disk.transaction("drafts", "readwrite").objectStore("drafts");
    await asked(drafts.count());
    const until = performance.now() + 300;
    const busy = async () => {
      while (performance.now() < until) await asked(drafts.count());
    };
    const over = busy();
    for (const deed of deeds) {
      if (/^\d+$/.test(deed)) {
        for (const key of [...deed, "Enter"]) window.dispatchEvent(new KeyboardEvent("keydown", { key }));
      } else {
        const tiles = [...document.querySelectorAll<HTMLElement>(".tile")];
        tiles.find(({ textContent }) => textContent === deed)?.click();
      }
      // What is drawn in answer to it is drawn as soon as it was done; what is done a frame later is not.
      for (let i = 0; i < 10; i++) await Promise.resolve();
    }
    await over;
    // Behind all that the page has asked of its disk meanwhile, and has done when it was answered.
    await asked(disk.transaction("drafts", "readwrite").objectStore("drafts").count());
    disk.close();
  }, deeds);
}

describe.skipIf(!program || !hasBrowser)("somebody hasty", () => {
  let on: Stage;
  let box: Fixture;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    on = await stage({ people: false });
    box = await fixture(on, LOGIN.password);
    browser = await launch();
    ({ page } = await open(browser, SIZES.phone));
    page.setDefaultTimeout(20_000);
    await pair(page, box.url, box.code);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
  }, 90_000);
  beforeEach(async () => {
    await tile(page, "Sell");
    const cart = page.locator(".lines li");
    await page.getByRole("button", { name: "Item", exact: true }).waitFor();
    if ((await cart.count()) > 0) await tap(page, "Clear");
    await expect.poll(() => cart.count()).toBe(0);
    await home(page);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  const qty = () => page.getByLabel(/^Quantity of Shirt, batik, L$/i).inputValue();

  test("what is scanned right after the tap on a tile is the new screen's", async () => {
    await atOnce(page, "Sell", SHIRT);
    await expect.poll(qty).toBe("1");
    await home(page);
    await atOnce(page, "Count stock", SHIRT);
    await page.locator(".lines b").getByText("Shirt, batik, L").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Count stock");
  }, 60_000);

  test("what is scanned right after the tap on the tile for a new thing is its barcode", async () => {
    await atOnce(page, "New item", "4006381333931");
    await expect.poll(() => page.getByLabel("Barcode", { exact: true }).inputValue()).toBe("4006381333931");
  }, 60_000);

  test("what is scanned at the tiles, thrice at once, is in the sale that is opened before it was written down", async () => {
    await atOnce(page, SHIRT, SHIRT, SHIRT, "Sell");
    await expect.poll(qty).toBe("3");
  }, 60_000);

  test("who scans at the tiles and goes elsewhere is left there; the sale has it", async () => {
    await atOnce(page, SHIRT, "Count stock");
    await page.getByRole("heading", { name: "Count stock", level: 1 }).waitFor();
    await tile(page, "Sell");
    await expect.poll(qty).toBe("1");
  }, 60_000);
});
