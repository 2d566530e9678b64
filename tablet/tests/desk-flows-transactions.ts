// Documents that are entered at the desk for a site's warehouse: refused at their field, asked of the box, answered, taken back.

import { expect } from "vitest";
import type { Page } from "./browser";
import { type Flow, sent, to } from "./desk-flows";

const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);

export async function begin(page: Page, what: string, site: string): Promise<void> {
  await to(page, "transactions");
  await page.getByRole("heading", { level: 1, name: "Requests to sites" }).waitFor();
  await page.getByRole("main").getByRole("button", { name: "Enter a document" }).click();
  await page.getByRole("heading", { level: 1, name: "Enter a document" }).waitFor();
  await page.getByLabel(what, { exact: true }).check();
  await page.getByLabel("Site", { exact: true }).selectOption(site);
}

export const line = (page: Page, n: number) => page.getByRole("group", { name: `Line ${n}` });
export const ask = (page: Page) => page.getByRole("button", { name: "Ask the box" });
/** The newest of the site's. */
export const newest = (page: Page) => page.locator(".cards tbody tr").first();

/** The identity of a request in what went out. */
export const idSent = (body: unknown) => (body as { document: { id: string } }).document.id;

export const FLOWS: Flow[] = [
  {
    name: "goods out: what the office refuses stands at its field, then it is asked, and its answer comes by itself",
    async run({ page, on, look }) {
      await begin(page, "Goods out", "bandung");
      expect(await ask(page).isDisabled()).toBe(true);
      const warehouse = page.getByLabel("Out of the warehouse");
      await expect.poll(() => offered(page, "Out of the warehouse")).toEqual(["Bandung - TW"]);
      await warehouse.fill("Nowhere");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("30");
      await page.getByRole("button", { name: "Another line" }).click();
      await page.getByRole("button", { name: "Another line" }).click();
      await line(page, 3).getByLabel("Item").fill("THREAD-RED");
      await line(page, 3).getByLabel("Quantity").fill("0");
      await ask(page).click();
      const wrong = page.getByRole("alert");
      await expect
        .poll(() => wrong.textContent())
        .toMatch(/^Nowhere is no warehouse.*What to do: change the warehouse/);
      expect(await warehouse.getAttribute("aria-invalid")).toBe("true");
      expect(await warehouse.evaluate((field) => field === document.activeElement)).toBe(true);
      await look("enter-refused");
      await warehouse.fill("Bandung - TW");
      expect(await wrong.count()).toBe(0);
      await page.getByText("There, as far as the office has heard: 905").waitFor();
      await ask(page).click();
      await line(page, 3).getByRole("alert").getByText("0 is not above zero").waitFor();
      await look("enter-refused-line");
      await page.getByRole("button", { name: "Take line 2 away" }).click();
      await line(page, 2).getByLabel("Quantity").fill("2");
      await ask(page).click();
      await newest(page).getByText("bandung has not answered yet").waitFor();
      const items = [
        { item_code: "BTN-014", qty: "30" },
        { item_code: "THREAD-RED", qty: "2" },
      ];
      const wanted = { id: UUID, stock_entry_type: "Material Issue", from_warehouse: "Bandung - TW", items };
      const body = { site: "bandung", kind: "stock-entry", document: wanted };
      expect(sent(on)).toEqual({ method: "POST", path: "transactions", body });
      // What was refused and corrected is the same document still.
      expect(new Set(on.asked.slice(-3).map(({ body }) => idSent(body))).size).toBe(1);
      await look("transactions-undecided");
      on.answerAsked();
      const way = newest(page).getByRole("link", { name: "BDG-SE-A000012" });
      await way.waitFor();
      await look("transactions-recorded");
      await way.click();
      await page.getByText("Saved at the box").first().waitFor();
    },
  },
  {
    name: "what is not there is declined, with why",
    async run({ page, on, look }) {
      await begin(page, "Goods out", "bandung");
      await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("5000");
      await ask(page).click();
      await newest(page).getByText("Undecided").waitFor();
      on.answerAsked();
      await newest(page).getByText("BTN-014: too few are here").waitFor();
      await newest(page).getByText("Declined").waitFor();
      await look("transactions-declined");
    },
  },
  {
    name: "goods in, goods for another site and goods for a customer are documents of their own",
    async run({ page, on, look }) {
      await begin(page, "Goods in", "bandung");
      await page.getByLabel("Into the warehouse").fill("Bandung - TW");
      await line(page, 1).getByLabel("Item").fill("CLOTH-001");
      await line(page, 1).getByLabel("Quantity").fill("12.5");
      await line(page, 1).getByLabel("Worth of one").fill("45,600");
      await look("enter-in");
      await ask(page).click();
      await newest(page).getByText("CLOTH-001: 12.5 × 45,600").waitFor();
      const item = { item_code: "CLOTH-001", qty: "12.5" };
      expect(sent(on).body).toMatchObject({
        document: { stock_entry_type: "Material Receipt", items: [{ ...item, basic_rate: "45600" }] },
      });

      await begin(page, "To another site", "bandung");
      await expect.poll(() => offered(page, "Transit warehouse")).toEqual(["In Transit - TW"]);
      await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
      await page.getByLabel("Transit warehouse").fill("Garut - TW");
      await line(page, 1).getByLabel("Item").fill("CLOTH-001");
      await line(page, 1).getByLabel("Quantity").fill("12.5");
      await ask(page).click();
      await page.getByText("Garut - TW is no transit warehouse").waitFor();
      expect(await page.getByLabel("Transit warehouse").getAttribute("aria-invalid")).toBe("true");
      await page.getByLabel("Transit warehouse").fill("In Transit - TW");
      await look("enter-send");
      await ask(page).click();
      await newest(page).getByText("Bandung - TW → In Transit - TW").waitFor();
      expect(sent(on).body).toMatchObject({
        document: { stock_entry_type: "Material Transfer", add_to_transit: 1, items: [item] },
      });

      await begin(page, "To a customer", "bandung");
      await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
      await page.getByLabel("Customer", { exact: true }).fill("Bu Sari");
      await line(page, 1).getByLabel("Item").fill("SHIRT-001");
      await line(page, 1).getByLabel("Quantity").fill("1");
      expect(await ask(page).isDisabled()).toBe(true);
      await line(page, 1).getByLabel("Price of one").fill("150000");
      await look("enter-deliver");
      await ask(page).click();
      await newest(page).getByText("Bandung - TW → Bu Sari").waitFor();
      expect(sent(on).body).toMatchObject({
        kind: "delivery-note",
        document: { customer: "Bu Sari", set_warehouse: "Bandung - TW", items: [{ rate: "150000" }] },
      });
      on.answerAsked();
    },
  },
  {
    name: "what is sent again, since its answer was lost, is the same request; what was changed since is not sent in its place",
    async run({ page, on, look }) {
      await begin(page, "Goods out", "bandung");
      await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("7");
      on.asked.length = 0;
      // It arrives, and the page does not hear so.
      await page.route(
        /api\/transactions$/,
        async (route) => {
          await route.fetch();
          await route.abort();
        },
        { times: 2 },
      );
      await ask(page).click();
      await page.getByText("if it had arrived already, it still counts once").waitFor();
      await look("enter-not-reached");
      await ask(page).click();
      await expect.poll(() => on.asked.length).toBe(2);
      await page.getByText("if it had arrived already, it still counts once").waitFor();
      await line(page, 1).getByLabel("Quantity").fill("8");
      await ask(page).click();
      await page.getByText("as it was before you changed it").waitFor();
      await look("enter-known");
      const [first, again, changed] = on.asked.map(({ body }) => idSent(body));
      expect([again, changed]).toEqual([first, first]);
      await page.getByRole("button", { name: "This is another document" }).click();
      await ask(page).click();
      await newest(page).getByText("BTN-014: 8").waitFor();
      expect(idSent(sent(on).body)).not.toBe(first);
      expect(await page.getByText("BTN-014: 7", { exact: true }).count()).toBe(1);
      on.answerAsked();
    },
  },
  {
    name: "taps after the first are no other request",
    async run({ page, on }) {
      await begin(page, "Goods out", "bandung");
      await page.getByLabel("Out of the warehouse").fill("Bandung - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("9");
      on.asked.length = 0;
      await ask(page).evaluate((button: HTMLButtonElement) => {
        for (let tap = 0; tap < 5; tap++) button.click();
      });
      await newest(page).getByText("BTN-014: 9").waitFor();
      expect(new Set(on.asked.map(({ body }) => idSent(body))).size).toBe(1);
      expect(await page.getByText("BTN-014: 9", { exact: true }).count()).toBe(1);
      on.answerAsked();
    },
  },
  {
    name: "a number that cannot be read is not sent as what it was before",
    async run({ page, on, look }) {
      await begin(page, "Goods in", "bandung");
      await page.getByLabel("Into the warehouse").fill("Bandung - TW");
      await line(page, 1).getByLabel("Item").fill("BTN-014");
      await line(page, 1).getByLabel("Quantity").fill("9");
      const worth = line(page, 1).getByLabel("Worth of one");
      await worth.fill("12");
      await worth.fill("12 each");
      on.asked.length = 0;
      await ask(page).click();
      await page.getByText("This is no number.").waitFor();
      expect(await worth.evaluate((field) => field === document.activeElement)).toBe(true);
      await look("enter-no-number");
      expect(on.asked).toEqual([]);
      await worth.fill("13");
      await ask(page).click();
      await newest(page).getByText("BTN-014: 9 × 13").waitFor();
      on.answerAsked();
    },
  },
];

/** What a field offers to choose from. */
function offered(page: Page, label: string): Promise<string[]> {
  const field = page.getByLabel(label);
  return field.evaluate((input: HTMLInputElement) => [...(input.list?.options ?? [])].map(({ value }) => value));
}
