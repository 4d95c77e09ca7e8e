/** What is used of pcap-parser 0.2.1, which comes without types. */
declare module "pcap-parser" {
  export interface GlobalHeader {
    majorVersion: number;
    minorVersion: number;
    linkLayerType: number;
  }

  export interface Packet {
    header: {
      timestampSeconds: number;
      timestampMicroseconds: number;
      capturedLength: number;
      originalLength: number;
    };
    data: Buffer;
  }

  export interface Parser {
    on(event: "globalHeader", listener: (header: GlobalHeader) => void): this;
    on(event: "packet", listener: (packet: Packet) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }

  /** As much of a readable stream as the parser touches. */
  export interface Input {
    on(event: "data", listener: (chunk: Buffer) => void): unknown;
    pause(): void;
    resume(): void;
  }

  export function parse(input: Input): Parser;
}
