/** How sure a finding is, and why, in one place. Nothing is ever 1: a status is what DM said, not what is. */
export const CONFIDENCE = {
  /** DM shows the thing itself: stage, code and text agree. */
  shown: 0.95,
  /** The words are there, but a field that would confirm them is missing on this surface. */
  wordsOnly: 0.85,
  /** Which side of the task is meant follows from the unit, DM did not say it. */
  sideFromUnit: 0.7,
  /** The signature fits several diseases; a measurement decides. */
  suspected: 0.6,
  /** The side is a guess between two. */
  sideUnknown: 0.5,
  /** Nothing that we know fits; DM's own words are shown. */
  none: 0.2,
} as const;
