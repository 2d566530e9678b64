// Codes by the camera, in the real browser with the real box: Chromium plays a film in the place of a camera, and has no decoder of its own here.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Picture } from "../src/scan/decode";
import { serious } from "./axe";
import { type Browser, closeOpened, launch, open, type Page, pair, SIZES } from "./browser";
import { drawn, seen } from "./codes";
import { camera } from "./film";
import { type Fixture, fixture } from "./fixture";
import { button, tap, tile } from "./flows";
import { program, type Stage, stage } from "./stage";

const SOON = { timeout: 15_000, interval: 50 };
type Size = (typeof SIZES)[keyof typeof SIZES];
interface Watched {
  looks: number;
  camera?: MediaStream;
}

const shots = process.env.SHOTS;
/** An item whose codes are such as printers print: the sample's have no right check digits. */
const ITEM = `item_code,item_name,stock_uom,barcodes.barcode,has_batch_no
RIBBON,"Ribbon, red",Nos,8991234567891,
,,,RIBBON-QR-77,
`;

describe.skipIf(!program)("the camera", () => {
  let on: Stage;
  let box: Fixture;
  let browser: Browser | null = null;

  beforeAll(async () => {
    on = await stage({ people: false, https: true });
    box = await fixture(on, "workshop-till-password");
    writeFileSync(join(on.dir, "item.csv"), ITEM);
    on.office("office", "load", join(on.dir, "item.csv"));
    const known = () => on.box("show", "barcode", "8991234567891", "--json");
    await vi.waitFor(() => expect(known()).toContain("RIBBON"), { ...SOON, timeout: 30_000 });
  }, 90_000);
  afterEach(async (of) => {
    await closeOpened(of);
    await browser?.close();
    browser = null;
  });
  afterAll(async () => {
    await box?.close();
    await on?.end();
  });

  /** A tablet whose camera sees this, with the sale open. */
  async function selling(args: string[], { url, size }: Partial<{ url: string; size: Size }> = {}): Promise<Page> {
    browser = await launch(...args);
    const { page } = await open(browser, size ?? SIZES.phone);
    page.setDefaultTimeout(15_000);
    // Looks are counted: a test that nothing is found has to know that somebody looked. And the camera's light is watched.
    await page.addInitScript(() => {
      const counted = window as unknown as Watched;
      counted.looks = 0;
      const devices = navigator.mediaDevices;
      if (devices)
        devices.getUserMedia = async (of) => {
          counted.camera = await MediaDevices.prototype.getUserMedia.call(devices, of);
          return counted.camera;
        };
      const read = CanvasRenderingContext2D.prototype.getImageData;
      CanvasRenderingContext2D.prototype.getImageData = function (...where: Parameters<typeof read>) {
        counted.looks += 1;
        return read.apply(this, where);
      };
    });
    await pair(page, url ?? box.url, box.code);
    await page.getByRole("heading", { name: "Tailor Works" }).waitFor();
    await tile(page, "Sell");
    return page;
  }

  const sees = (name: string, code: Picture | null) => camera(join(on.dir, `${name}.y4m`), seen(code, 640, 480));

  /** Nothing wrong with the screen, which is kept as a picture where they are wanted. */
  async function look(page: Page, name: string): Promise<void> {
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}.png`) });
    }
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")).toBeLessThanOrEqual(0);
  }

  test.each([
    ["an EAN-13", "ean13", "8991234567891"],
    ["a QR code", "qrcode", "RIBBON-QR-77"],
  ])(
    "%s before the camera goes into the cart, once",
    async (_, kind, text) => {
      const page = await selling(sees(kind, drawn(kind, text, 4)));
      await page.getByText("Ribbon, red").waitFor({ state: "hidden" });
      await tap(page, "Camera");
      await page.locator(".lines b").getByText("Ribbon, red").waitFor();
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      expect(await page.getByRole("textbox", { name: /Quantity of Ribbon/ }).inputValue()).toBe("1");
    },
    90_000,
  );

  test.each(Object.entries(SIZES))(
    "a picture without a code gives nothing, however long it is looked at: %s",
    async (name, size) => {
      const page = await selling(sees("wood", null), { size });
      await tap(page, "Camera");
      const looks = () => page.evaluate(() => (window as unknown as Watched).looks);
      await vi.waitFor(async () => expect(await looks()).toBeGreaterThan(8), SOON);
      await look(page, `${name}-camera`);
      expect(await page.locator(".lines li").count()).toBe(0);
      await button(page, "Close").click();
      const lights = () =>
        page.evaluate(() => (window as unknown as Watched).camera?.getTracks().map((track) => track.readyState));
      await vi.waitFor(async () => expect(await lights()).toEqual(["ended"]), SOON);
    },
    90_000,
  );

  test.each(Object.entries(SIZES))(
    "over plain HTTP it is said why there is none, and where there is one: %s",
    async (name, size) => {
      const url = box.url.replace("localhost", "outpost.local");
      const page = await selling(["--host-resolver-rules=MAP outpost.local 127.0.0.1"], { url, size });
      await tap(page, "Camera");
      await page.getByText("over plain HTTP").waitFor();
      await page.getByText(`${on.secure}/`).waitFor();
      expect(await page.getByRole("link", { name: "The box's certificate" }).getAttribute("href")).toBe("/api/ca");
      await look(page, `${name}-camera-insecure`);
    },
    90_000,
  );

  test("where nobody allows it, or there is none, that is what is said", async () => {
    const page = await selling(["--use-fake-device-for-media-stream", "--deny-permission-prompts"]);
    await tap(page, "Camera");
    await page.getByText("The camera is not allowed here").waitFor();
    await browser?.close();
    const other = await selling(["--use-fake-ui-for-media-stream"]);
    await tap(other, "Camera");
    await other.getByText("no camera that can be used").waitFor();
    await look(other, "phone-camera-none");
  }, 90_000);
});
