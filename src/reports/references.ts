import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { Host, ReportedPosition } from "./report.ts";
import { ipText, macText, timeText } from "./text.ts";

/** A station, as the report refers to it. */
export function hostOf(assignment: RoleAssignment, station: Station): Host {
  const ip = assignment.ipOf(station);
  const host: Host = {
    mac: macText(station),
    ip: ip === null ? null : ipText(ip),
    role: assignment.roleOf(station),
  };
  const [name, vendor] = [assignment.nameOf(station), assignment.vendorOf(station)];
  if (name !== null) host.name = name;
  if (vendor !== null) host.vendor = vendor;
  return host;
}

/** A frame, as the report refers to it. */
export function positionOf(position: Position): ReportedPosition {
  return { capture: position.capture, frame: position.frame, time: timeText(position) };
}
