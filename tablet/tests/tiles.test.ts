// Each tile, in the real browser with the real box, until its document is in the office's books; and each screen on the way looked at by axe-core,
// and, where SHOTS names a directory, kept as a picture.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import id from "../src/i18n/id.json";
import { serious } from "./axe";
import { type Browser, launch, login, open, type Page, pair, SIZES } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { FLOWS, tile } from "./flows";
import { program, type Stage, stage } from "./stage";

const shots = process.env.SHOTS;

/** Those that are about nothing in particular. */
const SCREENS = (
  "home sell today payment expense order orders receive bill supplier item transfer-out transfer-in count produce time customer till scans stick " +
  "export status"
)
  .split(" ")
  .map((screen) => (screen === "home" ? "" : screen));

/** What stands above a screen, in Indonesian. */
function titled(screen: string): string {
  if (screen === "") return "Tailor Works";
  if (screen === "status") return id["status.title"];
  const key = screen === "orders" ? "tile.deliver" : `tile.${screen.replace("-", "_")}`;
  return id[key as keyof typeof id];
}

describe.skipIf(!program).each(Object.entries(SIZES))("at the size of a %s", (name, size) => {
  let on: Stage;
  let browser: Browser;
  let box: Fixture;
  let page: Page;
  let wrong: string[];
  const seen: string[] = [];
  const troubles: string[] = [];

  beforeAll(async () => {
    on = await stage({ people: true });
    box = await fixture(on, "workshop-till-password");
    browser = await launch();
    ({ page, wrong } = await open(browser, size));
    page.setDefaultTimeout(20_000);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  async function look(what: string): Promise<void> {
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}-${String(seen.length).padStart(2, "0")}-${what}.png`) });
    }
    seen.push(what);
    troubles.push(...(await serious(page)).map((text) => `${what}: ${text}`));
    const wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    if (Number(wide) > 0) troubles.push(`${what} is ${wide} px wider than the screen`);
  }

  test("pairing and login", async () => {
    await page.goto(box.url);
    await page.getByRole("heading", { name: "Pair this tablet" }).waitFor();
    await look("pair");
    await pair(page, box.url, box.code);
    await page.getByRole("button", { name: "Ani Lestari" }).waitFor();
    await look("login");
    await page.getByRole("button", { name: "Ani Lestari" }).click();
    await look("login-pin");
    await page.getByRole("button", { name: "Ani Lestari" }).click();
    await login(page, "Ani Lestari", "471108");
    await page.getByRole("navigation").waitFor();
    await look("home-first");
  }, 180_000);

  test.each(FLOWS.map((flow) => [flow.name, flow] as const))(
    "%s",
    async (what, flow) => {
      const before = flow.makes.map((kind) => on.inBooks(kind).size);
      try {
        await flow.run(page, look);
      } catch (error) {
        if (shots) await page.screenshot({ path: join(shots, `${name}-failed-${what}.png`) });
        throw error;
      }
      for (const [i, kind] of flow.makes.entries()) expect(on.inBooks(kind).size).toBeGreaterThan(before[i] ?? 0);
      expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
    },
    180_000,
  );

  test("a stick is put in, and the screen says when it may be pulled", async () => {
    mkdirSync(join(on.dir, "sticks", "red"));
    await tile(page, "Stick");
    await page.getByText("Stick may be pulled").first().waitFor();
    await look("stick-done");
    expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
  }, 180_000);

  test("every screen fits in Indonesian as well", async () => {
    await page.evaluate(() => {
      localStorage.setItem("language", "id");
    });
    await page.reload();
    await page.getByRole("navigation").or(page.locator(".head .square")).first().waitFor();
    for (const screen of SCREENS) {
      await page.evaluate((to) => {
        location.hash = `/${to}`;
      }, screen);
      await page.getByRole("heading", { level: 1, name: titled(screen), exact: true }).waitFor();
      // A form has only its title until its draft was read.
      await page.locator(".body > *").first().waitFor({ state: "attached" });
      await look(`id-${screen || "home"}`);
    }
    expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
  }, 180_000);
});
