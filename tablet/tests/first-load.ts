// What a page loads before anything is seen: itself, what it names, what that is made of, and the texts of one language.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DIST } from "./pages";

/** The files of a page's first load, with their bytes as they are sent with brotli. */
export function firstLoad(page: string, ...more: string[]): { files: [name: string, bytes: number][]; bytes: number } {
  const names = new Set<string>([page, ...more]);
  const follow = (name: string) => {
    if (names.has(name)) return;
    names.add(name);
    if (!name.endsWith(".js")) return;
    for (const [, next] of read(name).matchAll(/(?:from|import)\s*["`]\.\/([^"`]+)["`]/g)) follow(`assets/${next}`);
  };
  for (const [, name] of read(page).matchAll(/\/(assets\/[^"]+)"/g)) follow(name ?? "");
  // The longer language. The desk's texts stand beside those that it shares with the app.
  const texts = page === "desk.html" ? /^(desk-)?id-.*\.js$/ : /^id-.*\.js$/;
  for (const name of readdirSync(join(DIST, "assets"))) if (texts.test(name)) names.add(`assets/${name}`);
  const files = [...names].map((name): [string, number] => [name, statSync(join(DIST, `${name}.br`)).size]);
  return { files, bytes: files.reduce((sum, [, bytes]) => sum + bytes, 0) };
}

function read(name: string): string {
  return readFileSync(join(DIST, name), "utf8");
}
