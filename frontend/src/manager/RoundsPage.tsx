import type { Round } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { PackageButton } from "./PackageButton";
import { RoundProgress } from "./RoundProgress";

/** All rounds, newest first; open one by hand, cancel the one under way, restart a failed one. */
export function RoundsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.rounds(), JSON.stringify(store.overview.value?.round));
  const act = useAct();
  const rounds = [...(loaded.data.value ?? [])].sort((a, b) => b.number - a.number);
  const isUnderWay = rounds.some(isRunning);
  const run = (step: () => Promise<unknown>) => void act.run(step).then(() => loaded.reload());
  const cancel = (round: Round) => {
    if (window.confirm(t("cancelRoundSure"))) run(() => api.cancelRound(round.id));
  };
  return (
    <>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      <p>
        <button type="button" class="primary" disabled={isUnderWay || act.isBusy.value} onClick={() => run(() => api.openRound())}>
          {t("openRound")}
        </button>
      </p>
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && rounds.length === 0 && <p>{t("noRounds")}</p>}
      <ul class="plain stack">
        {rounds.map((round) => (
          <li key={round.id} class="card round">
            <h2>{t("currentRound", { number: round.number })}</h2>
            <RoundProgress round={round} />
            <dl class="facts">
              <Fact name={t("trigger")} value={t(`trigger_${round.trigger}`)} />
              <Fact name={t("openedAt")} value={formatDateTime(round.opened_at, language.value)} />
              {round.closed_at && <Fact name={t("closedAt")} value={formatDateTime(round.closed_at, language.value)} />}
              {round.attempt > 1 && <Fact name={t("attempt")} value={String(round.attempt)} />}
              {round.arms.map((row) => (
                <Fact key={row.arm} name={t(`arm_${row.arm}`)} value={`${row.annotations} ${t("labels")}`} />
              ))}
            </dl>
            {isRunning(round) && (
              <button type="button" disabled={act.isBusy.value} onClick={() => cancel(round)}>
                {t("cancelRound")}
              </button>
            )}
            {round.state === "closed" && <PackageButton store={store} roundId={round.id} />}
            {round.state === "failed" && (
              <button type="button" disabled={act.isBusy.value || isUnderWay} onClick={() => run(() => api.restartRound(round.id))}>
                {t("restartRound")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function isRunning({ state }: Round): boolean {
  return state === "open" || state === "training" || state === "scoring";
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
