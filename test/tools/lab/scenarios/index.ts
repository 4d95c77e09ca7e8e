import type { Scenario } from "../lab.ts";
import { addressMoved, addressProbes, proxyArp, scan } from "./benign.ts";
import { gratuitousFromRealServer, gratuitousReplyFromRealServer } from "./gratuitous.ts";
import { arpspoofGateway, arpspoofRealServer, arpspoofVip } from "./intruder.ts";
import {
  bothDirectorsMaster,
  keepalivedFailover,
  keepalivedFailoverLeakingRealServer,
} from "./keepalived.ts";
import { problem1, problem1DirectorWins, problem1TwoRealServers } from "./problem-1.ts";
import { arpAnnounce1, problem3, problem3Cured, problem3SelfHeals } from "./problem-3.ts";
import { poisoningCuredByResolution, problem3Answering } from "./problem-3-answering.ts";
import { soundCluster } from "./sound.ts";
import { thirdHostRequest } from "./third-host.ts";
import { tunnellingProblem3, tunnellingSound } from "./tunnelling.ts";
import { twoVipsOneLeaks } from "./two-vips.ts";
import { directorNeverAnswers } from "./unanswered.ts";

export const SCENARIOS: readonly Scenario[] = [
  soundCluster,
  problem1,
  problem1DirectorWins,
  problem1TwoRealServers,
  problem3,
  problem3Answering,
  problem3Cured,
  problem3SelfHeals,
  arpAnnounce1,
  thirdHostRequest,
  twoVipsOneLeaks,
  poisoningCuredByResolution,
  gratuitousFromRealServer,
  gratuitousReplyFromRealServer,
  tunnellingSound,
  tunnellingProblem3,
  directorNeverAnswers,
  arpspoofVip,
  arpspoofGateway,
  arpspoofRealServer,
  keepalivedFailover,
  keepalivedFailoverLeakingRealServer,
  bothDirectorsMaster,
  proxyArp,
  addressMoved,
  addressProbes,
  scan,
];
