// The page that was built here, as box and office serve it: under their policy, compressed.

import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, resolve } from "node:path";

export const DIST = resolve(import.meta.dirname, "../dist");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};
const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'",
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join("; ");

/** Answers `path`; `page` is what stands at `/`. */
export function servePage(page: string, path: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const file = join(DIST, path === "/" ? page : path);
  if (!file.startsWith(DIST) || !existsSync(file)) {
    outgoing.writeHead(404).end();
    return;
  }
  const headers: Record<string, string> = {
    "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
    "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  };
  const packed = existsSync(`${file}.br`) && String(incoming.headers["accept-encoding"]).includes("br");
  if (packed) headers["Content-Encoding"] = "br";
  outgoing.writeHead(200, headers).end(readFileSync(packed ? `${file}.br` : file));
}
