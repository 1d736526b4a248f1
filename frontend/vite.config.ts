import { defineConfig } from "vitest/config";

export default defineConfig({
  // Django serves the folder dist/ at the root, so that hashed files lie under /assets/.
  base: "/",
  build: {
    target: "es2022",
    // The polyfill is an inline script, which the Content-Security-Policy refuses; every target has it natively.
    modulePreload: { polyfill: false },
    // A font or an icon as a data: address would be refused by font-src 'self'.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { pretendToBeVisual: true } },
    // Longer than what a test waits for (src/test/setup.ts), so that the wait says what did not come.
    testTimeout: 30_000,
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/test/*.test.{ts,tsx}"],
  },
});
