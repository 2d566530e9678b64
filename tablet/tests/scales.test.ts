// What a scale weighs, seen at the tablet and taken by a tap, in the real browser with the real box, until the quantity is in the office's books.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serious } from "./axe";
import { type Browser, launch, open, type Page, pair, SIZES } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { fill, tap, tile, untilAtOffice } from "./flows";
import { Scale } from "./scale";
import { program, type Stage, stage } from "./stage";

const shots = process.env.SHOTS;
/** Something of wool by its weight, cloth by the metre that has a weight, and buttons that nobody has weighed. */
const MASTER: Record<string, string> = {
  "uom.csv": "uom_name,must_be_whole_number\nKg,0\n",
  "item.csv": `item_code,item_name,item_group,stock_uom,is_stock_item,barcodes.barcode,uoms.uom,uoms.conversion_factor
WOOL,"Wool, grey",Raw Material,Kg,1,,,
FELT,"Felt, 90 cm",Raw Material,Meter,1,,Kg,4.5
`,
  "bom.csv":
    "name,item,quantity,is_default,items.item_code,items.stock_qty\nBOM-SHIRT-002-001,SHIRT-002,1,1,WOOL,0.4\n,,,,FELT,1\n,,,,BUTTON,4\n",
  "work-order.csv": `name,production_item,bom_no,qty,source_warehouse,wip_warehouse,fg_warehouse,skip_transfer,required_items.item_code,required_items.required_qty
MFG-WO-2026-00009,SHIRT-002,BOM-SHIRT-002-001,5,Bandung - TW,Bandung Work In Progress - TW,Bandung - TW,1,WOOL,2
,,,,,,,,FELT,5
,,,,,,,,BUTTON,20
`,
};

describe.skipIf(!program).each(Object.entries(SIZES))("a scale beside a %s", (name, size) => {
  let on: Stage;
  let box: Fixture;
  let browser: Browser;
  let page: Page;
  let scale: Scale;

  beforeAll(async () => {
    on = await stage({ people: false, tcp: true });
    for (const [file, text] of Object.entries(MASTER)) writeFileSync(join(on.dir, file), text);
    on.office("office", "load", ...Object.keys(MASTER).map((file) => join(on.dir, file)));
    on.addDevice("scale-1", "scale", "a-scale-of-the-workshop");
    box = await fixture(on, "workshop-till-password");
    browser = await launch();
    ({ page } = await open(browser, size));
    page.setDefaultTimeout(20_000);
    await page.clock.install();
    await pair(page, box.url, box.code);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
    scale = await Scale.on(on.tcp, "scale-1", "a-scale-of-the-workshop");
  }, 120_000);
  afterAll(async () => {
    scale?.off();
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  async function look(what: string): Promise<void> {
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.locator(".scale").scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(shots, `${name}-${what}.png`) });
    }
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")).toBeLessThanOrEqual(0);
    const low = await page.locator(".scale button").evaluateAll((all) => all.map((one) => one.clientHeight));
    for (const height of low) expect(height).toBeGreaterThanOrEqual(44);
  }
  const quantity = (item: string) => page.getByRole("textbox", { name: new RegExp(`Quantity of ${item}`) });

  test("what it weighs is shown live, with its name and age, and goes into a quantity by a tap", async () => {
    await tile(page, "Produce");
    await page.getByText("MFG-WO-2026-00009").click();
    await fill(page, "How many", "5");
    expect(await page.locator(".scale").count()).toBe(0);
    await scale.tells("0.900 kg");
    await page.locator(".scale .change").getByText("0.9 kg").waitFor();
    await scale.tells("1250 g");
    await page.locator(".scale .change").getByText("1,250 g").waitFor();
    await page.getByRole("heading", { name: "Scale scale-1" }).waitFor();
    await page
      .locator(".scale")
      .getByText(/seconds? ago|now/)
      .waitFor();
    await look("scale");
    await tap(page, "Take 1.25 Kg for Wool, grey");
    expect(await quantity("Wool").inputValue()).toBe("1.25");
    // A metre of it has a weight by the item's own units; of a button nobody has said one.
    await tap(page, "Take 5.625 Meter for Felt, 90 cm");
    expect(await quantity("Felt").inputValue()).toBe("5.625");
    await page.getByText(/Not for Button, shell, 12 mm: it is counted in Nos/).waitFor();
    expect(await quantity("Button").inputValue()).toBe("20");
  }, 90_000);

  test("an empty scale gives nothing, and what is old is not taken any more", async () => {
    await scale.tells("-0.003 kg");
    await page.getByText("Nothing lies on it that could be taken.").waitFor();
    await scale.tells("0.700 kg");
    await page.getByRole("button", { name: "Take 0.7 Kg for Wool, grey" }).waitFor();
    await page.clock.fastForward(61_000);
    await page.getByText("weigh once more").waitFor();
    await page.locator(".scale").getByText("1 min ago").waitFor();
    expect(await page.locator(".scale button").count()).toBe(0);
    await look("scale-old");
    expect(await quantity("Wool").inputValue()).toBe("1.25");
  }, 90_000);

  test("and the quantity that was taken is in the books", async () => {
    await tap(page, /^Made$/);
    await untilAtOffice(page);
    const csv = on.office("export", "--kind", "stock-entry", "--from", "2026-01-01", "--to", "2099-12-31");
    expect(csv).toMatch(/WOOL.*\b1\.25\b/);
    expect(csv).toMatch(/FELT.*\b5\.625\b/);
  }, 90_000);
});
