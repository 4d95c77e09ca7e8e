import { LvsPcapError } from "./errors.ts";

/** What an option takes: whether a value fits, and in words. */
export interface OptionType {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

export const TEXT: OptionType = { fits: isText, expected: "a string" };
export const TEXTS: OptionType = {
  fits: (value) => Array.isArray(value) && value.every(isText),
  expected: "a list of strings",
};
export const FLAG: OptionType = { fits: (value) => typeof value === "boolean", expected: "true or false" };
export const CALLBACK: OptionType = { fits: isFunction, expected: "a function" };

export const PATHS: OptionType = {
  fits: (value) => isText(value) || TEXTS.fits(value),
  expected: "a path or a list of paths",
};
export const BYTE_STREAM: OptionType = {
  fits: (value) =>
    typeof value === "object" && value !== null && isFunction(Reflect.get(value, Symbol.asyncIterator)),
  expected: "an async iterable of Uint8Array, such as a stream",
};

/** An object with these methods. */
export function objectWith(...methods: readonly string[]): OptionType {
  return {
    fits: (value) => hasMethods(value, methods),
    expected:
      methods.length === 0 ? "an object" : `an object with ${methods.map((name) => `${name}()`).join(", ")}`,
  };
}

export function listOf({ fits, expected }: OptionType): OptionType {
  return {
    fits: (value) => Array.isArray(value) && value.every(fits),
    expected: `a list, each item ${expected}`,
  };
}

/** The types of all options of `Options`: one for each, so that none is forgotten. */
export type OptionTypes<Options> = { readonly [Name in keyof Required<Options>]: OptionType };

/**
 * A program that is not compiled by TypeScript may pass anything. An option whose value is `undefined` counts as absent.
 *
 * @param call the function that takes the options, for the message
 * @throws LvsPcapError `bad-usage`, naming the option
 */
export function checkOptions<Options>(call: string, options: Options, types: OptionTypes<Options>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new LvsPcapError("bad-usage", `${call}: options is ${nameOf(options)}; expected an object`);
  const known = new Map<string, OptionType>(Object.entries(types));
  for (const [name, value] of Object.entries(options)) {
    const type = known.get(name);
    if (type === undefined) {
      const names = [...known.keys()].join(", ");
      throw new LvsPcapError("bad-usage", `${call}: option ${name} is unknown; expected one of ${names}`);
    }
    if (value !== undefined) checkArgument(call, `option ${name}`, value, type);
  }
}

/** @throws LvsPcapError `bad-usage` */
export function checkArgument(
  call: string,
  name: string,
  value: unknown,
  { fits, expected }: OptionType,
): void {
  if (fits(value)) return;
  throw new LvsPcapError("bad-usage", `${call}: ${name} is ${nameOf(value)}; expected ${expected}`);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => isFunction(Reflect.get(value, name)))
  );
}

/** A value as a message can show it: its type, and of a short text the text. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `the ${typeof value} ${String(value).slice(0, 60)}`;
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}
