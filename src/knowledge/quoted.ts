/** A value of a file as it stands there, on one line and of bounded length. */
export function quote(value: unknown): string {
  if (value === undefined) return "a list or mapping";
  return oneLine(JSON.stringify(value) ?? String(value));
}

export function oneLine(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, "?");
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
