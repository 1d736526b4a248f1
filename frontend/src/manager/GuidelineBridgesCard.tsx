import { useSignal } from "@preact/signals";
import type { GuidelineBridge } from "../api/types";
import { isRefused, verdictOf, type Estimated, type Reason, type RulesEffect } from "../domain/analyses";
import { formatDateTime, formatNumber, formatShare } from "../domain/dates";
import { describeError, ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Refused } from "./Analysed";
import { BridgeResult, effectsOf } from "./BridgeResult";
import type { BridgeProps } from "./BridgesCard";
import { formatCost } from "./CurvesPage";
import { Assumptions } from "./EffectsCard";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

const PER_ARM = 100;
const GROUPS = ["holdout", "random", "active"] as const;
/** A string is told to have moved from this adjusted p on. */
const MOVED_P = 0.05;
const STRINGS_SHOWN = 10;

/** Bridges of a guideline: old work read again by new rules. Ask with the cost in sight, watch, read what it shows. */
export function GuidelineBridgesCard({ store, analysis }: BridgeProps) {
  const loaded = useLoaded(() => store.api.guidelineBridges(), store.overview.value?.revision);
  const bridges = loaded.data.value ?? [];
  const again = async () => void (await Promise.all([loaded.reload(), analysis.reload()]));
  usePolling(
    bridges.some(({ read_at, trained, trainings }) => read_at !== null && trained < trainings),
    loaded.reload,
  );
  const found = analysis.data.value;
  const effects = found === null || isRefused(found) ? [] : found.guideline_bridges;
  return (
    <section class="card analysis" aria-label={t("rulesBridges")}>
      <h2>{t("rulesBridges")}</h2>
      <p class="faint">{t("rulesBridgesHelp")}</p>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      <ul class="plain stack">
        {bridges.map((bridge) => (
          <li key={bridge.version}>
            <h3>{t("planVersion", { version: bridge.version })}</h3>
            <Progress bridge={bridge} />
            {bridge.read > 0 && effects.filter(({ version }) => version === bridge.version).map((effect) => <RulesResult key={effect.version} effect={effect} />)}
            {effectsOf(analysis, "guideline")
              .filter(({ about }) => about.values["version"] === bridge.version)
              .map((row) => (
                <BridgeResult key={row.about.code} row={row} />
              ))}
            <References bridge={bridge} store={store} onDone={again} />
          </li>
        ))}
      </ul>
      {loaded.data.value !== null && <Ask key={bridges.length} store={store} onDone={again} />}
    </section>
  );
}

/** How many sentences of each arm, what that costs, and the button; or why there is nothing to ask for. */
function Ask({ store, onDone }: PageProps & { onDone: () => Promise<void> }) {
  const perArm = useSignal(PER_ARM);
  const preview = useLoaded(() => store.api.previewGuidelineBridge(perArm.value), perArm.value);
  const act = useAct();
  const cost = preview.data.value;
  const refusal = preview.error.value?.status === 409 ? preview.error.value : null;
  // Not a mistake of anybody's: there is nothing to bridge, and this says why, unless the bridge stands above.
  if (refusal) return (refusal.details.why as Reason | undefined)?.code === "bridged" ? null : <p>{describeError(refusal)}</p>;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void act.run(() => store.api.askForGuidelineBridge(perArm.value)).then((done) => void (done && onDone()));
  };
  return (
    <form class="stack form" onSubmit={submit}>
      <label>
        {t("rulesPerArm")}
        <input
          type="number"
          min={0}
          max={10_000}
          required
          defaultValue={PER_ARM}
          onInput={(event) => event.currentTarget.checkValidity() && (perArm.value = Number(event.currentTarget.value))}
        />
      </label>
      <ErrorNote error={act.error.value ?? preview.error.value} onRetry={() => void preview.reload()} />
      <p role="status">
        {cost &&
          t("rulesCost", {
            version: cost.version,
            sentences: number(cost.sentences),
            holdout: number(cost.groups.holdout),
            random: number(cost.groups.random),
            active: number(cost.groups.active),
            time: formatCost(cost.expected_seconds, "seconds"),
          })}
      </p>
      <button type="submit" disabled={act.isBusy.value || cost === null}>
        {t("rulesAsk")}
      </button>
    </form>
  );
}

