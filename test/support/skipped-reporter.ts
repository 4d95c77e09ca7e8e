import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/** Lists, after the last test, what was skipped and why, so that a green run does not hide what it did not try. */
export default class SkippedReporter implements Reporter {
  private byName = false;
  private byTags = false;

  onInit({ config }: Vitest): void {
    this.byName = config.testNamePattern !== undefined;
    this.byTags = config.tagsFilter !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // `-t` skips all that it does not name.
    if (this.byName) return;
    const leftOut = new Map<string, number>();
    const skipped = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        if (this.byTags && test.tags.length > 0) count(leftOut, module.relativeModuleId);
        else count(skipped, `${module.relativeModuleId}: ${whatIsSkipped(test)}`);
      }
    }
    list("Left out by tag; npm test runs them:", leftOut);
    list("Skipped:", skipped);
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function list(heading: string, counts: ReadonlyMap<string, number>): void {
  if (counts.size === 0) return;
  const lines = [...counts].map(([what, tests]) => `  ${what}${tests > 1 ? `, ${tests} tests` : ""}`);
  process.stdout.write(`\n${[heading, ...lines].join("\n")}\n`);
}

/** The outermost title that gives a reason, or else the test's own, with the reason that it gave as it ran. */
function whatIsSkipped(test: TestCase): string {
  const titles = titlesTo(test);
  const withReason = titles.findIndex((title) => title.includes("(skipped: "));
  if (withReason >= 0) return titles.slice(0, withReason + 1).join(" > ");
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return `${titles.join(" > ")}${note === undefined ? "" : ` (skipped: ${note})`}`;
}

function titlesTo(test: TestCase): string[] {
  const titles = [test.name];
  let parent: TestSuite | TestModule = test.parent;
  while (parent.type === "suite") {
    titles.unshift(parent.name);
    parent = parent.parent;
  }
  return titles;
}
