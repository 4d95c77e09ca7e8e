import type { Topic } from "../kinds/topic.ts";
import type { VantageKind } from "../neighbours/vantage/vantage.ts";

/** What a capture cannot show; the names under `vantage` in the report. */
export const VANTAGE_TOPICS: Readonly<Record<VantageKind, Topic>> = {
  "unicast-not-mirrored": {
    title: "The capture shows broadcasts, and unicast frames of one host at most",
    meaning: [
      "Answers to requests are missing, though the hosts that asked did not ask again. So it is not known who answered, nor where traffic went. That such frames are missing proves nothing.",
    ],
    cause: ["Captured on an ordinary port of a switch, which passes on only what is for that port."],
    confirm: [
      {
        say: "Count unicast frames between others than the capturing host.",
        run: [
          "tcpdump -eni IFACE -c 20 'not ether broadcast and not ether multicast and not ether host MAC'",
        ],
      },
    ],
    fix: [
      {
        say: "Capture on the gateway or the director, or on a mirror (SPAN) port that copies both directions of their ports.",
      },
    ],
  },
  "one-direction": {
    title: "Hosts that receive frames are never seen to send any",
    meaning: ["Only one direction of the traffic was captured, so what came back is not known."],
    cause: [
      "A mirror port that copies only what a port receives, or only what it sends; a tap with one of two cables; tcpdump with -Q in or -Q out.",
    ],
    confirm: [{ say: "On the switch: does the mirror session copy both directions (rx and tx)?" }],
    fix: [
      {
        say: "Mirror both directions; where they come by two cards, capture both and give both files to lvs-pcap analyze.",
      },
    ],
  },
  "snap-length": {
    title: "Frames were cut too short to be decoded",
    meaning: [
      "An ARP frame needs 42 bytes, a tunnel 62 and more. Cut frames are counted, and not understood.",
    ],
    cause: ["tcpdump -s with too small a number, or a tap that slices packets."],
    confirm: [{ say: "See to how many bytes frames are limited.", run: ["capinfos -l capture.pcap"] }],
    fix: [{ say: "Capture with tcpdump's default length, or -s 128 at least." }],
  },
  cooked: {
    title: "Captured on all interfaces at once: the destination MAC is missing",
    meaning: [
      "Linux puts a header of its own in place of Ethernet's, with the sender's MAC only. To whom a frame went is not known, and that is what shows a wrong cache.",
    ],
    cause: ["tcpdump -i any."],
    confirm: [{ say: "See the link type: LINUX_SLL or LINUX_SLL2.", run: ["capinfos -E capture.pcap"] }],
    fix: [{ say: "Capture on one interface.", run: ["tcpdump -i IFACE -w capture.pcap"] }],
  },
  "no-macs": {
    title: "Packets were captured above the link layer: no MAC, and no ARP",
    meaning: [
      "Such packets do not tell from which card they came nor to which they went, and ARP is not among them. That nothing was found in them proves nothing.",
    ],
    cause: [
      "Captured on a tunnel, a VPN or a loopback device, by a firewall rule that logs (NFLOG), or converted by a tool that keeps IP only.",
    ],
    confirm: [
      { say: "See the link type: RAW, NULL, LOOP, IPV4 or NFLOG.", run: ["capinfos -E capture.pcap"] },
    ],
    fix: [{ say: "Capture on the card that faces the segment.", run: ["tcpdump -i IFACE -w capture.pcap"] }],
  },
  encrypted: {
    title: "Frames were captured from the air, encrypted",
    meaning: [
      "Who sent a frame to whom can be seen, but not what it says: ARP frames are hidden among the others.",
    ],
    cause: ["A card in monitor mode hears frames as they are sent; WPA encrypts them."],
    confirm: [
      {
        say: "Count the protected frames.",
        run: ["tshark -r capture.pcap -Y 'wlan.fc.protected == 1' | wc -l"],
      },
    ],
    fix: [
      {
        say: "Capture on the wire behind the access point, or on a client itself; or have Wireshark decrypt the frames and export them.",
      },
    ],
  },
};
