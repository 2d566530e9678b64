// What is held: tried again, mapped, entered by hand, given up.

import { expect } from "vitest";
import { type Flow, sent, to } from "./desk-flows";

export const FLOWS: Flow[] = [
  {
    name: "what is held is tried again, one and all of a site",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("Tried again: 1").waitFor();
      expect(sent(on)).toEqual({
        method: "POST",
        path: "held/retry",
        body: { id: "01936e5b-5a00-7000-8000-000000000001" },
      });
      await page.getByLabel("Site").selectOption("garut");
      await page.getByRole("button", { name: "Try all of garut again" }).click();
      await page.getByText(/^Tried again/).waitFor();
      expect(sent(on).body).toEqual({ site: "garut" });
      await look("held-retried");
    },
  },
  {
    name: "what is wrong with trying all again is said where it is asked",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("button", { name: "Try all again" }).click();
      const dialog = page.getByRole("dialog");
      const busy = { error: { input: null, rule: "the books are read at present", remedy: "wait a minute" } };
      await page.route(/api\/held\/retry$/, (route) => route.fulfill({ status: 409, json: busy }), { times: 1 });
      await dialog.getByRole("button", { name: "Try all again" }).click();
      await dialog.getByText("the books are read at present").waitFor();
      await look("held-retry-all");
      await dialog.getByRole("button", { name: "Try all again" }).click();
      await page.getByText(/^Tried again/).waitFor();
      expect(sent(on)).toEqual({ method: "POST", path: "held/retry", body: {} });
    },
  },
  {
    name: "a name is mapped",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("button", { name: "Map a name" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("In documents").fill("Stores - TW");
      await dialog.getByLabel("In the books").fill("Nowhere - TW");
      await dialog.getByRole("button", { name: "Map a name" }).click();
      await dialog.getByText("names are not mapped").waitFor();
      await look("held-remap");
      await dialog.getByLabel("In the books").fill("Main - TW");
      await dialog.getByLabel("At all sites").check();
      await dialog.getByRole("button", { name: "Map a name" }).click();
      await page.getByText("Stores - TW is Main - TW in the books from now on.").waitFor();
      const body = { table: "warehouses", from: "Stores - TW", to: "Main - TW", all_sites: true };
      expect(sent(on)).toEqual({ method: "POST", path: "held/01936e5b-5a00-7000-8000-000000000001/remap", body });
    },
  },
  {
    name: "a document is given up, and what is not booked is shown before and after",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("button", { name: "Give up" }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("stock of BTN-014 in Bandung - TW: -10 not booked").waitFor();
      await dialog.getByLabel("Why").fill("entered twice");
      await dialog.getByRole("button", { name: "Give up" }).click();
      await dialog.getByText("not booked: 10 of BTN-014 out of Bandung - TW").waitFor();
      await look("held-given-up");
      expect(sent(on)).toEqual({
        method: "POST",
        path: "held/01936e5b-5a00-7000-8000-000000000002/give-up",
        body: { reason: "entered twice" },
      });
      await dialog.getByRole("button", { name: "Close" }).click();
      await page.getByText("BDG-SE-A000099 is given up.").waitFor();
    },
  },
  {
    name: "a document was entered by hand, with another sum, on purpose",
    async run({ page, on, look }) {
      await to(page, "held");
      await page.getByRole("button", { name: "Entered by hand" }).first().click();
      const dialog = page.getByRole("dialog");
      const enter = dialog.getByRole("button", { name: "Entered by hand" });
      await dialog.getByLabel("Its name in ERPNext").fill("ACC-PAY-2026-00099");
      await enter.click();
      await dialog.getByText("ERPNext has no Payment Entry").waitFor();
      expect(await dialog.getByLabel("on purpose").count()).toBe(0);
      await dialog.getByLabel("Its name in ERPNext").fill("ACC-PAY-2026-00007");
      await enter.click();
      await dialog.getByText("350000 there, and 350000.5 by its paper").waitFor();
      expect(await enter.isDisabled()).toBe(true);
      await look("held-entered");
      await dialog.getByLabel("on purpose").check();
      await enter.click();
      await page.getByText("is ACC-PAY-2026-00007 in the books").waitFor();
      expect(sent(on)).toEqual({
        method: "POST",
        path: "held/01936e5b-5a00-7000-8000-000000000003/entered",
        body: { name: "ACC-PAY-2026-00007", anyway: true },
      });
    },
  },
];
