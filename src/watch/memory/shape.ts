/** Whether a value from a file has the form that is expected of it. */
export type Shape<T> = (value: unknown) => value is T;

type TypeOf<S> = S extends Shape<infer T> ? T : never;

export const isString: Shape<string> = (value): value is string => typeof value === "string";
export const isBoolean: Shape<boolean> = (value): value is boolean => typeof value === "boolean";
export const isNumber: Shape<number> = (value): value is number => Number.isFinite(value);
/** A count, or an index. */
export const isCount: Shape<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
/** A signed 32-bit integer, as addresses are. */
export const isInt32: Shape<number> = (value): value is number =>
  typeof value === "number" && (value | 0) === value;

export function isOneOf<const T extends string>(values: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(values);
  return (value): value is T => known.has(value);
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

/** A field that records of earlier versions lack. */
export function orAbsent<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

export function arrayOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(shape);
}

/** An array of just these, in this order. */
export function tuple<const Shapes extends readonly Shape<unknown>[]>(
  ...shapes: Shapes
): Shape<{ -readonly [Index in keyof Shapes]: TypeOf<Shapes[Index]> }> {
  return (value): value is { -readonly [Index in keyof Shapes]: TypeOf<Shapes[Index]> } =>
    Array.isArray(value) &&
    value.length === shapes.length &&
    shapes.every((shape, index) => shape(value[index]));
}

/** An object with at least these keys. */
export function objectOf<Shapes extends Readonly<Record<string, Shape<unknown>>>>(
  shapes: Shapes,
): Shape<{ [Key in keyof Shapes]: TypeOf<Shapes[Key]> }> {
  const entries = Object.entries(shapes);
  return (value): value is { [Key in keyof Shapes]: TypeOf<Shapes[Key]> } => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const members = new Map<string, unknown>(Object.entries(value));
    return entries.every(([key, shape]) => shape(members.get(key)));
  };
}
