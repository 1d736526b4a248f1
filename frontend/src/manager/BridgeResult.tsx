import { isRefused, verdictOf, type BridgeEffect, type EventAnalysis, type NotEstimable } from "../domain/analyses";
import { formatPoints } from "../domain/dates";
import { sayReason } from "../shared/sayReason";
import type { Loaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { ByArm, Figure } from "./Analysed";
import { Assumptions } from "./EffectsCard";

/** What the bridges of one kind of change show, as far as the analysis is there. */
export function effectsOf(analysis: Loaded<EventAnalysis | NotEstimable>, change: BridgeEffect["change"]): BridgeEffect[] {
  const found = analysis.data.value;
  return found === null || isRefused(found) ? [] : found.bridges.filter((row) => row.change === change);
}

/** What a change did to models of the same samples: to the difference of the arms in words, and to each arm. */
export function BridgeResult({ row: { about, effect } }: { row: BridgeEffect }) {
  const points = (value: number) => t("points", { value: formatPoints(value, language.value) });
  return (
    <div class="window">
      <h4>{sayReason(about)}</h4>
      <p>{t(`bridge_${verdictOf(effect.difference.e1)}`)}</p>
      <Figure estimate={effect.difference.e1} format={points} />
      <ByArm of={{ random: effect.random.e1, active: effect.active.e1 }} format={points} />
      <Assumptions of={effect.difference.assumptions} />
    </div>
  );
}
