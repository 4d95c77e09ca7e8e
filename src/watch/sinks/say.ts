/** Tells a person one line, without its end. */
export type Say = (line: string) => void;
