/**
 * The bounds of what is kept: how much, what is given up past it, and where the report says so.
 *
 * A capture may hold anything, so every table has a bound. Not here: what a format or a protocol limits, how long
 * something lasts, and what a page shows of a list that the report holds whole.
 */

// Addresses and stations
/** Addresses followed at a time. The oldest with the least to tell go first. Report: `forgotten.addresses`. */
export const MOST_ADDRESSES_FOLLOWED = 1 << 13;
/**
 * Addresses. With more than these, once some had to go, a new address is followed only if it must be. Report:
 * `forgotten.addresses`.
 */
export const MOST_ADMITTED_IN_FLOOD = 1 << 10;
/**
 * Hosts whose own addresses stay longest because a contested address has to do with them. Those of further contested
 * addresses go like others. Report: `forgotten.addresses`.
 */
export const MOST_PROTECTED_ADDRESSES = 1 << 10;
/** Stations that have to do with one contested address and so are among those. Further ones are not. Not reported. */
export const MOST_PARTIES = 32;
/** Stations. Those that no address refers to go. Report: `forgotten.stations`. */
export const MOST_STATIONS = 1 << 14;
/**
 * Stations that may come before the table is looked through again, where more than `MOST_STATIONS` have to stay.
 * Nothing is given up.
 */
export const STATIONS_BETWEEN_LOOKS = 1 << 12;
/**
 * Claims and cache entries of all addresses together. Past it each address keeps `CLAIMS_LEFT` claims. Report:
 * `forgotten.parts`.
 */
export const MOST_PARTS = 1 << 16;
/** Claims that an address keeps once there are `MOST_PARTS`, VIPs excepted. Report: `forgotten.parts`. */
export const CLAIMS_LEFT = 16;
/** Uneventful addresses that stay when some are given up, and in a long watch. Report: `forgotten.addresses`. */
export const MOST_UNEVENTFUL_LEFT = 1 << 9;
/**
 * Cache entries about one address. In a long watch, past it, entries of hosts that were never answered go. Report:
 * `forgotten.parts`.
 */
export const MOST_UNANSWERED_HOLDERS = 1 << 8;
/**
 * Hosts remembered by owner and address only; 16 MB with the index. The older half goes. Not reported: they are among
 * `forgotten.addresses` already.
 */
export const MOST_QUIESCENT_HOSTS = 1 << 17;
/**
 * Slots, as a power of two, for senders seen once in a flood. A newer sender takes the slot of an older one, which
 * then has to speak once more. Report: `forgotten.addresses`.
 */
export const SEEN_ONCE_SLOTS_LOG2 = 16;
/**
 * Addresses known beforehand that are followed from the first frame on. Others are followed from the first frame that
 * claims them. Nothing is given up.
 */
export const MOST_KNOWN_FOLLOWED_AT_ONCE = 1 << 12;
/** Addresses with news since the last judgement. Past it all are judged again. Nothing is given up. */
export const MOST_CHANGED_ADDRESSES = 1 << 12;

// Several captures
/** Bytes of each capture's beginning that tell which captures are of one network. What follows is not asked. */
export const NETWORK_LOOK_BYTES = 1 << 22;
/** Cards, and claimed addresses, noted of each capture for that. Further ones are left out. Not reported. */
export const MOST_NETWORK_MEMBERS = 1 << 12;

// Claims of one address
/** Claims. Those of one frame that nobody believed and that answered nobody go first. Report: `forgotten.parts`. */
export const MOST_CLAIMS = 512;
/**
 * Stations that get frames for the address, and senders to each. Further receivers are left out. Report:
 * `forgotten.parts`.
 */
export const MOST_RECEIVERS = 4096;
/** Pairs of stations of which one passes frames on to the other. Further ones are left out. Not reported. */
export const MOST_PASSINGS = 4096;
/** Stations that send IPv4 packets from the address. Further ones are left out. Not reported. */
export const MOST_IP_SENDERS = 256;
/** Cards of one bond. Further ones are left out. Not reported. */
export const MOST_CARDS_OF_BOND = 32;
/** Changes of the claimant. Later ones are only counted. Not reported. */
export const TURNS_KEPT = 64;
/** Stations that probed the address before use. Further ones are left out. Not reported. */
export const PROBINGS_KEPT = 16;
/** Frames of one form kept as evidence of a claim. Later ones are only counted. Report: `evidenceTotal`. */
export const CLAIM_FRAMES_KEPT = 16;
/** Cards that send ARP in the name of one station. Further ones are left out. Not reported. */
export const MOST_PROXIES = 64;
/** Hosts whose last answer is remembered. Further ones count as not answered. Not reported. */
export const MOST_ASKERS = 1024;
/** Names in which one host asks for the address. Answers to further ones are not remembered. Not reported. */
export const MOST_ASKER_NAMES = 16;
/** Answers to one request. Further ones are left out. Not reported. */
export const MOST_ANSWERS = 64;
/** Unanswered requests. Later ones are only counted. Not reported. */
export const UNANSWERED_KEPT = 16;
/** Requests with several answers. Later ones are only counted. Report: `racesTotal`. */
export const RACES_KEPT = 256;
/** Claims, or requests, of one address that a frame of the next 2 s may refer to. The oldest goes. Not reported. */
export const RECENT_KEPT = 16;
/** Segments whose ARP frames are counted. Past it those without a flood start again at zero. Not reported. */
export const MOST_COUNTED_SEGMENTS = 1 << 13;
/** Floods of new senders. Further ones are left out. Not reported. */
export const MOST_FLOODS = 64;
/**
 * Addresses that one station asks for, or answers, whose rate is measured. Past it all measurements start again. Not
 * reported.
 */
