import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // svelteTesting cleans up after each test and makes Vitest resolve Svelte's browser build.
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  build: {
    // The oldest web views Tauri 2 runs on here: WebKitGTK 2.40, macOS 13, WebView2.
    target: ["safari16.4", "chrome120"],
    // The content security policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./test-setup.ts"],
    restoreMocks: true,
    // The files of a worker share their modules: loading them anew for each would take longer than the tests.
    isolate: false,
    // A busy machine is slow, not wrong.
    testTimeout: 30_000,
  },
});
