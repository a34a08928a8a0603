import { describe } from "node:test";
import { tellGates } from "../../support/gates/gate-case.ts";
import { SURVEY_CASES } from "../../support/gates/survey-cases.ts";

describe("what a survey's gate says where it does not hold", () => tellGates(SURVEY_CASES));
