import { LvsPcapError } from "../../../errors.ts";
import { BSD } from "./bsd.ts";
import { LINUX } from "./linux.ts";
import { NEIGHBOUR_MODELS, type NeighbourModel } from "./model.ts";
import { RFC_826 } from "./rfc826.ts";

const MODELS: readonly NeighbourModel[] = [LINUX, BSD, RFC_826];

/** @throws LvsPcapError `bad-usage` for a name that is none */
export function modelNamed(name: string): NeighbourModel {
  const model = MODELS.find((candidate) => candidate.name === name);
  if (model !== undefined) return model;
  throw new LvsPcapError(
    "bad-usage",
    `neighbour model ${JSON.stringify(name)} is unknown; expected ${NEIGHBOUR_MODELS.join(", ")}`,
  );
}

export function otherModels(chosen: NeighbourModel): NeighbourModel[] {
  return MODELS.filter((model) => model !== chosen);
}
