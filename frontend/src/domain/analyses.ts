/** Shapes of the analyses (docs/analysis.md), and what to say of each figure. Pure: figures in, message keys out. */
import type { ArmName, CostUnit } from "./curves";
import type { MessageKey, Parameters } from "./messages";

/** A sentence of the server's: its code, for the catalogue, and what it names: figures, words, sentences. */
export interface Reason {
  code: string;
  values: Record<string, unknown>;
  text: string;
}

export function isReason(value: unknown): value is Reason {
  return typeof value === "object" && value !== null && "code" in value && "values" in value && "text" in value;
}

export interface NotEstimable {
  not_estimable: Reason;
}

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  notes: Reason[];
}

export type Estimated = Estimate | NotEstimable;

export function isRefused(value: unknown): value is NotEstimable {
  return typeof value === "object" && value !== null && "not_estimable" in value;
}

/** A sentence to be said: a message with its places filled in by the page. */
export interface Said {
  key: MessageKey;
  values?: Parameters;
}

interface Band {
  pointwise: ([number, number] | null)[];
}

export interface ArmCurve {
  arm: ArmName;
  costs: number[];
  values: (number | null)[];
  band: Band | NotEstimable;
}

export interface GainAnalysis {
  gain: { costs: number[]; values: number[]; e1: (Band & { better_from_cost: number | null }) | NotEstimable | null };
  mean_gain: { e1: Estimated; e2: Estimated };
  range: [number, number] | null;
  savings: Saving[];
  sampling_fraction: Record<ArmName, number>;
}

export interface Saving {
  target: number;
  reached: Record<ArmName, boolean>;
  at_least: number | null;
  at_most: number | null;
  low: number | null;
  high: number | null;
}

/** Above this share of the pool the arms grow alike by force. */
export const LARGE_FRACTION = 0.3;

/** Whether the difference of the arms is better, worse or not told apart from nothing. */
export function verdictOf(estimate: Estimated): "better" | "worse" | "open" | "noInterval" | "refused" {
  if (isRefused(estimate)) return "refused";
  if (estimate.low === null || estimate.high === null) return "noInterval";
  return estimate.low > 0 ? "better" : estimate.high < 0 ? "worse" : "open";
}

export type Outlook =
  | NotEstimable
  | {
      arms: OutlookArm[];
      least_gain: number;
      verdict: "levelled off" | "rising" | "unclear";
    };

export interface OutlookArm {
  arm: ArmName;
  now: number;
  levels: ({ level: number } & Record<CostUnit, Estimated>)[];
  next_round: Estimated;
}

export type DomainCurves = NotEstimable | { domains: { domain: string; documents: number; curves: ArmCurve[] }[] };

export interface Held {
  value: number | null;
  pool: number | null;
  low: number | null;
  high: number | null;
}

export interface SampleFigures {
  sentences: number;
  figures: Record<string, Held>;
  domains: Record<string, Held>;
}

export interface Divergence {
  samples: NotEstimable | Record<ArmName, SampleFigures | NotEstimable>;
  told_apart?: { auc: number; high: number; first: string[]; second: string[] } | NotEstimable;
  by_round?: { arm: ArmName; round: number; batch: SampleFigures | NotEstimable }[];
  labels: Record<string, unknown>;
  anchoring: unknown;
}

/** Whether a figure lies inside what a random sample of that size would give. */
export function isWithin({ value, low, high }: Held): boolean | null {
  if (value === null || low === null || high === null) return null;
  return value >= low && value <= high;
}

/** What to say of an arm's sample: which figures lie outside of what chance gives. */
export function readSample(arm: ArmName, sample: SampleFigures): Said {
  const outside = Object.entries(sample.figures).filter(([, held]) => isWithin(held) === false);
  if (outside.length === 0) return { key: arm === "random" ? "readRandomIn" : "readActiveIn" };
  return { key: arm === "random" ? "readRandomOut" : "readActiveOut", values: { count: outside.length } };
}

export interface EventAnalysis {
  windows: { events: { kind: string; at: string }[]; effect: EffectOfEvent | NotEstimable }[];
  outside: { kind: string; at: string }[];
  lags: { kind: string; at: string; lag: { rounds: number | null; reflected_at: string | null; served: number } }[];
  drift: NotEstimable | Record<string, unknown>;
  bridges: BridgeEffect[];
  guideline_bridges: RulesEffect[];
}

/** What a bridge says of models: after − before, for each arm and for active − random. */
export interface BridgeEffect {
  round: number;
  change: "model" | "guideline";
  about: Reason;
  effect: Record<ArmName | "difference", { e1: Estimated; e2: Estimated; assumptions: Reason[] }>;
}

/** What a bridge of a guideline says of labels; shares of decisions, and of words. */
export interface RulesEffect {
  version: number;
  labels: {
    groups: Record<"holdout" | ArmName, { pairs: number; changed: Estimated; net: Estimated; tokens: Estimated }>;
    people: { pairs: number; share: number | null };
    strings: { string: string; joined: number; split: number; p: number }[];
    active_minus_random?: Estimated;
    assumptions: Reason[];
  };
}

export interface EffectOfEvent {
  difference: Estimated;
  by_arm: Record<ArmName, Estimated>;
  p: Record<string, number | null>;
  rounds: [number, number];
  assumptions: Reason[];
}

export interface ConflictAnalysis {
  readings: number;
  tokens: number;
  strings: number;
  minority: number;
  same_sentence: Record<string, { sentences: number; different: number }>;
  conflicts: Conflict[];
  shifts: { string: string; before: Treated; after: Treated; p: number }[];
  repair: NotEstimable | RepairPlan;
}

export interface RepairPlan {
  sentences: number;
  changes: number;
  seconds: number;
  repairs: { sentence: number; is_holdout: boolean; changes: number; seconds: number; strings: string[] }[];
}

/** How often a string was kept whole, and how often cut. */
export interface Treated {
  whole: number;
  cut: number;
}

export interface Conflict {
  string: string;
  whole: number;
  cut: number;
  cuts: Record<string, number>;
  by_guideline: Record<string, Treated>;
  by_annotator: Record<string, Treated>;
  by_arm: Record<string, Treated>;
  sentences: number[];
}

export interface PlanAnalysis {
  outcome: NotEstimable | { verdict: string; notes: Reason[]; spent: number; error: number | null; detectable: number | null };
  endpoint?: { e1: Estimated; e2: Estimated };
  is_intact: boolean;
  looks: number;
}

export interface AssumptionAnalysis {
  assumptions: { assumption: Reason; figure: Estimated | null; verdict: string; guideline: Reason }[];
}
