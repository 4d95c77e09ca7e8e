import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { BENIGN_KINDS, FINDING_KINDS } from "../src/kinds/registry.ts";

const SOURCES = join(import.meta.dirname, "..", "src");

/** From the wire to the person: each room may use the rooms of the lines above its own, and itself. */
const LINES: readonly (readonly string[])[] = [
  ["errors", "limits"],
  ["files", "options"],
  ["bytes"],
  ["capture"],
  ["decode"],
  ["knowledge"],
  ["neighbours"],
  ["intake"],
  ["roles"],
  ["words"],
  ["kinds"],
  ["findings"],
  ["explain"],
  ["reports"],
  ["evidence"],
  ["version"],
  ["verify"],
  ["analyze", "watch"],
  ["evidence-file"],
  ["cli", "index"],
  ["packaging"],
];

/** In neighbours/ likewise: each folder may use those above its own, and the files beside the folders use all. */
const NEIGHBOUR_FOLDERS = [
  "base",
  "duplicates",
  "claims",
  "caches",
  "control",
  "traffic",
  "vantage",
  "bounds",
];

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const FILES = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .toSorted();

const CODE = new Map(
  FILES.map((file) => [file, withoutComments(readFileSync(join(SOURCES, file), "utf8"))] as const),
);

const IMPORTS: readonly Import[] = FILES.flatMap((file) =>
  [...(CODE.get(file) ?? "").matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap(([, specifier]) =>
    specifier === undefined ? [] : [{ file, specifier }],
  ),
);

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** The folder in src, or the file's name where it lies in src itself. */
function roomOf(file: string): string {
  return file.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

function lineOf(room: string): number {
  return LINES.findIndex((rooms) => rooms.includes(room));
}

/** The room that an import leads to, null for a package or a module of Node. */
function destination({ file, specifier }: Import): string | null {
  if (!specifier.startsWith(".")) return null;
  return roomOf(relative(SOURCES, join(SOURCES, dirname(file), specifier)));
}

/** By file the files in src/ that it imports. */
function importsByFile(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    FILES.map((file) => [
      file,
      IMPORTS.filter((found) => found.file === file && found.specifier.startsWith("."))
        .map(({ specifier }) => join(dirname(file), specifier))
        .filter((imported) => CODE.has(imported)),
    ]),
  );
}

/** The rings that a walk from file to file comes back on, each once, in the order of its imports. */
function ringsOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const rings: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (file: string) => {
    const met = way.indexOf(file);
    if (met >= 0) rings.push([...way.slice(met), file].join(" -> "));
    if (met >= 0 || done.has(file)) return;
    way.push(file);
    for (const imported of imports.get(file) ?? []) walk(imported);
    way.pop();
    done.add(file);
  };
  for (const file of imports.keys()) walk(file);
  return rings;
}

