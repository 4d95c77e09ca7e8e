import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { PATIENCE } from "./support/patience.ts";

export default defineConfig({
  test: {
    root: import.meta.dirname.replace(/\/test$/, ""),
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/provide-schema.ts", "test/support/shared-folder.ts"],
    setupFiles: ["test/support/scratch-setup.ts"],
    reporters: ["default", "./test/support/skipped-reporter.ts"],
    tags: [
      {
        name: "slow",
        description: "Takes seconds, starts programs, or runs what was built: not in test:fast.",
      },
    ],
    testTimeout: 30_000 * PATIENCE,
    // The sources keep no state between runs, so that a worker loads them once for all of its test files.
    isolate: false,
    // Vitest leaves a core to itself, which it does not need: on two cores that is half the time.
    maxWorkers: availableParallelism(),
  },
});
