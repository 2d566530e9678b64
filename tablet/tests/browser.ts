// Debian's Chromium, and what tests do on the page: by what people see and touch.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterEach, type TestContext } from "vitest";

export const SIZES = { phone: { width: 360, height: 640 }, tablet: { width: 1024, height: 768 } } as const;

const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Whether there is a browser at all; who only works on what is pure needs none. */
export const hasBrowser = existsSync(PROGRAM);

const opened: BrowserContext[] = [];

/** A test that failed says what there was to see: by the time somebody reads of it, the page is gone. */
async function tellFailed({ task }: TestContext): Promise<void> {
  if (task.result?.state !== "fail") return;
  for (const page of opened.flatMap((context) => context.pages())) {
    // biome-ignore lint/performance/useDomNodeTextContent: what is seen, line by line
    const text = await page.locator("body").innerText({ timeout: 2_000 }).catch(String);
    console.error(`${task.name}: at ${page.url()} there was\n${text.replace(/^/gm, "  | ")}`);
  }
}
afterEach(tellFailed);

/** Closes all that was opened, for suites of which each test begins with pages of its own. */
export async function closeOpened(of: TestContext): Promise<void> {
  await tellFailed(of);
  for (const context of opened.splice(0)) await context.close();
}

/** `more`: what this browser is to be told beside the usual. */
export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...more],
  });
}

export async function open(browser: Browser, size: { width: number; height: number }, locale = "en-GB") {
  const context = await browser.newContext({ viewport: size, locale, hasTouch: true, timezoneId: "Asia/Jakarta" });
  opened.push(context);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    // The network is cut on purpose, and questions that a fixture does not answer are 404.
    if (message.type() === "error" && !/ERR_|404|WebSocket|Failed to load/.test(text)) wrong.push(text);
  });
  return { context, page, wrong };
}

/** Pairs with the code that the box shows. */
export async function pair(page: Page, url: string, code: string, name = ""): Promise<void> {
  await page.goto(`${url}/#pair=${code}`);
  if (name) await page.getByLabel("Name of this tablet").fill(name);
  await page.getByRole("button", { name: /^(Pair|Hubungkan)$/ }).click();
}

export async function login(page: Page, name: string, pin: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  for (const digit of pin) await page.getByRole("button", { name: digit, exact: true }).click();
  await page.getByRole("button", { name: /^(Log in|Masuk)$/ }).click();
}

/** What a scanner types, five milliseconds a key by its own clock, whatever else this machine does. No key lies in the future. */
export async function scan(page: Page, code: string): Promise<void> {
  const keys = await page.context().newCDPSession(page);
  let timestamp = Date.now() / 1000 - 0.005 * (code.length + 2);
  const down = (key: string, more: object = {}) => {
    timestamp += 0.005;
    return keys.send("Input.dispatchKeyEvent", { type: "keyDown", key, timestamp, ...more });
  };
  const typed = [...code].map((key) => (key === "\u001d" ? down("]", { modifiers: 2 }) : down(key, { text: key })));
  await Promise.all([...typed, down("Enter", { text: "\r" })]);
  await keys.detach();
}

export type { Browser, BrowserContext, Page };
