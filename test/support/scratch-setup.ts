import { rmSync } from "node:fs";
import { afterAll } from "vitest";
import { beginScratch } from "./scratch.ts";

const directory = beginScratch();
afterAll(() => rmSync(directory, { recursive: true, force: true }));
