import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Cast } from "../roles/cast.ts";
import type { Host, ReportedPosition } from "./report.ts";
import { ipText, macText, timeText } from "./text.ts";

/** A station, as the report refers to it. */
export function hostOf(cast: Cast, station: Station): Host {
  const ip = cast.ipOf(station);
  const host: Host = {
    mac: macText(station),
    ip: ip === null ? null : ipText(ip),
    role: cast.roleOf(station),
  };
  const [name, vendor] = [cast.nameOf(station), cast.vendorOf(station)];
  if (name !== null) host.name = name;
  if (vendor !== null) host.vendor = vendor;
  return host;
}

/** A frame, as the report refers to it. */
export function positionOf(position: Position): ReportedPosition {
  return { capture: position.capture, frame: position.frame, time: timeText(position) };
}
