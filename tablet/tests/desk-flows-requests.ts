// Requests to sites' boxes after they were entered: left for a box that is away, taken back, listed, and looked at by who may no more.

import { expect } from "vitest";
import { type Flow, sent, to } from "./desk-flows";
import { ask, begin, idSent, line, newest } from "./desk-flows-transactions";

export const FLOWS: Flow[] = [
  {
    name: "a request is left for a box that is not there, and taken back",
    async run({ page, on, look }) {
      await begin(page, "Goods out", "garut");
      await page.getByLabel("Out of the warehouse").fill("Garut - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("3");
      await ask(page).click();
      await page.getByText("its line is down").waitFor();
      await page.getByText("it goes when the line is up, or by a stick").waitFor();
      await page.getByRole("button", { name: "Leave it for the box" }).scrollIntoViewIfNeeded();
      await look("enter-away");
      await page.getByRole("button", { name: "Leave it for the box" }).click();
      await newest(page).getByText("garut has not answered yet").waitFor();
      expect(sent(on).body).toMatchObject({ site: "garut", waits: true });
      const id = idSent(sent(on).body);
      await newest(page).getByRole("button", { name: "Take back" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("garut then does not record it").waitFor();
      await look("transactions-take-back");
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await newest(page).getByRole("button", { name: "Take back" }).click();
      await dialog.getByRole("button", { name: "Take back" }).click();
      await newest(page).getByText("sari took it back; garut has not said yet").waitFor();
      expect(sent(on)).toEqual({ method: "POST", path: `transactions/${id}/take-back`, body: {} });
      expect(await newest(page).getByRole("button").count()).toBe(0);
      await look("transactions-taken-back");
      on.answerAsked();
      await newest(page).getByText("sari took it back at the office").waitFor();
    },
  },
  {
    name: "what has been answered meanwhile is not taken back, and that is said where it is asked",
    async run({ page, on }) {
      await begin(page, "Goods out", "bogor");
      await page.getByLabel("Out of the warehouse").fill("Bogor - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("3");
      await ask(page).click();
      await newest(page).getByRole("button", { name: "Take back" }).click();
      on.answerAsked();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Take back" }).click();
      await dialog.getByText("the box of bogor has answered: it is decided").waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await newest(page).getByText("Recorded as").waitFor();
    },
  },
  {
    name: "who only looks sees what was asked, and enters and takes back nothing",
    async run({ page }) {
      await begin(page, "Goods out", "cirebon");
      await page.getByLabel("Out of the warehouse").fill("Cirebon - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("3");
      await ask(page).click();
      await newest(page).getByRole("button", { name: "Take back" }).waitFor();
      await page.route(/api\/me$/, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), role: "look" } });
      });
      await page.reload();
      await newest(page).getByText("cirebon has not answered yet").waitFor();
      expect(await page.getByRole("button", { name: /^(Take back|Enter a document)$/ }).count()).toBe(0);
      const nav = await page.locator("#nav a").allTextContents();
      expect(nav).toContain("Requests to sites");
      expect(nav).not.toContain("Enter a document");
      await to(page, "enter");
      await page.getByText("Your role may not do this").waitFor();
      await page.unroute(/api\/me$/);
      await page.reload();
      await page.getByRole("heading", { level: 1, name: "Enter a document" }).waitFor();
    },
  },
  {
    name: "requests are narrowed by site, and come page by page",
    async run({ page, look }) {
      await to(page, "transactions");
      const asked = page.waitForRequest(/api\/transactions\?site=tasikmalaya&/);
      await page.getByLabel("Site", { exact: true }).selectOption("tasikmalaya");
      await asked;
      const rows = page.locator(".cards tbody tr");
      await expect.poll(() => rows.count()).toBe(100);
      await page.getByText("and 1 more").first().click();
      await look("transactions-more-lines");
      await page.getByRole("button", { name: "More" }).click();
      await expect.poll(() => rows.count()).toBe(104);
    },
  },
];
