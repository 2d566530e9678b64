// What people do at the desk, by what they see and touch, and the request that has to have gone out of it.

import { expect } from "vitest";
import type { Page } from "./browser";
import type { Office } from "./desk-fixture";
import { FLOWS as ADMIN } from "./desk-flows-admin";
import { FLOWS as DAYS } from "./desk-flows-days";
import { FLOWS as DOCUMENTS } from "./desk-flows-documents";
import { FLOWS as HELD } from "./desk-flows-held";
import { FLOWS as REQUESTS } from "./desk-flows-requests";
import { FLOWS as SITES } from "./desk-flows-sites";
import { FLOWS as TRANSACTIONS } from "./desk-flows-transactions";

export interface Stage {
  page: Page;
  on: Office;
  look: (what: string) => Promise<void>;
}

export interface Flow {
  name: string;
  run: (stage: Stage) => Promise<void>;
}

/** Each screen by its address, and its heading. */
export const PLACES: [string, string][] = [
  ["sites", "Sites"],
  ["site/garut", "garut"],
  ["held", "Held"],
  ["documents", "Documents"],
  ["document/01936e5b-5a00-7000-8000-000000000002", "Sale BDG-SI-A000413"],
  ["transactions", "Requests to sites"],
  ["enter", "Enter a document"],
  ["stock", "Stock"],
  ["transit", "Goods in transit"],
  ["scans", "Scans"],
  ["days", "Days and months"],
  ["reconcile", "Reconcile"],
  ["export", "Export"],
  ["import", "Import a stick"],
  ["master", "Load master data"],
  ["enrol", "Enrol a site"],
  ["users", "Users"],
  ["audit", "Log"],
  ["erpnext", "ERPNext check"],
  ["account", "Your account"],
];

export async function to(page: Page, place: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = `/${to}`;
  }, place);
}

