import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openByteSource } from "../../src/bytes/source.ts";
import { readCapture } from "../../src/capture/read-capture.ts";
import { explain } from "../../src/findings/benign-rules.ts";
import { judge } from "../../src/findings/judge.ts";
import { FrameIntake } from "../../src/intake/frame-intake.ts";
import { parseRoles } from "../../src/knowledge/given-roles.ts";
import { givenHolders } from "../../src/knowledge/roles.ts";
import { NetworkState } from "../../src/neighbours/network-state.ts";
import { RoleAssignment } from "../../src/roles/role-assignment.ts";

const CAPTURES = join(import.meta.dirname, "../../captures");
const ROLES = parseRoles({ vips: ["10.0.0.100"], directors: ["10.0.0.10"] });

/** Worked out once from the rest when somebody asks, and never read as anything else. */
const MEMOS = new Set(["absent", "described", "rowIndex"]);

describe("assigning roles and judging", () => {
  const names = readdirSync(CAPTURES).filter((name) => existsSync(join(CAPTURES, name, "capture.pcap")));

  it.each(names)("leaves the state of %s as it is", async (name) => {
    const state = new NetworkState(givenHolders(ROLES));
    const source = await openByteSource(join(CAPTURES, name, "capture.pcap"));
    await readCapture(source, new FrameIntake(state, 0));
    await source.close();
    state.finish();
    state.followUnnamed();
    // What the vantage allows to conclude is worked out when it is first asked for.
    state.vantage.limits;
    const before = contentsOf(state);
    const assignment = new RoleAssignment(state, ROLES);
    const findings = judge(state, assignment);
    explain(state, assignment, findings);
    const after = contentsOf(state);
    expect(after.find((line, index) => line !== before[index]) ?? null).toBeNull();
    expect(after.length).toBe(before.length);
  });
});

/** Everything that can be reached from it, each object once, in lines. */
function contentsOf(root: unknown): string[] {
  const numbers = new Map<object, number>();
  const lines: string[] = [];
  const walk = (value: unknown): string => {
    if (typeof value !== "object" || value === null)
      return typeof value === "function" ? "code" : String(value);
    const known = numbers.get(value);
    if (known !== undefined) return `#${known}`;
    const number = numbers.size;
    numbers.set(value, number);
    const parts: string[] = [];
    if (ArrayBuffer.isView(value)) parts.push(Buffer.from(value.buffer).toString("base64"));
    else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      for (const item of value) parts.push(walk(item));
    } else {
      for (const [key, item] of Object.entries(value)) {
        if (!MEMOS.has(key)) parts.push(`${key}=${walk(item)}`);
      }
    }
    lines.push(`${value.constructor?.name} #${number}: ${parts.join(" ")}`);
    return `#${number}`;
  };
  walk(root);
  return lines;
}
