// @module-tag slow
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { SCHEMA } from "../support/schema.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Packages by the names under which src imports them. */
function packagesImported(): string[] {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const specifiers = files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.startsWith("packaging/"))
    .flatMap((file) => [
      ...readFileSync(join(ROOT, "src", file), "utf8").matchAll(/(?:\bfrom |\brequire\()"([^".][^"]*)"/g),
    ])
    .flatMap(([, specifier]) => specifier ?? []);
  const packages = specifiers.filter((specifier) => !isBuiltin(specifier)).map(packageOf);
  return [...new Set(packages)].toSorted();
}

/** A package may be imported by one of several entrances: `zstddec/stream`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

describe("the package", () => {
  it("depends on what its sources import, and on nothing else", () => {
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual(packagesImported());
  });

  it("runs nothing when it is installed", () => {
    const atInstallation = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
    expect(Object.keys(manifest.scripts).filter((name) => atInstallation.includes(name))).toEqual([]);
  });

  it("is ESM, and says from which Node on it runs", () => {
    expect([manifest.type, manifest.engines.node]).toEqual([
      "module",
      expect.stringMatching(/^>=20(\.\d+)?$/),
    ]);
  });

  it("is compiled against the types of the oldest Node that it runs on", () => {
    expect(manifest.devDependencies["@types/node"]).toMatch(/^\^20\./);
  });

  it("has the command, the library with its types and the schema where it says", () => {
    const places = [
      manifest.bin["lvs-pcap"],
      manifest.exports["."].types,
      manifest.exports["."].default,
      manifest.exports["./report.schema.json"],
      manifest.exports["./package.json"],
    ];
    expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([]);
  });

  it("has the schema of the report that the sources describe", () => {
    const built = readFileSync(join(ROOT, "dist/reports/report.schema.json"), "utf8");
    expect(JSON.parse(built)).toEqual(SCHEMA);
  });

  it("has a program of ASCII alone, since it is read byte by byte to start the sooner", () => {
    const program = readFileSync(join(ROOT, "dist/cli/program.js"), "latin1");
    // What esbuild cannot escape are tagged templates: there a character has its name, as &minus;.
    expect(program.match(/.*[\u0080-\u00ff].*/g) ?? []).toEqual([]);
  });

  it("offers its types before its code, or TypeScript would not find them", () => {
    expect(Object.keys(manifest.exports["."])).toEqual(["types", "default"]);
  });

  it("ships what was built, and neither sources nor tests nor captures", () => {
    const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const paths = [...stdout.matchAll(/"path": "([^"]+)"/g)].flatMap(([, path]) => path ?? []);
    expect(paths).toEqual(
      expect.arrayContaining(["dist/cli/main.js", "dist/index.js", "dist/index.d.ts", "package.json"]),
    );
    expect(
      paths.filter(
        (path) =>
          !/^(dist\/.*\.(js|css|d\.ts|json|code-cache)|dist\/systemd\/lvs-pcap@\.service|package\.json|LICENSE|README\.md)$/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  it("is licensed as it says", () => {
    expect(readFileSync(join(ROOT, "LICENSE"), "utf8")).toContain(`${manifest.license} License`);
  });
});

describe("the lock file", () => {
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");

  it("names no address of a registry, so that everybody installs from their own", () => {
    expect(lock).not.toContain('"resolved"');
  });

  it("is of this version of the package", () => {
    expect(lock).toContain(`"name": "${manifest.name}",\n  "version": "${manifest.version}"`);
  });

  it("vouches for every package by its hash", () => {
    const packages = lock.match(/"node_modules\/[^"]+": \{/g)?.length;
    expect(lock.match(/"integrity": "sha512-/g)).toHaveLength(packages ?? -1);
  });
});