export async function login(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** The latest request that is no GET. */
export function sent(on: Office): { method: string; path: string; body: unknown } {
  const last = on.asked.at(-1);
  if (!last) throw new Error("nothing was asked");
  const { method, path, body } = last;
  return { method, path, body };
}

const ACCOUNT: Flow[] = [
  {
    name: "the password is changed",
    async run({ page, on }) {
      await to(page, "account");
      await page.getByLabel("Password until now").fill("needle and thread");
      await page.getByLabel("New password", { exact: true }).fill("scissors and chalk");
      await page.getByLabel("New password again").fill("scissors and chalk");
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await page.getByText("The password is changed.").waitFor();
      expect(sent(on)).toEqual({
        method: "POST",
        path: "password",
        body: { old: "needle and thread", new: "scissors and chalk" },
      });
    },
  },
  {
    name: "a session that ended leads to the login, and back to where one was",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("heading", { name: "Held" }).waitFor();
      on.endSessions();
      await page.reload();
      await page.getByRole("button", { name: "Log in" }).waitFor();
      await login(page, "sari", "needle and thread");
      await page.getByRole("heading", { name: "Held" }).waitFor();
      on.endSessions();
      const told = page.getByText("Your session has ended.");
      // The page asks by itself once it is live, and may be told before the tap.
      await page.getByRole("button", { name: "Try again" }).or(told).first().click();
      await told.waitFor();
      await look("login-ended");
      await login(page, "sari", "needle and thread");
      await page.getByRole("heading", { name: "Held" }).waitFor();
    },
  },
  {
    name: "what stands against CSRF is asked for anew where another tab got another",
    async run({ page, on }) {
      await to(page, "held");
      await page.getByRole("heading", { name: "Held" }).waitFor();
      on.turnCsrf();
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("Tried again: 1").waitFor();
    },
  },
  {
    name: "what one meant to do is not done as somebody else who logged in meanwhile",
    async run({ page, on }) {
      await to(page, "held");
      await page.getByRole("heading", { name: "Held" }).waitFor();
      on.asked.length = 0;
      on.become("joko");
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.locator(".who", { hasText: "Work" }).waitFor();
      await page.getByRole("heading", { name: "Held" }).waitFor();
      // The one that was refused, and no other.
      expect(on.asked.filter(({ path }) => path === "held/retry").length).toBe(1);
      expect(await page.getByText(/^Tried again/).count()).toBe(0);
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("Tried again: 1").waitFor();
      on.become("sari");
      await page.reload();
      await page.locator(".who", { hasText: "Sari" }).waitFor();
    },
  },
  {
    name: "an office that is not reached is no reason to log in, and is asked again",
    async run({ page, look }) {
      await to(page, "held");
      await page.route(/api\/me$/, (route) => route.fulfill({ status: 503, body: "" }), { times: 1 });
      await page.reload();
      const again = page.getByRole("button", { name: "Ask again" });
      await again.waitFor();
      expect(await page.getByRole("button", { name: "Log in" }).count()).toBe(0);
      await look("not-reached");
      await page.route(/api\/me$/, (route) => route.abort(), { times: 1 });
      await again.click();
      await page.getByText("The office cannot be reached").waitFor();
      await again.click();
      await page.getByRole("heading", { name: "Held" }).waitFor();
    },
  },
  {
    name: "sites that could not be asked for are once the office is live again",
    async run({ page, on }) {
      const asksForSites = /api\/sites\?limit=500/;
      await page.route(asksForSites, (route) => route.abort());
      const failed = page.waitForEvent("requestfailed", (request) => asksForSites.test(request.url()));
      await Promise.all([failed, page.reload()]);
      await page.getByText("Live", { exact: true }).waitFor();
      const options = page.getByLabel("Site", { exact: true }).locator("option");
      expect(await options.count()).toBe(1);
      on.cut(true);
      await page.getByText(/Not live since/).waitFor();
      // No sooner: they are asked for at the login and when it becomes live, and neither is to be answered.
      await page.unroute(asksForSites);
      on.cut(false);
      await expect.poll(() => options.count()).toBe(131);
    },
  },
  {
    name: "the menu leads to another screen, by keyboard too",
    async run({ page, look }) {
      await to(page, "held");
      const menu = page.getByRole("button", { name: "Menu" });
      if (await menu.isVisible()) {
        await menu.focus();
        await page.keyboard.press("Enter");
        await page.getByRole("link", { name: "Stock", exact: true }).waitFor();
        await look("menu");
      }
      await page.getByRole("link", { name: "Stock", exact: true }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: "Stock" }).waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
      if (await menu.isVisible()) expect(await page.getByRole("link", { name: "Held" }).count()).toBe(0);
    },
  },
  {
    name: "it says when it is not live, and asks anew when it is again",
    async run({ page, on, look }) {
      await to(page, "sites");
      await page.getByText("Live", { exact: true }).waitFor();
      on.cut(true);
      await page.getByText(/Not live since/).waitFor();
      await look("not-live");
      on.cut(false);
      await page.getByText("Live", { exact: true }).waitFor();
    },
  },
  {
    name: "a role sees only what it may",
    async run({ page }) {
      await to(page, "account");
      await page.getByRole("button", { name: "Log out" }).click();
      await login(page, "joko", "needle and thread");
      await to(page, "users");
      await page.getByText("Your role may not do this").waitFor();
      const nav = await page.locator("#nav a").allTextContents();
      expect(nav).toContain("Import a stick");
      expect(nav).not.toContain("Users");
      await to(page, "account");
      await page.getByRole("button", { name: "Log out" }).click();
      await login(page, "sari", "needle and thread");
      await page.getByRole("heading", { level: 1 }).waitFor();
    },
  },
];

export const FLOWS: Flow[] = [
  ...SITES,
  ...HELD,
  ...DOCUMENTS,
  ...TRANSACTIONS,
  ...REQUESTS,
  ...DAYS,
  ...ADMIN,
  ...ACCOUNT,
];
