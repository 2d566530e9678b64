// Sites: the list and its pages, one site's keys and quarantine.

import type { Route } from "playwright-core";
import { expect } from "vitest";
import { FRESH } from "./desk-data";
import { type Flow, sent, to } from "./desk-flows";

export const FLOWS: Flow[] = [
  {
    name: "the list of sites has pages, and is narrowed",
    async run({ page }) {
      await to(page, "sites");
      await page.getByText("100 so far").waitFor();
      const rows = page.locator(".cards tbody tr");
      const notAll = page.getByText("Only what has been fetched so far is searched");
      expect([await rows.count(), await notAll.count()]).toEqual([100, 0]);
      await page.getByLabel("Search").fill("workshop-125");
      await notAll.waitFor();
      await page.getByText("Nothing found").waitFor();
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("link", { name: "workshop-125" }).waitFor();
      await notAll.waitFor({ state: "detached" });
      await page.getByLabel("Search").fill("");
      await expect.poll(() => rows.count()).toBe(130);
      await page.getByLabel("Only what needs a look").check();
      await expect.poll(() => rows.count()).toBeLessThan(10);
      await page.getByLabel("Search").fill("gar");
      await expect.poll(() => rows.count()).toBe(1);
    },
  },
  {
    name: "a list that has changed under its reader begins anew",
    async run({ page }) {
      await to(page, "held");
      await to(page, "sites");
      await page.getByText("100 so far").waitFor();
      const gone = { error: { input: "after", rule: "the list has changed since", remedy: "begin anew" } };
      await page.route(/after=/, (route) => route.fulfill({ status: 410, json: gone }), { times: 1 });
      const anew = async (route: Route) => {
        const { items } = (await (await route.fetch()).json()) as { items: unknown[] };
        await route.fulfill({ json: { items: items.slice(0, 2), next: null } });
      };
      await page.route(/api\/sites\?limit=100$/, anew, { times: 1 });
      await page.getByRole("button", { name: "More" }).click();
      await expect.poll(() => page.locator(".cards tbody tr").count()).toBe(2);
      await page.getByRole("button", { name: "More" }).waitFor({ state: "detached" });
      expect(await page.getByText("the list has changed since").count()).toBe(0);
    },
  },
  {
    name: "a change that the office tells is seen",
    async run({ page, on }) {
      await to(page, "sites");
      await page.getByText("Live", { exact: true }).waitFor();
      const again = page.waitForRequest(/api\/sites\?/);
      on.say("site", { site: "bandung" });
      await again;
    },
  },
  {
    name: "a new key is compared and confirmed",
    async run({ page, on, look }) {
      await to(page, "site/bogor");
      await page.getByLabel("What the box shows").fill("1111 2222");
      await page.getByRole("button", { name: "It is the same" }).click();
      await page.getByText("the office heard another fingerprint").waitFor();
      await look("site-compare");
      await page.getByLabel("What the box shows").fill(FRESH.toUpperCase());
      await page.getByRole("button", { name: "It is the same" }).click();
      await page.getByText(/counts: from now on/).waitFor();
      const body = { fingerprint: FRESH.replaceAll(" ", "") };
      expect(sent(on)).toEqual({ method: "POST", path: "sites/bogor/confirm", body });
    },
  },
  {
    name: "a key is revoked once the site's name is typed",
    async run({ page, on, look }) {
      await to(page, "site/garut");
      await page.getByRole("button", { name: "Revoke" }).click();
      const dialog = page.getByRole("dialog");
      const revoke = dialog.getByRole("button", { name: "Revoke" });
      expect(await revoke.isDisabled()).toBe(true);
      await dialog.getByLabel(/Type the site's name/).fill("garut");
      await look("site-revoke");
      await revoke.click();
      await page.getByText(/^The key .* counts no more\./).waitFor();
      const body = { fingerprint: "1f0c".repeat(8) };
      expect(sent(on)).toEqual({ method: "POST", path: "sites/garut/revoke", body });
    },
  },
  {
    name: "what is in quarantine is judged",
    async run({ page, on }) {
      await to(page, "site/garut");
      await page.getByRole("button", { name: "Take in" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Take in" }).click();
      await page.getByText("Taken in: 1. New records in it: 12.").waitFor();
      expect(sent(on)).toEqual({
        method: "POST",
        path: "quarantine/garut",
        body: { id: "e1a77c01e1a77c01", release: true },
      });
      await page.getByRole("button", { name: "Throw away" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Throw away" }).click();
      await page.getByText("Thrown away: 1.").waitFor();
      expect(sent(on).body).toEqual({ id: "e2a77c01e2a77c01", release: false });
    },
  },
];