export const MOST_METERS = 4096;
/** ARP storms. Further ones are left out. Not reported. */
export const MOST_STORMS = 256;

// Neighbour caches
/** Cache entries about one address. Those that no frame proves go first. Report: `forgotten.parts`. */
export const MOST_HOLDERS = 4096;
/**
 * Cache entries about one address that frames prove. Past it half of them go, those of hosts that never spoke ARP
 * first. Report: `forgotten.parts`.
 */
export const MOST_CERTAIN_HOLDERS = 8192;
/**
 * Cache entries about one address by a model that was not chosen. Half of them go, the oldest first. Report:
 * `forgotten.parts`.
 */
export const MOST_HOLDERS_BY_OTHER_MODEL = 1 << 14;
/** Changes of one cache entry. The first and the newest stay. Not reported. */
export const MOST_CACHE_CHANGES = 256;
/**
 * Events of one address that a single station claims, for a second run of the model. The oldest goes, and what it led
 * to is kept. Not reported.
 */
export const EVENTS_KEPT_BEFORE_CONFLICT = 16;
/**
 * Events of one address in conflict. Further ones are left out of the second run. Report: `preventionOmittedClaims`.
 */
export const EVENTS_KEPT_IN_CONFLICT = 4096;
/**
 * Events of all addresses in conflict together. Further ones are left out of the second run. Report:
 * `preventionOmittedClaims`.
 */
export const MOST_EVENTS = 1 << 17;
/**
 * Events that the second runs for one report go through, some 2 s of work. Past it no prevention is computed. Report:
 * `prevention` is empty.
 */
export const REPLAY_EVENTS = 1 << 20;
/**
 * Events that the second runs for one judgement of a watch go through, some milliseconds of work. Past it the report
 * at the end has the prevention. Not reported.
 */
export const LIVE_REPLAY_EVENTS = 1 << 13;

// Traffic
/**
 * Slots for rows of sender, receiver and address, half of them used; 20 MB. Further frames are only counted. Report:
 * `forgotten.trafficFrames`.
 */
export const MOST_TRAFFIC_SLOTS = 1 << 18;
/**
 * Addresses beyond the segment that get a row of their own for each pair of MACs. Further ones share a row. Nothing
 * is given up.
 */
export const OFF_LINK_ROWS_PER_PAIR = 64;
/**
 * Slots for pairs of MACs, half of them used. Frames of further pairs are only counted. Report:
 * `forgotten.trafficFrames`.
 */
export const MOST_MAC_PAIR_SLOTS = 1 << 18;
/** Flows to addresses in conflict; 60 MB. Packets of further ones count as frames only. Not reported. */
export const MOST_FLOWS = 1 << 18;
/**
 * Stations to which flows of one address went that are compared with what comes back. Answers to flows to further ones
 * count for that station only. Not reported.
 */
export const MOST_RECEIVERS_OF_FLOWS = 64;
/**
 * Addresses for which all traffic rows are looked through for hosts that send from them. Of further ones only hosts
 * that are known to do so count. Not reported.
 */
export const MOST_SENDER_SEARCHES = 64;
/**
 * Periods between changes of the claimant for which one host's frames are counted apart. Later ones are counted
 * together. Not reported.
 */
export const MOST_SENT_PERIODS = 64;
/** Addresses for which packets are seen to be passed on. Further ones are left out. Not reported. */
export const MOST_FORWARDED_ADDRESSES = 4096;
/**
 * Pairs of stations of which one passes packets for one address on to the other. Further ones are left out. Not
 * reported.
 */
export const MOST_FORWARDINGS = 256;
/** Rows that are compared to find where a packet came from. A longer walk finds nothing. Not reported. */
export const LONGEST_WALK_ROWS = 64;
/**
 * Rows of one station that are looked through for direct answers. A station with more is not looked through. Not
 * reported.
 */
