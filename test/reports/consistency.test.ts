import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report, ReportedPosition } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { conversation } from "../support/conversations.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PATIENCE } from "../support/patience.ts";
import type { CapturedFrame } from "../support/pcap.ts";

const ROLES = {
  vips: [VIP],
  directors: [DIRECTOR.mac],
  realServers: [REAL_SERVER.mac],
  gateways: [GATEWAY.mac],
};
/** All properties are tried on the same conversations, each of which is analysed once. */
const RUNS = { numRuns: 150 * PATIENCE, seed: Date.now() % 2 ** 31 };
const REPORTS = new Map<string, Promise<Report>>();

function forAnyConversation(
  holds: (report: Report, frames: readonly CapturedFrame[]) => void,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(conversation, fc.boolean(), async (frames, withRoles) => {
      holds(await analyzeOnce(frames, withRoles), frames);
    }),
    RUNS,
  );
}

function analyzeOnce(frames: readonly CapturedFrame[], withRoles: boolean): Promise<Report> {
  const hash = createHash("sha256").update(String(withRoles));
  for (const { atNs, bytes } of frames) hash.update(String(atNs)).update(bytes);
  const key = hash.digest("hex");
  const report = REPORTS.get(key) ?? analyze(frames, withRoles ? ROLES : {});
  REPORTS.set(key, report);
  return report;
}

/** The report without its times of day. */
function timeless(report: Report): unknown {
  return JSON.parse(JSON.stringify(report).replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"time"'));
}

describe("the report on anything that hosts may say", () => {
  it("is as the schema says", async () => {
    // `analyze` holds every report against the schema.
    await forAnyConversation((report, frames) => {
      expect(report.captures[0]?.frames).toBe(frames.length);
    });
  });

  it("says of no victim that it is still wrong whose cache is right at the end", async () => {
    await forAnyConversation((report) => {
      const contradictions = report.findings.flatMap(({ id, ip, vlan, claimant, formerHolder, victims }) =>
        victims
          .filter(({ restored }) => restored === null)
          .filter((victim) => {
            const cache = report.caches.find((each) => each.host.mac === victim.mac && each.vlan === vlan);
            return cache?.entries.find((entry) => entry.ip === ip)?.mac !== (formerHolder ?? claimant).mac;
          })
          .map(({ mac }) => `${id}: ${mac}`),
      );
      expect(contradictions).toEqual([]);
    });
  });

  it("gives every victim a frame that shows it, and none before the first claim was made", async () => {
    await forAnyConversation((report) => {
      const wrong = report.findings.flatMap(({ id, kind, first, victims }) =>
        victims
          .filter(({ learned, used }) => {
            const shown = learned ?? used;
            // What went past the director was learned before the capture; a stale entry was right once.
            const mayBeOlder = kind === "vip-bypass" || kind === "stale-neighbour";
            return shown === null || (!mayBeOlder && shown.frame < first.frame);
          })
          .map(({ mac }) => `${id}: ${mac}`),
      );
      expect(wrong).toEqual([]);
    });
  });

  it("calls a claim learned or used exactly where there is a victim", async () => {
    await forAnyConversation((report) => {
      const wrong = report.findings.filter(({ stage, victims }) => {
        const worst = victims.some(({ used }) => used !== null)
          ? "used"
          : victims.length > 0
            ? "learned"
            : "claimed";
        return stage !== worst;
      });
      expect(wrong).toEqual([]);
    });
  });

  it("names only frames that are there, in order, and the last not before the first", async () => {
    await forAnyConversation((report, frames) => {
      const isThere = ({ capture, frame }: ReportedPosition) =>
        capture === 0 && frame >= 1 && frame <= frames.length;
      for (const { first, last, evidence } of report.findings) {
        expect([first, last, ...evidence].every(isThere)).toBe(true);
        expect(evidence.map(({ frame }) => frame)).toEqual(
          evidence.map(({ frame }) => frame).toSorted((a, b) => a - b),
        );
        expect(last.frame).toBeGreaterThanOrEqual(first.frame);
      }
    });
  });

  it("does not depend on the time of day at which it happened", async () => {
    await fc.assert(
      fc.asyncProperty(conversation, fc.boolean(), async (frames, withRoles) => {
        const later = frames.map(({ atNs, bytes }) => ({ atNs: atNs + 86_400e9, bytes }));
        const report = await analyzeOnce(frames, withRoles);
        expect(timeless(await analyze(later, withRoles ? ROLES : {}))).toEqual(timeless(report));
      }),
      RUNS,
    );
  });
});
