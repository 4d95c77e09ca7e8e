import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODE_CACHE_FILE, loadProgram } from "../cli/load-program.ts";

// Runs the built command with the arguments given, and keeps the code of all that it ran.
const directory = join(import.meta.dirname, "../../dist/cli");
const program = loadProgram(directory);
process.once("exit", () => writeFileSync(join(directory, CODE_CACHE_FILE), program.codeCache()));
program.run();