export const MOST_ANSWER_ROWS = 8192;
/** Stations from which passed-on packets had come. Further ones are left out. Not reported. */
export const MOST_PASSING_SOURCES = 64;
/**
 * Packets between two stations that are compared with those that had arrived, until one proves that the former passes
 * them on. Past it nothing is proven. Not reported.
 */
export const MOST_PASSING_TRIES = 64;
/**
 * Packets of one station that are compared with those that had arrived there. Past it the station counts as one that
 * passes nothing on. Not reported.
 */
export const MOST_ARRIVAL_TRIES = 64;

// Control protocols
/** Virtual routers (VRRP, CARP, HSRP). Further ones are left out. Not reported. */
export const MOST_VIRTUAL_ROUTERS = 1024;
/** Hosts that advertise one virtual router. Further ones are left out. Not reported. */
export const MOST_ADVERTISERS = 32;
/**
 * Terms of a virtual router's masters: two that advertise in turns begin one with every frame. Those between the first and
 * the newest go. Not reported.
 */
export const MOST_TERMS = 128;
/** Addresses of one virtual router. Further ones are left out. Not reported. */
export const MOST_VIRTUAL_ADDRESSES = 1024;
/** Services in IPVS synchronisation. Further ones are left out. Not reported. */
export const MOST_SYNCED_SERVICES = 4096;
/** Real servers of one synchronised service. Further ones are left out. Not reported. */
export const MOST_SYNCED_REAL_SERVERS = 4096;
/** Tunnels. Further ones are left out. Not reported. */
export const MOST_TUNNELS = 1 << 14;
/** Leased addresses. Further ones are left out. Not reported. */
export const MOST_LEASED_ADDRESSES = 1 << 14;
/** Grants of one address. Those between the first and the newest go. Not reported. */
export const MOST_GRANTS = 64;
/** Bonds, clusters and announcing machines. Further ones are left out. Not reported. */
export const MOST_SIGNALS = 4096;
/** Bindings known from inventories. Further ones are left out. Not reported. */
export const MOST_KNOWN_BINDINGS = 1 << 16;

// Capture point and interfaces
/** Hosts whose directions show where the capture was taken. Further ones are left out. Not reported. */
export const MOST_HOSTS_OF_POINT = 1024;
/** Requests that show whether answers are captured. Further ones are left out. Not reported. */
export const MOST_ASKS_OF_POINT = 4096;
/** Requests without a captured answer kept as evidence. Later ones are only counted. Not reported. */
export const SILENT_ASKS_KEPT = 8;
/** Frames cut too short kept as evidence. Later ones are only counted. Not reported. */
export const CUT_FRAMES_KEPT = 3;
/** Cards of the capturing machine. Further ones are left out. Not reported. */
export const MOST_CARDS_OF_MACHINE = 64;
/** Interfaces of one capture with a network of their own. Further ones share the last one's. Not reported. */
export const MOST_NETWORKS = 256;
/** VLANs that another interface shows untagged. Further ones are left out. Not reported. */
export const MOST_UNTAGGED_VLANS = 1 << 12;
/** Broadcast domains of the capturing machine. Further interfaces share the last one. Not reported. */
export const MOST_DOMAINS = 64;
/** Interfaces told by their index. Further ones are left out. Not reported. */
export const MOST_NUMBERED_INTERFACES = 1 << 12;
/** MACs told to be the machine's own, or not. Further ones are left out. Not reported. */
export const MOST_MACS_OF_MACHINE = 1 << 14;

// Duplicate frames, held frames
/** ARP frames compared with the next ones. The oldest goes. Not reported. */
export const ARP_FRAMES_REMEMBERED = 8;
/** Wireless ARP frames compared with the next ones, a power of two. The oldest goes. Not reported. */
export const WIRELESS_ARP_FRAMES_REMEMBERED = 32;
/**
 * Slots for frames of a machine's interfaces, a power of two. A newer frame takes the slot of an older one. Not
 * reported.
 */
export const INTERFACE_FRAME_SLOTS = 1 << 10;
/** Frames, as a power of two, that are compared with those of other captures. The oldest goes. Not reported. */
export const FRAMES_REMEMBERED_LOG2 = 16;
/** Frames of one bucket that are compared. A frame further back is not found. Not reported. */
export const MOST_FRAMES_COMPARED = 64;
/**
 * Slots for what stations said, by kind, a power of two. A newer statement takes the slot of an older one. Not
 * reported.
 */
export const STATEMENTS_REMEMBERED = 1 << 14;
/** Pairs of networks that may be one. Further ones stay apart. Not reported. */
export const MOST_NETWORK_PAIRS = 1 << 12;
/**
 * Frames held back until it is known which interfaces are one network. Past it each is a network of its own. Not
 * reported.
 */
export const MOST_HELD_FRAMES = 1 << 15;
/** Bytes of held frames. As `MOST_HELD_FRAMES`. */
export const MOST_HELD_BYTES = 1 << 24;
/**
 * Slots for cooked link headers, a power of two. A newer header takes the slot of an older one. Nothing is given up.
 */
