// The office's desk in the real browser, in two sizes: each screen opened, looked at by axe-core and, where SHOTS names a directory, kept as a
// picture; what people do there, and the request that went out.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import en from "../src/i18n/en.json";
import id from "../src/i18n/id.json";
import { serious } from "./axe";
import { type Browser, hasBrowser, launch, open, type Page } from "./browser";
import { type Office, office } from "./desk-fixture";
import { FLOWS, login, PLACES, to } from "./desk-flows";

const SIZES = { phone: { width: 360, height: 640 }, desk: { width: 1280, height: 800 } } as const;
const shots = process.env.SHOTS;

describe.skipIf(!hasBrowser).each(Object.entries(SIZES))("at the size of a %s", (name, size) => {
  let on: Office;
  let browser: Browser;
  let page: Page;
  let wrong: string[];
  let seen = 0;
  const troubles: string[] = [];

  beforeAll(async () => {
    on = await office();
    browser = await launch();
    ({ page, wrong } = await open(browser, size));
    page.setDefaultTimeout(20_000);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await on?.close();
  });

  async function look(what: string): Promise<void> {
    if (shots) {
      mkdirSync(shots, { recursive: true });
      const path = join(shots, `office-${name}-${String(seen).padStart(2, "0")}-${what}.png`);
      await page.screenshot({ path });
    }
    seen += 1;
    troubles.push(...(await serious(page)).map((text) => `${what}: ${text}`));
    const wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    if (Number(wide) > 0) troubles.push(`${what} is ${wide} px wider than the screen`);
    troubles.push(...(await small(page)).map((text) => `${what}: too small to be touched: ${text}`));
  }

  test("somebody logs in", async () => {
    await page.goto(on.url);
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await look("login");
    await login(page, "sari", "not this one");
    await page.getByText("user and password do not fit").waitFor();
    await look("login-wrong");
    await login(page, "sari", "needle and thread");
    await page.getByRole("heading", { name: "Sites" }).waitFor();
    await page.getByRole("link", { name: "bandung" }).waitFor();
    expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
  }, 60_000);

  test.each(PLACES)(
    "%s",
    async (place, heading) => {
      await to(page, place);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await settled(page);
      await look(place.replaceAll("/", "-"));
      expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
    },
    60_000,
  );

  test.each(FLOWS.map((flow) => [flow.name, flow] as const))(
    "%s",
    async (what, flow) => {
      try {
        await flow.run({ page, on, look });
      } catch (error) {
        if (shots) await page.screenshot({ path: join(shots, `office-${name}-failed-${what.slice(0, 30)}.png`) });
        throw error;
      }
      expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
    },
    60_000,
  );

  test("every screen fits in Indonesian as well", async () => {
    await page.evaluate(() => localStorage.setItem("language", "id"));
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    const title = page.getByRole("heading", { level: 1 });
    for (const [place, heading] of PLACES) {
      const was = await title.textContent();
      const isOpen = await page.evaluate((place) => location.hash === `#/${place}`, place);
      await to(page, place);
      // Each has another heading than the one before it.
      if (!isOpen) await expect.poll(() => title.textContent(), { message: heading }).not.toBe(was);
      await settled(page);
      await look(`id-${place.replaceAll("/", "-")}`);
    }
    await page.evaluate(() => localStorage.setItem("language", "en"));
    expect([...troubles.splice(0), ...wrong.splice(0)]).toEqual([]);
  }, 120_000);
});

/** What the screen asked for is there: nothing says that it is waited for. */
async function settled(page: Page): Promise<void> {
  for (const { wait } of [en, id]) await expect.poll(() => page.getByText(wait, { exact: true }).count()).toBe(0);
}

/** What is touched and seen, and is under 48 px high. */
function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const touched = document.querySelectorAll(
      "button, a, select, summary, input:not([type=radio]):not([type=checkbox])",
    );
    return [...touched]
      .filter((element) => element.checkVisibility())
      .map((element) => ({ box: element.getBoundingClientRect(), html: element.outerHTML.slice(0, 120) }))
      .filter(({ box }) => box.height > 1 && box.height < 47.5)
      .map(({ box, html }) => `${box.height} px: ${html}`);
  });
}
