// Somebody sits at the desk of a real office, in the real browser; what the screens look like is kept as pictures where SHOTS names a directory.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { serious } from "./axe";
import { type Browser, launch, open, type Page } from "./browser";
import { login } from "./desk-flows";
import { officePage } from "./office-page";
import type { Stage } from "./stage";

export const PASSWORD = "needle and thread";
const shots = process.env.SHOTS;

export interface AtDesk {
  browser: Browser;
  page: Page;
  url: string;
  /** What went wrong in the page since it was looked at. */
  wrong: string[];
  /** Keeps a picture, and looks for what somebody could not read or touch. */
  look(what: string, of?: Page): Promise<void>;
  /** Where there is one of that name, a fact of the screen. */
  fact(name: string): ReturnType<Page["locator"]>;
  /** Another tab of the same person. */
  tab(place: string): Promise<Page>;
  login(): Promise<void>;
  close(): Promise<void>;
}

/** `sari` is an administrator; nobody is logged in yet. */
export async function atDesk(on: Stage, pictures: string): Promise<AtDesk> {
  on.addUser("sari", "admin", PASSWORD);
  const served = await officePage(on.desk);
  const browser = await launch();
  const { page, wrong, context } = await open(browser, { width: 1280, height: 800 });
  page.setDefaultTimeout(30_000);
  let seen = 0;
  return {
    browser,
    page,
    url: served.url,
    wrong,
    async look(what, of = page) {
      seen += 1;
      if (shots) {
        mkdirSync(shots, { recursive: true });
        await of.screenshot({ path: join(shots, `${pictures}-${String(seen).padStart(2, "0")}-${what}.png`) });
      }
      expect([...(await serious(of)), ...wrong.splice(0)]).toEqual([]);
    },
    fact: (name) => page.locator(".facts > div", { hasText: name }).locator("dd"),
    async tab(place) {
      const other = await context.newPage();
      other.setDefaultTimeout(30_000);
      await other.goto(`${served.url}/#/${place}`);
      return other;
    },
    async login() {
      await page.goto(served.url);
      await login(page, "sari", PASSWORD);
      await page.getByText("Live", { exact: true }).waitFor();
    },
    async close() {
      await browser.close();
      await served.close();
    },
  };
}
