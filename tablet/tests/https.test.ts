// The installed app over HTTPS with the box's own certificate, from the box's own listener, with the page that is built into the program.

import { createHash, X509Certificate } from "node:crypto";
import { get } from "node:http";
import { connect as handshake } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, launch, open, type Page, pair, SIZES } from "./browser";
import { tap, tile } from "./flows";
import { program, type Stage, stage } from "./stage";
import { type Wire, wire } from "./wire";

const DAY_MS = 86_400_000;
/** The most that Apple's browsers take of a server's certificate, whoever has signed it. */
const LONGEST_DAYS = 825;

interface Shown {
  leaf: X509Certificate;
  trouble: string | null;
}

/** What the box shows to who trusts this CA and calls it by that name. */
function shown(port: number, name: string, ca: string): Promise<Shown> {
  return new Promise((done, failed) => {
    const line = handshake({ port, host: "127.0.0.1", servername: name, ca, rejectUnauthorized: false }, () => {
      const leaf = line.getPeerX509Certificate();
      const trouble = line.authorizationError ? String(line.authorizationError) : null;
      line.destroy();
      if (leaf) done({ leaf, trouble });
      else failed(new Error("the box showed no certificate"));
    });
    line.on("error", failed);
  });
}

const fetched = (url: string) =>
  new Promise<{ type: string | undefined; body: string }>((done, failed) => {
    get(url, (answer) => {
      let body = "";
      answer.on("data", (bytes: Buffer) => {
        body += bytes.toString();
      });
      answer.on("end", () => done({ type: answer.headers["content-type"], body }));
    }).on("error", failed);
  });

describe.skipIf(!program)("the installed app", () => {
  let on: Stage;
  let way: Wire;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    on = await stage({ people: false, https: true });
    way = await wire(() => Number(new URL(on.secure).port));
    url = `https://outpost.local:${way.port}`;
    const { leaf } = await shown(way.port, "outpost.local", on.ca());
    const spki = createHash("sha256")
      .update(leaf.publicKey.export({ type: "spki", format: "der" }))
      .digest("base64");
    // No test may change what this machine trusts: the browser is told this one key, and what the box shows is checked by itself below.
    browser = await launch(
      "--host-resolver-rules=MAP outpost.local 127.0.0.1",
      `--ignore-certificate-errors-spki-list=${spki}`,
    );
    ({ page } = await open(browser, SIZES.tablet));
    page.setDefaultTimeout(20_000);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await way?.close();
    await on?.end();
  });

  test("a tablet is given the CA, and what the box shows is of it, for that name, and not for too long", async () => {
    const { type, body } = await fetched(`${on.pages}/api/ca`);
    expect(type).toBe("application/x-x509-ca-cert");
    expect(body).toBe(on.ca());
    const { leaf, trouble } = await shown(way.port, "outpost.local", body);
    expect(trouble).toBeNull();
    expect((Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / DAY_MS).toBeLessThan(LONGEST_DAYS);
    expect((await shown(way.port, "somebody.else", body)).trouble).toMatch(/ALTNAME/);
    expect(on.openPairing("till-7")).toContain(new X509Certificate(body).fingerprint256);
  }, 60_000);

  test("the manifest is one that browsers install", async () => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Pair this tablet" }).waitFor();
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    const tools = await page.context().newCDPSession(page);
    const { errors, data } = await tools.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "") as Record<string, unknown> & {
      icons: { src: string; sizes: string; type: string; purpose: string }[];
    };
    expect(manifest).toMatchObject({ name: "Outpost", id: "/", start_url: "/", scope: "/", display: "standalone" });
    expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(
      expect.arrayContaining(["192x192 any", "512x512 any", "512x512 maskable"]),
    );
    for (const { src, sizes, type } of manifest.icons.filter(({ type }) => type === "image/png")) {
      const drawn = await page.evaluate(async (at) => {
        const answer = await fetch(at);
        const picture = await createImageBitmap(await answer.blob());
        return { type: answer.headers.get("Content-Type"), sizes: `${picture.width}x${picture.height}` };
      }, src);
      expect(drawn).toEqual({ type, sizes });
    }
    // A page without a history of its own, as a test has it, is the one thing that is in the way.
    const { installabilityErrors } = await tools.send("Page.getInstallabilityErrors");
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  }, 60_000);

  test("out of range it opens, and sells; back in range the sale is saved, and has its marks", async () => {
    const code = /(\d{3}) (\d{3})/.exec(on.openPairing("till-7"));
    await pair(page, url, `${code?.[1]}${code?.[2]}`);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
    expect(await page.evaluate("window.isSecureContext")).toBe(true);
    const before = on.inBooks("sales-invoice").size;
    way.cut();
    await page.getByText(/No box/).waitFor();
    await page.reload();
    await page.getByRole("navigation").waitFor();
    await tile(page, "Sell");
    await page.getByRole("button", { name: /^Item$/ }).click();
    await page.getByRole("dialog").getByRole("searchbox").fill("shirt-001");
    await page.getByRole("dialog").locator("li button").first().click();
    await tap(page, /^Pay Rp/);
    await tap(page, /^Rp 150,000$/);
    await tap(page, /^Done$/);
    const marks = (state: string) => page.locator(`.frame > .body > .marks.${state}`);
    await marks("waiting").waitFor();
    // Closed and opened again, as an installed app is: what was sold is there.
    await page.reload();
    await marks("waiting").waitFor();
    expect(on.inBooks("sales-invoice").size).toBe(before);
    way.mend();
    await marks("at_office").waitFor({ timeout: 40_000 });
    expect(on.inBooks("sales-invoice").size).toBe(before + 1);
  }, 120_000);
});
