import type { AnnotatorApi } from "../api/annotator";
import type { Day } from "../api/types";
import { formatDay, formatNumber } from "../domain/dates";
import { download } from "../shared/download";
import { ErrorNote } from "../shared/ErrorNote";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";

/** One's own work by the day, and the same as a file. */
export function HoursView({ api }: { api: AnnotatorApi }) {
  const { data, error, isLoading, reload } = useLoaded(() => api.hours());
  const days = data.value ?? [];
  return (
    <>
      <p class="faint">{t("hoursWhat")}</p>
      <ErrorNote error={error.value} onRetry={() => void reload()} />
      {isLoading.value && <p role="status">{t("loading")}</p>}
      {data.value?.length === 0 && <p>{t("historyEmpty")}</p>}
      {days.length > 0 && (
        <>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t("day")}</th>
                <th scope="col">{t("hours")}</th>
                <th scope="col">{t("hoursSentences")}</th>
                <th scope="col">{t("hoursRevisions")}</th>
                <th scope="col">{t("hoursSkips")}</th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.day}>
                  <th scope="row">{formatDay(day.day, language.value)}</th>
                  <td>{formatNumber(day.active_seconds / 3600, language.value, 2)}</td>
                  <td>{day.sentences}</td>
                  <td>{day.revisions}</td>
                  <td>{day.skips}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <button type="button" onClick={() => download("hours.csv", "text/csv", hoursCsv(days))}>
            {t("hoursCsv")}
          </button>
        </>
      )}
    </>
  );
}

/** The days as a table for a spreadsheet: ISO dates, hours with four decimals. */
export function hoursCsv(days: readonly Day[]): string {
  const rows = days.map(({ day, active_seconds, sentences, revisions, skips }) =>
    [day, (active_seconds / 3600).toFixed(4), sentences, revisions, skips].join(","),
  );
  return ["day,active_hours,sentences,revisions,skips", ...rows, ""].join("\r\n");
}
