import { describe, expect, it } from "vitest";
import { syslogMessage } from "../../../src/watch/sinks/syslog-message.ts";
import { REAL_SERVER, VIP } from "../../support/frames.ts";
import { opened, takeover } from "./events.ts";

const ORIGIN = { hostname: "watcher", processId: 4711, version: "1.2.3" };

function text(event = opened()): string {
  return syslogMessage(event, ORIGIN).bytes.toString();
}

describe("a message of RFC 5424", () => {
  it("has all parts of the header, the time to the microsecond", () => {
    expect(text()).toMatch(
      /^<26>1 2023-11-14T22:13:20\.\d{6}Z watcher lvs-pcap 4711 vip-source-in-request \[lvs-pcap@32473 /,
    );
  });

  it("says in structured data who did what", () => {
    expect(text()).toContain(`event="opened" ip="${VIP}" id="F1" severity="critical" stage="used"`);
    expect(text()).toContain(`claimantMac="${REAL_SERVER.mac}" claimantIp="${REAL_SERVER.ip}"`);
  });

  it("names the software that sent it", () => {
    expect(text()).toContain('][origin software="lvs-pcap" swVersion="1.2.3"] ');
  });

  it("ends with a sentence for people", () => {
    expect(text()).toMatch(/\] F1 opened, critical: Real server 192\.168\.1\.11 .*\.$/);
  });

  it.each([
    ["critical", "<26>"],
    ["warning", "<28>"],
    ["notice", "<29>"],
  ] as const)("is of the level that %s deserves", (severity, priority) => {
    expect(text(opened({ severity })).startsWith(`${priority}1 `)).toBe(true);
  });

  it("is a notice when it is over, however bad it was", () => {
    expect(text(opened({ event: "restored", ending: "healed" }))).toMatch(/^<29>1 .* F1 healed: /);
  });

  it("is for information only where the change was benign", () => {
    expect(syslogMessage(takeover(), ORIGIN).bytes.toString()).toMatch(
      /^<30>1 \S+ watcher .* director-takeover \[/,
    );
  });

  it("escapes what would end a parameter", () => {
    expect(text(opened({ id: 'a"b]c\\d' }))).toContain('id="a\\"b\\]c\\\\d"');
  });

  it("needs no byte order mark in plain ASCII", () => {
    expect(text(opened({ summary: "plain" }))).not.toContain("\ufeff");
  });

  it("marks text beyond ASCII as UTF-8", () => {
    expect(text(opened({ summary: "13 µs later" }))).toMatch(/\] \ufeffF1 opened, critical: 13 µs later$/);
  });

  it("stays one line, whatever it is made of", () => {
    expect(text(opened({ summary: "one\ntwo" }))).not.toContain("\n");
  });

  it("is short enough for any receiver of datagrams, and cuts no character in two", () => {
    const message = syslogMessage(opened({ summary: "µ".repeat(5000) }), ORIGIN).bytes;
    expect(message.length).toBeLessThanOrEqual(2048);
    expect(message.toString()).toMatch(/µ\.\.\.$/);
  });

  it("does without a host name that cannot be printed", () => {
    expect(syslogMessage(opened(), { ...ORIGIN, hostname: " \u0007" }).bytes.toString()).toMatch(
      /^<26>1 \S+ - lvs-pcap /,
    );
  });
});
