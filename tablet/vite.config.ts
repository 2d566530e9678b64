import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";
import { defineConfig } from "vitest/config";

/** Tells the service worker which assets there are, and lays each beside itself compressed, so that the box need not. */
function served(): Plugin {
  return {
    name: "served",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const assets = [...ofApp(bundle)].map((name) => `/${name}`).filter((name) => name.startsWith("/assets/"));
      const build = createHash("sha256").update(assets.sort().join()).digest("hex").slice(0, 12);
      for (const file of files) {
        if (file.type === "chunk" && file.fileName === "sw.js") {
          file.code = file.code
            .replaceAll("__ASSETS__", JSON.stringify(assets))
            .replaceAll("__BUILD__", JSON.stringify(build));
        }
      }
    },
    writeBundle({ dir = "dist" }) {
      // From the disk: what stands there is what other steps have made of it.
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|html|svg|json|webmanifest)$/.test(name)) continue;
        const bytes = readFileSync(join(dir, name));
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** The files that the workshop's app is made of: what a tablet keeps has nothing of the office's desk in it. */
function ofApp(bundle: Rollup.OutputBundle): Set<string> {
  const found = new Set<string>();
  const follow = (name: string) => {
    const file = bundle[name];
    if (!file || found.has(name)) return;
    found.add(name);
    if (file.type !== "chunk") return;
    const { importedCss, importedAssets } = file.viteMetadata ?? {};
    for (const next of [...file.imports, ...file.dynamicImports, ...(importedCss ?? []), ...(importedAssets ?? [])])
      follow(next);
  };
  for (const file of Object.values(bundle)) if (file.type === "chunk" && file.name === "index") follow(file.fileName);
  return found;
}

export default defineConfig({
  plugins: [served()],
  build: {
    target: "es2022",
    // What is built is served under a policy without inline script and style: nothing may be put into the page itself.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: { index: "index.html", desk: "desk.html", sw: "src/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: ({ facadeModuleId: of }) =>
          of ? `assets/${of.includes("/desk/") ? "desk-" : ""}[name]-[hash].js` : "assets/shared-[hash].js",
      },
    },
  },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    expect: { poll: { timeout: 20_000 } },
    execArgv: ["--experimental-websocket"],
    // Made for bundlers: Node finds no file that is named without its ending.
    server: { deps: { inline: [/@zxing/] } },
  },
});
