import type { BridgeModel } from "../api/types";
import type { EventAnalysis, NotEstimable } from "../domain/analyses";
import { formatNumber } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded, type Loaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { BridgeResult, effectsOf } from "./BridgeResult";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

const MODELS: readonly BridgeModel[] = ["tiny", "small", "base", "committee", "fast"];

export interface BridgeProps extends PageProps {
  /** The analysis that holds what the bridges show. */
  analysis: Loaded<EventAnalysis | NotEstimable>;
}

/** Bridges of a model: the latest round's samples trained by another model too, and what that shows. */
export function BridgesCard({ store, analysis }: BridgeProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.bridges());
  const act = useAct();
  const bridges = loaded.data.value ?? [];
  usePolling(
    bridges.some(({ trained, trainings }) => trained < trainings),
    loaded.reload,
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const model = new FormData(event.currentTarget as HTMLFormElement).get("model") as BridgeModel;
    void act.run(() => api.askForBridge(model)).then(() => loaded.reload());
  };
  const number = (value: number) => formatNumber(value, language.value);
  return (
    <section class="card" aria-label={t("bridges")}>
      <h2>{t("bridges")}</h2>
      <p class="faint">{t("bridgesHelp")}</p>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && bridges.length === 0 && <p>{t("bridgesNone")}</p>}
      <ul class="plain stack">
        {bridges.map(({ round, model, trained, trainings }) => (
          <li key={`${round} ${model}`}>
            <label>
              {t("bridgeOf", { round, model, trained: number(trained), trainings: number(trainings) })}
              <progress value={trained} max={trainings} />
            </label>
            {effectsOf(analysis, "model")
              .filter((row) => row.round === round && row.about.values["preset"] === model)
              .map((row) => (
                <BridgeResult key={row.about.code} row={row} />
              ))}
          </li>
        ))}
      </ul>
      <form class="row" onSubmit={submit}>
        <label class="inline">
          {t("bridgeModel")}
          <select name="model">
            {MODELS.map((model) => (
              <option key={model}>{model}</option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={act.isBusy.value}>
          {t("bridgeAsk")}
        </button>
      </form>
      <p class="faint">{t("bridgeWhen")}</p>
    </section>
  );
}