function Progress({ bridge }: { bridge: GuidelineBridge }) {
  return (
    <>
      <label>
        {t("rulesRead", { read: number(bridge.read), sentences: number(bridge.sentences), changed: number(bridge.changed) })}
        <progress value={bridge.read} max={bridge.sentences} />
      </label>
      <p class="faint">
        {t("rulesSpent", { spent: formatCost(bridge.seconds, "seconds"), left: formatCost(bridge.expected_seconds, "seconds") })}
      </p>
      {bridge.read_at !== null && bridge.trainings > 0 && bridge.trained < bridge.trainings && (
        <label>
          {t("rulesTrained", { trained: number(bridge.trained), trainings: number(bridge.trainings) })}
          <progress value={bridge.trained} max={bridge.trainings} />
        </label>
      )}
    </>
  );
}

/** What the rules did to labels: in words, by group with intervals, and the strings that moved. */
function RulesResult({ effect: { labels } }: { effect: RulesEffect }) {
  const moved = labels.strings.filter(({ p }) => p <= MOVED_P).slice(0, STRINGS_SHOWN);
  return (
    <>
      <p>
        <strong>{t(`rules_${verdictOf(labels.groups.holdout.net)}`)}</strong>
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("rulesByGroup")}>
        <table class="table compact">
          <thead>
            <tr>
              <th scope="col">{t("split")}</th>
              <th scope="col">{t("sentences")}</th>
              <th scope="col">{t("rulesChanged")}</th>
              <th scope="col">{t("rulesNet")}</th>
              <th scope="col">{t("rulesTokens")}</th>
            </tr>
          </thead>
          <tbody>
            {GROUPS.map((name) => {
              const group = labels.groups[name];
              return (
                <tr key={name}>
                  <th scope="row">{t(name === "holdout" ? "split_holdout" : `arm_${name}`)}</th>
                  <td>{number(group.pairs)}</td>
                  <td>{share(group.changed)}</td>
                  <td>{share(group.net)}</td>
                  <td>{share(group.tokens)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {labels.active_minus_random &&
        (isRefused(labels.active_minus_random) ? (
          <Refused why={labels.active_minus_random} />
        ) : (
          <p>{t(`rulesApart_${verdictOf(labels.active_minus_random)}`, { value: share(labels.active_minus_random) })}</p>
        ))}
      {moved.length > 0 && (
        <>
          <h4>{t("rulesStrings")}</h4>
          <ul>
            {moved.map(({ string, joined, split }) => (
              <li key={string}>
                <span lang="th">{string}</span> {t("rulesString", { joined, split })}
              </li>
            ))}
          </ul>
        </>
      )}
      <Assumptions of={labels.assumptions} />
    </>
  );
}

/** The one step by which the holdout's references pass to the new rules, once everything is read. */
function References({ bridge, store, onDone }: PageProps & { bridge: GuidelineBridge; onDone: () => Promise<void> }) {
  const act = useAct();
  if (bridge.switched_at !== null) {
    return <p class="faint">{t("rulesSwitched", { at: formatDateTime(bridge.switched_at, language.value) })}</p>;
  }
  if (bridge.read_at === null) return null;
  const pass = () => {
    if (!window.confirm(t("rulesSwitchSure", { version: bridge.version }))) return;
    void act.run(() => store.api.switchReferences(bridge.version)).then((done) => void (done && onDone()));
  };
  return (
    <>
      <ErrorNote error={act.error.value} />
      <button type="button" disabled={act.isBusy.value} onClick={pass}>
        {t("rulesSwitch")}
      </button>
    </>
  );
}

function number(value: number): string {
  return formatNumber(value, language.value);
}

/** A share with its interval, short enough for a table; what has none says why. */
function share(estimate: Estimated): string {
  if (isRefused(estimate)) return sayReason(estimate.not_estimable);
  const { value, low, high } = estimate;
  const format = (one: number) => formatShare(one, language.value);
  return low === null || high === null ? `${format(value)} (${t("noInterval")})` : `${format(value)} (${format(low)} – ${format(high)})`;
}
