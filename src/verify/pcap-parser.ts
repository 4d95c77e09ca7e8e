import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { parse } from "pcap-parser";
import type { Feed, SecondListener } from "./second-decoder.ts";

export const PCAP_PARSER = "pcap-parser";

/** The version that is installed: a statement on what agreed is worth little without it. */
export function pcapParserVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)(`${PCAP_PARSER}/package.json`);
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}

/** pcap-parser, fed by hand instead of by a stream of its own. */
export function openPcapParser(listener: SecondListener): Feed {
  const input = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  const parser = parse(input);
  parser.on("error", ({ message }) => listener.refused(message));
  parser.on("globalHeader", ({ majorVersion, minorVersion, linkLayerType }) => {
    // It says that it reads 2.4 only, but its check lets 2.x and x.4 pass; before 2.3 the two lengths change places.
    if (majorVersion !== 2 || minorVersion !== 4) {
      listener.refused(`unsupported version ${majorVersion}.${minorVersion}`);
    } else {
      listener.header(linkLayerType & 0xffff);
    }
  });
  parser.on("packet", ({ header, data }) => {
    listener.record({
      seconds: header.timestampSeconds,
      microseconds: header.timestampMicroseconds,
      capturedBytes: header.capturedLength,
      originalBytes: header.originalLength,
      frame: data,
    });
  });
  return (bytes) => withoutDeprecationWarnings(() => input.emit("data", bytes));
}

/** It joins chunks by `new Buffer`, of which Node warns (DEP0005); no user of ours can do anything about that. */
function withoutDeprecationWarnings(work: () => void): void {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    work();
  } finally {
    if (before === undefined) delete process.noDeprecation;
    else process.noDeprecation = before;
  }
}
