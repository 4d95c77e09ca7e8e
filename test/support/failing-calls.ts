import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

/** Calls that do not touch the disk or the network, or that Node makes for itself. */
const HARMLESS =
  /^(?:exists|watch|unwatch|_|to|Stats|Dir|ReadStream|WriteStream|FileRead|FileWrite|createRead|createWrite)/;

/** The error that the operating system would give. */
function failure(name: string, [path]: readonly unknown[] = []): NodeJS.ErrnoException {
  return Object.assign(new Error(`EIO: i/o error, ${name}`), {
    code: "EIO",
    errno: -5,
    syscall: name,
    ...(typeof path === "string" && { path }),
  });
}

/** Whether the call comes from the sources, not from the test or a loader. */
function isOurs(): boolean {
  const { stack = "" } = new Error();
  return /[\\/]src[\\/]/.test(stack);
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Makes the calls of the sources to the file system and the network fail one by one.
 *
 * @returns what `run` gave while the call of that number failed, and whether there was such a call
 */
export async function withFailingCall<Result>(
  number: number,
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly failed: string | null }> {
  let calls = 0;
  let failed: string | null = null;
  const isNext = (name: string) => {
    if (failed !== null || !isOurs()) return false;
    calls++;
    if (calls < number) return false;
    failed = name;
    return true;
  };
  const undo: (() => void)[] = [];
  const patch = (owner: object, name: string, wrap: (original: Callable) => Callable) => {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") return;
    Reflect.set(
      owner,
      name,
      wrap(function call(this: unknown, ...args) {
        return Reflect.apply(original, this, args);
      }),
    );
    undo.push(() => Reflect.set(owner, name, original));
  };

  for (const name of Object.keys(fs)) {
    if (HARMLESS.test(name) || typeof Reflect.get(fs, name) !== "function") continue;
    const isSync = name.endsWith("Sync");
    patch(
      fs,
      name,
      (original) =>
        function wrapped(this: unknown, ...args) {
          if (!isNext(name)) return Reflect.apply(original, this, args);
          if (isSync) throw failure(name, args);
          const callback = args.at(-1);
          if (typeof callback === "function") setImmediate(() => callback(failure(name, args)));
          return undefined;
        },
    );
  }
  for (const name of Object.keys(fs.promises)) {
    if (name === "constants") continue;
    patch(
      fs.promises,
      name,
      (original) =>
        function wrapped(this: unknown, ...args) {
          return isNext(name) ? Promise.reject(failure(name, args)) : Reflect.apply(original, this, args);
        },
    );
  }
  const handle = await fs.promises.open("/dev/null");
  const methods: object = Object.getPrototypeOf(handle);
  for (const name of ["read", "write", "writeFile", "stat", "sync", "datasync"]) {
    patch(
      methods,
      name,
      (original) =>
        function wrapped(this: unknown, ...args) {
          return isNext(name) ? Promise.reject(failure(name, args)) : Reflect.apply(original, this, args);
        },
    );
  }
  await handle.close();
  patch(
    net.Server.prototype,
    "listen",
    (original) =>
      function wrapped(this: unknown, ...args) {
        if (!isNext("listen") || !(this instanceof net.Server)) return Reflect.apply(original, this, args);
        setImmediate(() => this.emit("error", failure("listen")));
        return this;
      },
  );
  patch(
    net.Socket.prototype,
    "connect",
    (original) =>
      function wrapped(this: unknown, ...args) {
        if (!isNext("connect") || !(this instanceof net.Socket)) return Reflect.apply(original, this, args);
        setImmediate(() => this.destroy(failure("connect")));
        return this;
      },
  );
  syncBuiltinESMExports();
  try {
    return { result: await run(), failed };
  } finally {
    for (const restore of undo.toReversed()) restore();
    syncBuiltinESMExports();
  }
}
