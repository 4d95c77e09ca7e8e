/** What a recording holds; the shape of `captures/<name>/recording.json`. */

export type Role = "gateway" | "director" | "real-server" | "client" | "host";

export interface HostRecord {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly role: Role;
}

/** One object of `ip -j neigh show`, untouched. */
export interface NeighbourEntry {
  readonly dst: string;
  readonly lladdr?: string;
  readonly state: readonly string[];
}

export interface Mark {
  readonly label: string;
  readonly time: string;
  readonly neighbours: Readonly<Record<string, readonly NeighbourEntry[]>>;
}

export interface ExpectedFinding {
  readonly kind: string;
  readonly ip: string;
  readonly claimant: string;
  readonly stage: "claimed" | "learned" | "used";
  readonly severity: "critical" | "warning" | "notice";
  readonly victims: readonly string[];
  readonly note: string;
}

export interface Expected {
  readonly exitStatus: 0 | 1;
  readonly findings: readonly ExpectedFinding[];
  readonly benign: readonly string[];
}

export interface RecordingFile {
  readonly name: string;
  readonly title: string;
  readonly recorded: { readonly kernel: string; readonly tcpdump: string; readonly date: string };
  readonly how: readonly string[];
  readonly hosts: readonly HostRecord[];
  readonly marks: readonly Mark[];
  readonly expected: Expected;
}

interface VipRoles {
  readonly ip: string;
  readonly directors: readonly string[];
  readonly realServers: readonly string[];
}

export interface Topology {
  readonly gateways: readonly string[];
  readonly vips: readonly VipRoles[];
}
