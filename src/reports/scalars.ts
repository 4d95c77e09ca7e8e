/**
 * The strings and numbers that a report is made of. To TypeScript they are plain strings and numbers; their tags become
 * the constraints of the published JSON Schema.
 */

/**
 * Dotted quad.
 *
 * @format ipv4
 */
export type IpAddress = string;

/**
 * Lower case with colons.
 *
 * @pattern ^[0-9a-f]{2}(:[0-9a-f]{2}){5}$
 */
export type MacAddress = string;

/**
 * RFC 3339 in UTC with nanoseconds.
 *
 * @pattern ^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$
 */
export type Time = string;

/**
 * Hexadecimal, lower case.
 *
 * @pattern ^[0-9a-f]{64}$
 */
export type Sha256 = string;

/**
 * `F1`, `F2`, ... in order.
 *
 * @pattern ^F[1-9]\d*$
 */
export type FindingId = string;

/**
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * @asType integer
 * @minimum 1
 */
export type AtLeastOne = number;

/**
 * Index into `captures`.
 *
 * @asType integer
 * @minimum 0
 */
export type CaptureIndex = number;

/**
 * 1-based, as in Wireshark.
 *
 * @asType integer
 * @minimum 1
 */
export type FrameNumber = number;

/**
 * Nanoseconds; negative where a capture's clock went back.
 *
 * @asType integer
 */
export type Nanoseconds = number;

/**
 * The VLAN identifier, of two the inner one.
 *
 * @asType integer
 * @minimum 1
 * @maximum 4095
 */
export type VlanId = number;
