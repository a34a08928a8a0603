import { canonicalJson } from "../audit/canonical.ts";
import type { Binding } from "./plan.ts";

/** The text that a plan's digest is taken from: sorted keys, so that it does not depend on how the binding was put together. */
export function bindingText(binding: Binding): string {
  return canonicalJson(binding);
}

/** Names of what is different now, for the sentence that tells why votes fell. */
export function changedParts(before: Binding, now: Binding): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((key) => before[key] !== now[key]).sort();
}