describe("the sources", () => {
  it("have a line in ARCHITECTURE.md for each room, and for each folder of neighbours/", () => {
    const map = readFileSync(join(SOURCES, "..", "ARCHITECTURE.md"), "utf8");
    const rooms = new Set(FILES.map(roomOf));
    const isThere = (room: string) => map.includes(`\`src/${room}\``) || map.includes(`\`src/${room}.ts\``);
    expect([...rooms].filter((room) => !isThere(room))).toEqual([]);
    expect(NEIGHBOUR_FOLDERS.filter((folder) => !map.includes(`| \`${folder}\``))).toEqual([]);
  });

  it("are all in a room that has its place", () => {
    expect(FILES.filter((file) => lineOf(roomOf(file)) < 0)).toEqual([]);
  });

  it("let data flow one way: a room uses only those before it", () => {
    const backwards = IMPORTS.filter((found) => {
      const to = destination(found);
      const from = roomOf(found.file);
      return to !== null && to !== from && lineOf(to) >= lineOf(from);
    });
    expect(backwards).toEqual([]);
  });

  it("let data flow one way among the folders of neighbours/, too", () => {
    const order = [...NEIGHBOUR_FOLDERS, ""];
    const folderOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? "") : "");
    const inside = IMPORTS.filter(
      (found) => roomOf(found.file) === "neighbours" && destination(found) === "neighbours",
    ).map(({ file, specifier }) => ({
      from: relative("neighbours", file),
      to: relative("neighbours", join(dirname(file), specifier)),
    }));
    const backwards = inside.filter(
      ({ from, to }) =>
        order.indexOf(folderOf(from)) < 0 || order.indexOf(folderOf(to)) > order.indexOf(folderOf(from)),
    );
    expect(backwards).toEqual([]);
  });

  it("judge by a view of the state that has no method to change it", () => {
    const rooms = ["roles", "findings", "reports"];
    const writing = IMPORTS.filter(
      ({ file, specifier }) => rooms.includes(roomOf(file)) && specifier.endsWith("/network-state.ts"),
    );
    expect(writing).toEqual([]);
  });

  it("import each other in no ring, types included", () => {
    expect(ringsOf(importsByFile())).toEqual([]);
  });

  it("keep the bounds of the state in one table", () => {
    const bound =
      /^(?:export )?const (?:MOST|LARGEST|[A-Z_]+_KEPT|[A-Z_]*REMEMBERED)[A-Z_0-9]* = \(?\d(?![^;]*[A-Z])/m;
    const rooms = ["neighbours", "intake"];
    expect(FILES.filter((file) => rooms.includes(roomOf(file)) && bound.test(CODE.get(file) ?? ""))).toEqual(
      [],
    );
  });

  it("are found by this test: every room uses another, but the first", () => {
    const users = new Set(
      IMPORTS.filter((found) => destination(found) !== null).map(({ file }) => roomOf(file)),
    );
    expect([...users]).toEqual(
      expect.arrayContaining(["bytes", "capture", "findings", "analyze", "cli", "index"]),
    );
  });

  it("name the file they import with its extension, as Node wants it", () => {
    expect(
      IMPORTS.filter(({ specifier }) => specifier.startsWith(".") && !/\.(ts|json)$/.test(specifier)),
    ).toEqual([]);
  });

  it("name Node's modules as such", () => {
    const bare = IMPORTS.filter(({ specifier }) =>
      /^(fs|path|os|util|crypto|events|stream|tty|module)\b/.test(specifier),
    );
    expect(bare).toEqual([]);
  });

  it("touch the file system only where bytes, a topology or the version are read, files are written, in the command and what builds it, and in what a watch keeps or writes", () => {
    const allowed = ["files", "bytes", "knowledge", "evidence-file", "cli", "packaging", "version"];
    const touching = IMPORTS.filter(({ specifier }) => /^node:fs\b/.test(specifier)).map(({ file }) => file);
    const elsewhere = touching.filter((file) => !allowed.includes(roomOf(file)));
    // The page's style and script lie beside the code that puts them into it.
    const expected = /^(watch\/(sinks|memory)\/|reports\/html\/assets\.ts$)/;
    expect(elsewhere.filter((file) => !expected.test(file))).toEqual([]);
  });

  it("write to the console only in the command", () => {
    const writing = FILES.filter((file) => /\bconsole\s*\./.test(CODE.get(file) ?? ""));
    expect(writing.filter((file) => roomOf(file) !== "cli")).toEqual([]);
  });

  it("use no process streams but those of standard input and of the command", () => {
    const using = FILES.filter((file) => /\bprocess\.(stdout|stderr|stdin)\b/.test(CODE.get(file) ?? ""));
    expect(using).toEqual(["bytes/standard-input.ts", "cli/program.ts"]);
  });

  it("read no clock: time runs by the capture", () => {
    const reading = FILES.filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(CODE.get(file) ?? ""),
    );
    // Who watches has a clock for silence, and for how long others may take.
    expect(reading.filter((file) => !["cli", "watch"].includes(roomOf(file)))).toEqual([]);
  });

  it("open no network connection but those of the sinks that somebody asked for", () => {
    const reaching = IMPORTS.filter(({ specifier }) =>
      /^node:(net|http|https|http2|dgram|tls|dns)\b/.test(specifier),
    ).map(({ file }) => file);
    expect([...new Set(reaching)]).toEqual([
      "watch/sinks/host-check.ts",
      "watch/sinks/metrics.ts",
      "watch/sinks/syslog-transport.ts",
      "watch/sinks/webhook.ts",
    ]);
  });

  it("load a sink only where it is asked for", () => {
    const sinks = /watch\/sinks\/(metrics|syslog|eve|exec|webhook)\.ts$/;
    const eager = FILES.filter((file) => !/^watch\/sinks\//.test(file)).filter((file) =>
      [...(CODE.get(file) ?? "").matchAll(/^import (?!type\b).* from "([^"]+)"/gm)].some(
        ([, specifier = ""]) => sinks.test(specifier),
      ),
    );
    expect(eager).toEqual([]);
  });

  it("name a kind only in its own file and in the rules that find it: what shows findings asks the registry", () => {
    const names = new RegExp(`["'\`](${[...FINDING_KINDS, ...BENIGN_KINDS].join("|")})["'\`]`);
    const naming = FILES.filter((file) => !["kinds", "findings"].includes(roomOf(file))).filter((file) =>
      names.test(CODE.get(file) ?? ""),
    );
    expect(naming).toEqual([]);
  });

  it("silence the compiler nowhere", () => {
    const silencing = FILES.filter((file) =>
      /\bas\s+(?!const\b)[A-Za-z{[]\w*\s*[;,)]|:\s*any\b|<any>|@ts-/.test(
        (CODE.get(file) ?? "").replace(/^(import|export) .*$/gm, ""),
      ),
    );
    expect(silencing).toEqual([]);
  });
});
