import { useSignal } from "@preact/signals";
import { formatAgo, formatNumber } from "../domain/dates";
import { hoursCsv, sumByPerson } from "../domain/hours";
import { download } from "../shared/download";
import { ErrorNote } from "../shared/ErrorNote";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";

const DAY_MS = 24 * 3600 * 1000;
/** Days are Thai ones, whatever clock this device keeps. */
const THAI_MIDNIGHT = "T00:00:00+07:00";

function thaiDay(time: number): string {
  return new Date(time + 7 * 3600 * 1000).toISOString().slice(0, 10);
}

/** Hours at work by person in a period, to look at and to pay by. */
export function HoursCard({ store }: PageProps) {
  const now = Date.now();
  const since = useSignal(`${thaiDay(now).slice(0, 7)}-01`);
  const until = useSignal(thaiDay(now));
  const isPeriod = since.value !== "" && until.value !== "" && since.value <= until.value;
  const loaded = useLoaded(async () => {
    if (!isPeriod) return [];
    const end = new Date(Date.parse(`${until.value}${THAI_MIDNIGHT}`) + DAY_MS);
    return store.api.hours(new Date(`${since.value}${THAI_MIDNIGHT}`), end);
  }, `${since.value} ${until.value}`);
  const rows = loaded.data.value ?? [];
  const people = sumByPerson(rows);
  const file = `hours-${since.value}-${until.value}.csv`;
  return (
    <section class="card scroll" tabIndex={0} aria-label={t("hours")}>
      <h2>{t("hours")}</h2>
      <p class="faint">{t("hoursHelp")}</p>
      <div class="row">
        <label class="inline">
          {t("since")}
          <input type="date" value={since.value} onInput={(event) => (since.value = event.currentTarget.value)} />
        </label>
        <label class="inline">
          {t("untilDay")}
          <input type="date" value={until.value} onInput={(event) => (until.value = event.currentTarget.value)} />
        </label>
        <button type="button" disabled={rows.length === 0} onClick={() => download(file, "text/csv", hoursCsv(rows))}>
          {t("downloadCsv")}
        </button>
      </div>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {!isPeriod && <p role="alert">{t("periodWrong")}</p>}
      {isPeriod && loaded.data.value !== null && rows.length === 0 && <p>{t("hoursNone")}</p>}
      {people.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col">{t("hoursHead")}</th>
              <th scope="col">{t("days")}</th>
              <th scope="col">{t("sentences")}</th>
              <th scope="col">{t("skipped")}</th>
              <th scope="col">{t("lastAt")}</th>
            </tr>
          </thead>
          <tbody>
            {people.map(({ user, days, sentences, skipped, hours, lastAt }) => (
              <tr key={user.id}>
                <th scope="row">{user.name || user.username}</th>
                <td>{formatNumber(hours, language.value, 2)}</td>
                <td>{days}</td>
                <td>{formatNumber(sentences, language.value)}</td>
                <td>{formatNumber(skipped, language.value)}</td>
                <td>{formatAgo(lastAt, now, language.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
