import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    target: "es2022",
    // What is built is served under a policy without inline script and style: nothing may be put into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: "index.html" } },
  },
  test: { include: ["src/**/*.test.ts", "tests/**/*.test.ts"], environment: "node", execArgv: ["--experimental-websocket"] },
});
