/** What a manager should look at now, most pressing first. Pure: figures in, findings out. */

export type FindingName =
  | "roundFailed"
  | "staleOrder"
  | "unbalanced"
  | "nobodyAtWork"
  | "drift"
  | "lowAgreement"
  | "disagreements"
  | "flags";

/** A finding, with the number it is about where there is one. */
export interface Finding {
  name: FindingName;
  count: number;
}

export interface Charged {
  random: number;
  active: number;
}

export interface Situation {
  hasFailedRound: boolean;
  /** Readings that nobody holds. */
  open: number;
  peopleActive: number;
  disagreements: number;
  flags: number;
  /** Drifts found lately that nobody has remarked on. */
  drifts: number;
  /** Boundary F1 between people, and on how many pairs of readings; null before there are any. */
  agreement: { value: number; pairs: number } | null;
  /** How far the served order lags behind the labels; null when it is fresh. */
  stale: { labels: number; minutes: number } | null;
  roundSize: number;
  /** What the arms were charged, in the unit of the ratio. */
  charged: Charged;
  /** Labelled clusters of both arms: whether there is enough to tell. */
  clusters: number;
  activeShare: number;
}

/** An order that lags by more labels than two rounds take is worth a manager's time. */
const STALE_ROUNDS = 2;
/** Arms further apart than this share of their charged cost are out of balance, once there is enough to tell. */
const IMBALANCE = 0.1;
const ENOUGH_CLUSTERS = 2_000;
/** Below this people cut by different rules, whatever the guideline says; on fewer pairs it is chance. */
const LOW_AGREEMENT = 0.9;
const ENOUGH_PAIRS = 20;

export function findAttention(situation: Situation): Finding[] {
  const { stale, roundSize, agreement } = situation;
  const isLow = agreement !== null && agreement.pairs >= ENOUGH_PAIRS && agreement.value < LOW_AGREEMENT;
  const found: [FindingName, number][] = [
    ["roundFailed", Number(situation.hasFailedRound)],
    ["staleOrder", stale !== null && stale.labels > STALE_ROUNDS * roundSize ? stale.labels : 0],
    ["unbalanced", Number(areUnbalanced(situation))],
    ["nobodyAtWork", situation.peopleActive === 0 ? situation.open : 0],
    ["drift", situation.drifts],
    ["lowAgreement", isLow ? agreement.pairs : 0],
    ["disagreements", situation.disagreements],
    ["flags", situation.flags],
  ];
  return found.filter(([, count]) => count > 0).map(([name, count]) => ({ name, count }));
}

/** What the overview says of the arms' costs, as `areUnbalanced` takes it. */
export function costsOf({ arms }: { arms: readonly { arm: string; clusters: number; charged: number }[] }): Pick<Situation, "charged" | "clusters"> {
  const charged = (name: string) => arms.find((row) => row.arm === name)?.charged ?? 0;
  return {
    charged: { random: charged("random"), active: charged("active") },
    clusters: arms.reduce((sum, row) => sum + row.clusters, 0),
  };
}

/** The active arm's share of what the arms were charged; null before there are any. */
export function activeShareOf({ random, active }: Charged): number | null {
  return random + active === 0 ? null : active / (random + active);
}

/** Whether the arms lie further apart than chance and the ratio explain; false before there is enough to tell. */
export function areUnbalanced({ charged, clusters, activeShare }: Pick<Situation, "charged" | "clusters" | "activeShare">): boolean {
  const share = activeShareOf(charged);
  return share !== null && clusters >= ENOUGH_CLUSTERS && Math.abs(share - activeShare) > IMBALANCE;
}

export interface Setup {
  corpora: number;
  guidelines: number;
  annotators: number;
  isPaused: boolean;
  hasStarted: boolean;
}

export type SetupStep = "texts" | "guideline" | "people" | "start";

/** The way from an empty project to work being handed out, each step with whether it is done. */
export function setupSteps({ corpora, guidelines, annotators, isPaused, hasStarted }: Setup): [SetupStep, boolean][] {
  return [
    ["texts", corpora > 0],
    ["guideline", guidelines > 0],
    ["people", annotators > 0],
    ["start", hasStarted && !isPaused],
  ];
}
