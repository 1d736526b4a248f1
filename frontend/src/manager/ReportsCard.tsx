import { formatDateTime } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

/** All analyses as one file: ask for it, watch it being made, take it away. */
export function ReportsCard({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.reports());
  const act = useAct();
  const reports = loaded.data.value ?? [];
  const isBeingMade = reports.some(({ state }) => state === "waiting" || state === "running");
  usePolling(isBeingMade, loaded.reload);
  return (
    <section class="card" aria-label={t("reports")}>
      <h2>{t("reports")}</h2>
      <p class="faint">{t("reportsHelp")}</p>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      <p>
        <button type="button" disabled={isBeingMade || act.isBusy.value} onClick={() => void act.run(() => api.askForReport()).then(() => loaded.reload())}>
          {t("reportAsk")}
        </button>
      </p>
      {loaded.data.value !== null && reports.length === 0 && <p class="faint">{t("reportsNone")}</p>}
      <ul class="plain stack">
        {reports.map((report) => (
          <li key={report.id} class="row">
            <span>{formatDateTime(report.created_at, language.value)}</span>
            <span class="tag">{t(`state_${report.state}`)}</span>
            {report.state === "ready" && (
              <a class="button" href={api.reportFile(report.id)} download>
                {t("download")}
              </a>
            )}
            {report.why && <span class="bad">{sayReason(report.why)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
