import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/** Lists, after the last test, what was skipped and why, so that a green run does not hide what it did not try. */
export default class SkippedReporter implements Reporter {
  private selected = false;

  onInit({ config }: Vitest): void {
    this.selected = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // `-t` skips all that it does not name.
    if (this.selected) return;
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const what = `${module.relativeModuleId}: ${whatIsSkipped(test)}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
    }
    if (counts.size === 0) return;
    process.stdout.write("\nSkipped:\n");
    for (const [what, count] of counts) {
      process.stdout.write(`  ${what}${count > 1 ? `, ${count} tests` : ""}\n`);
    }
  }
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
