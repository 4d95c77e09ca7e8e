import { gzipSync } from "node:zlib";
import { EtherType, ethernet, ipv4, Protocol, udp } from "../../support/frames.ts";
import { pcapHeader, pcapRecord, writePcap } from "../../support/pcap.ts";
import { PcapngWriter, text } from "../../support/pcapng.ts";
import { packetElement, pdml } from "../../support/pdml.ts";

/** A file made to do harm, given in pieces. */
export interface HostileFile {
  readonly name: string;
  pieces(): Iterable<Buffer>;
}

const MEBIBYTE = 1 << 20;

/** @param mebibytes how much the largest of them unpack to */
export function hostileFiles(mebibytes: number): readonly HostileFile[] {
  const pcapng = new PcapngWriter();
  const [section, described] = [pcapng.section(), pcapng.interface()];
  return [
    {
      name: "a record of 4,294,967,295 bytes",
      *pieces() {
        yield pcapHeader();
        yield pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(64), capturedLength: 0xffff_ffff });
        yield* repeated(mebibytes, Buffer.alloc(MEBIBYTE, 0x41));
      },
    },
    {
      name: "a gzip bomb",
      *pieces() {
        yield gzipSync(pcapHeader());
        yield* repeated(mebibytes, gzipSync(Buffer.alloc(MEBIBYTE)));
      },
    },
    {
      name: "gzip within gzip within gzip",
      *pieces() {
        yield gzipSync(gzipSync(gzipSync(Buffer.alloc(16 * MEBIBYTE))));
      },
    },
    {
      name: "a pcapng block of 4,294,967,292 bytes",
      *pieces() {
        yield section;
        yield described;
        yield Buffer.concat([pcapng.uint32(6), pcapng.uint32(0xffff_fffc)]);
        yield* repeated(mebibytes, Buffer.alloc(MEBIBYTE, 0x41));
      },
    },
    {
      name: "10,000 interfaces, and 10,000 sections",
      *pieces() {
        yield section;
        yield* repeated(10_000, described);
        yield* repeated(10_000, section);
      },
    },
    {
      name: "options that never end",
      *pieces() {
        const option = Buffer.concat([pcapng.uint16(2988), pcapng.uint16(0)]);
        yield section;
        yield pcapng.block(
          1,
          pcapng.uint16(1),
          pcapng.uint16(0),
          pcapng.uint32(0),
          ...repeated(100_000, option),
        );
        yield pcapng.packet(Buffer.alloc(60));
      },
    },
    {
      name: "comments that never end",
      *pieces() {
        const comment = text(1, "\u001b[31m".repeat(1000));
        const packet = pcapng.packet(Buffer.alloc(60), { options: [comment, comment] });
        yield section;
        yield described;
        yield* repeated(mebibytes * 64, packet);
      },
    },
    {
      name: "IPIP nested a thousand deep",
      *pieces() {
        const frame = nested();
        yield pcapHeader();
        yield* repeated(mebibytes * 32, pcapRecord({ seconds: 1, fraction: 0, bytes: frame }));
      },
    },
    {
      name: "VLAN tags nested ten thousand deep",
      *pieces() {
        const frame = Buffer.concat([Buffer.alloc(12), ...repeated(10_000, Buffer.from([0x81, 0, 0, 1]))]);
        yield writePcap(Array.from({ length: mebibytes }, (_, index) => ({ atNs: index, bytes: frame })));
      },
    },
    {
      name: "a dissection of one packet without end",
      *pieces() {
        yield pdml(packetElement()).subarray(0, -30);
        yield* repeated(mebibytes, Buffer.alloc(MEBIBYTE, '<field name="x" show="y"/>'));
      },
    },
    {
      name: "a dissection nested without end",
      *pieces() {
        yield pdml().subarray(0, -10);
        yield Buffer.from("<packet>");
        yield* repeated(mebibytes, Buffer.alloc(MEBIBYTE, '<proto name="x">'));
      },
    },
  ];
}

function nested(): Buffer {
  let packet: Buffer = ipv4({
    source: "10.0.0.1",
    destination: "10.0.0.2",
    protocol: Protocol.Udp,
    payload: udp(1, 2),
  });
  for (let depth = 0; depth < 1000; depth++) {
    packet = ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol: Protocol.IpIp, payload: packet });
  }
  return ethernet({
    to: "02:00:00:00:00:01",
    from: "02:00:00:00:00:02",
    type: EtherType.Ipv4,
    payload: packet,
  });
}

function* repeated<Item>(times: number, item: Item): Generator<Item> {
  for (let time = 0; time < times; time++) yield item;
}
