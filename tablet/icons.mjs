// Draws the app's icons from public/icon.svg: `npm run icons`. Installers of Android and iOS want pictures of fixed sizes. What is cut to a shape by
// the launcher, or by iOS, is drawn to its edges; nothing of the sign is outside of the circle that is always left.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const ICONS = [
  ["icon-192.png", 192, false],
  ["icon-512.png", 512, false],
  ["icon-maskable-512.png", 512, true],
  ["icon-apple-180.png", 180, true],
];
const svg = readFileSync("public/icon.svg", "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
for (const [name, size, full] of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  const drawn = full ? svg.replace(/ rx="\d+"/, "") : svg;
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawn}`);
  await page.screenshot({ path: `public/${name}`, omitBackground: !full });
}
await browser.close();