export const LINK_HEADER_SLOTS = 1 << 8;

// Captures and what is known beforehand
/** Interfaces of one pcapng section. Records of further ones are damage. Report: the capture's `problem`. */
export const MOST_INTERFACES_OF_SECTION = 65_536;
/** Interfaces with an identity of their own. Further ones share the last one's. Not reported. */
export const MOST_INTERFACE_IDENTITIES = 256;
/** Interfaces that the report describes. Further ones are left out. Not reported. */
export const MOST_DESCRIBED_INTERFACES = 64;
/** Comments of a capture that the report shows. Further ones are left out. Not reported. */
export const MOST_COMMENTS = 64;
/** Interfaces of a PDML document. Further ones share the last one's network. Not reported. */
export const MOST_PDML_INTERFACES = 256;
/** Bytes of one packet element. The rest is not read: the layers that matter come first. Not reported. */
export const LONGEST_PDML_PACKET_BYTES = 1 << 20;
/** Hosts in a topology. A larger file is rejected. */
export const MOST_TOPOLOGY_HOSTS = 1 << 14;
/** Hosts with a role in an inventory. A larger file is rejected. */
export const MOST_INVENTORY_HOSTS = 1 << 14;

// Findings, evidence and report
/** Sets of settings that are tried to prevent a finding. Past it all settings are named. Nothing is given up. */
export const MOST_PREVENTION_TRIES = 128;
/** Contradictions of an inventory. Further ones are left out. Not reported. */
export const MOST_CONTRADICTIONS = 32;
/** Notices of frames whose Ethernet and ARP sender differ. Further ones are left out. Not reported. */
export const MOST_MISMATCHES = 16;
/** Pairs of MACs of which broadcast traffic is kept as evidence. Not reported. */
export const MOST_EVIDENCE_MAC_PAIRS = 1 << 10;
/** Pairs of service and real server of which synchronisation is kept as evidence. Not reported. */
export const MOST_EVIDENCE_SYNCED_PAIRS = 1 << 14;
/** Stations of which passed-on packets are kept as evidence. Not reported. */
export const MOST_EVIDENCE_PASSERS = 1 << 12;
/** Ways of packets, by sender, receiver and address, of which frames are kept as evidence. Not reported. */
export const MOST_EVIDENCE_WAYS = 1 << 16;
/** Ways of packets for one address of which frames are kept as evidence. Not reported. */
export const MOST_EVIDENCE_WAYS_PER_ADDRESS = 1 << 8;
/** Episodes of one finding in a report. Those before the last 16 go; sums count them. Not reported. */
export const MOST_EPISODES = 256;
/** Timelines in a report. Further addresses have none. Not reported. */
export const MOST_TIMELINES = 48;
/** Hosts in one timeline, those fooled first. Further ones are left out. Not reported. */
export const MOST_OBSERVERS = 48;
/** Claimants in one timeline. Further ones are left out. Not reported. */
export const MOST_TIMELINE_CLAIMANTS = 24;
/** Changes of one host's entry in a timeline. The first and the newest stay. Not reported. */
export const MOST_HOLDINGS = 128;
/** Changes in all timelines together. Further ones are left out. Not reported. */
export const MOST_HOLDINGS_IN_ALL = 8192;

// Watch
/**
 * Findings that a watch tracks. Further ones are in the report at the end, and counted in the metric of what was
 * given up.
 */
export const MOST_LIVE_FINDINGS = 1 << 12;
/** Findings that a sink holds, or knows to be open. The oldest is passed on at once, or taken for new. Not reported. */
export const MOST_SETTLING_FINDINGS = 1 << 12;
/** Claims of one address in the state directory. The first and the newest stay. Not reported. */
export const MOST_SAVED_CLAIMS = 32;
/** Frames kept as evidence of one saved claim. Not reported. */
export const MOST_SAVED_EVIDENCE = 6;
/** Receivers, senders, passings and echoes saved of one address, each. Not reported. */
export const MOST_SAVED_OTHERS = 64;
/** Changes of the claimant saved of one address, the newest. Not reported. */
export const MOST_SAVED_TURNS = 64;
/** Flows saved of one period. Further ones count as so many. Not reported. */
export const MOST_SAVED_FLOWS = 10_000;
/** Bytes of a state directory's snapshot. What is beyond is left out. Not reported. */
export const MOST_STATE_BYTES = 24 << 20;
/** Bytes of a state file that is read. A larger one counts as damaged. */
export const LARGEST_STATE_BYTES = 256 << 20;
/**
 * Bytes that the reader of standard output has not taken. Further lines are dropped, and counted on standard error.
 */
export const MOST_UNREAD_BYTES = 16 << 20;
