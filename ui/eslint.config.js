import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  { languageOptions: { globals: globals.browser } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      // The type checker does this, and knows the types.
      "no-undef": "off",
      // State classes replace whole Sets and Maps held in $state.raw; a reactive collection would copy each entry.
      "svelte/prefer-svelte-reactivity": "off",
      // The content security policy would refuse it anyway.
      "svelte/no-at-html-tags": "error",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/bindings.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["@tauri-apps/*"], message: "Only bindings.ts speaks to the engine." }] }],
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/components/**", "src/bindings.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["bits-ui"], message: "Only the wrappers in components/ use it." },
            { group: ["@tauri-apps/*"], message: "Only bindings.ts speaks to the engine.", allowTypeImports: false },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.test.ts"],
    rules: { "no-restricted-imports": "off" },
  },
);
