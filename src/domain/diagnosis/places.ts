import type { Surface } from "../observation/observation.ts";

/** What each surface calls the places that evidence is taken from, so that a person finds the words in the answer they saved. */
export interface Places {
  readonly element: string;
  readonly message: string;
  readonly subtask: string;
  readonly result: string;
  readonly sync: string;
  readonly error: (index: number) => string;
  readonly sourceError: (index: number) => string;
}

const GATEWAY: Places = {
  element: "sources[]",
  message: "sources[].msg",
  subtask: "subTaskStatus",
  result: "subTaskStatus.result",
  sync: "subTaskStatus.sync",
  error: (index) => `subTaskStatus.result.errors[${index}]`,
  sourceError: (index) => `sourceStatus.result.errors[${index}]`,
};
const OF_V1: Places = { ...GATEWAY, element: "workers[]", message: "workers[].msg" };
const QUERY_ERROR: Places = {
  ...OF_V1,
  subtask: "subTaskError",
  result: "subTaskError",
  sync: "subTaskError.sync",
  error: (index) => `subTaskError.errors[${index}]`,
};
const line = (index: number) => (index === 0 ? "data[].error_msg" : `data[].error_msg, error ${index + 1}`);
const OPENAPI: Places = {
  element: "data[]",
  message: "data[].error_msg",
  subtask: "data[]",
  result: "data[]",
  sync: "data[].sync_status",
  error: line,
  sourceError: line,
};

export function placesOf(surface: Surface, generation: "v1.0" | "v2+"): Places {
  if (surface === "openapi") return OPENAPI;
  if (surface === "dmctl-error") return QUERY_ERROR;
  return generation === "v1.0" ? OF_V1 : GATEWAY;
}
