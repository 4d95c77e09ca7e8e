import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname.replace(/\/test$/, ""),
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/provide-schema.ts"],
    reporters: ["default", "./test/support/skipped-reporter.ts"],
    testTimeout: 30_000,
  },
});
