import { useSignal } from "@preact/signals";
import type { RepairQueue } from "../api/types";
import { formatNumber } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { formatCost } from "./CurvesPage";
import type { PageProps } from "./ManagerScreen";

const SHOWN = 200;
const number = (value: number) => formatNumber(value, language.value);
/** A single sentence takes seconds, the whole list hours. */
const timeOf = (seconds: number) =>
  seconds < 120 ? t("timeSeconds", { count: formatNumber(seconds, language.value, 0) }) : formatCost(seconds, "seconds");
const changesOf = (value: number) => formatNumber(value, language.value, 1);

/** What to read again after a change of guideline, best use of time first, with its cost, and having it read. */
export function RepairsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.repairs(SHOWN));
  const queue = loaded.data.value;
  const error = loaded.error.value;
  // The server refuses a project without guideline: there is nothing to be out of date.
  if (error?.code === "conflict") return <p>{t("repairsNoGuideline")}</p>;
  return (
    <>
      <p class="faint">{t("repairsHelp")}</p>
      <ErrorNote error={error} onRetry={() => void loaded.reload()} />
      {queue === null && loaded.isLoading.value && <p role="status">{t("computing")}</p>}
      {queue?.sentences === 0 && <p>{t("repairNone")}</p>}
      {queue !== null && queue.sentences > 0 && (
        <>
          <p>
            {t("repairSaid", {
              sentences: number(queue.sentences),
              changes: changesOf(queue.changes),
              time: timeOf(queue.seconds),
            })}
          </p>
          <Order store={store} queue={queue} onOrdered={() => void loaded.reload()} />
          <Rows rows={queue.rows} />
        </>
      )}
    </>
  );
}

/** How many from the first are to be read again; what these change and take is said beforehand. */
function Order({ store, queue, onOrdered }: PageProps & { queue: RepairQueue; onOrdered: () => void }) {
  const act = useAct();
  const wanted = useSignal(Math.min(20, queue.sentences));
  const ordered = useSignal<number | null>(null);
  const last = queue.rows[wanted.value - 1];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    ordered.value = null;
    if (await act.run(async () => void (ordered.value = (await store.api.orderRepairs(wanted.value)).sentences))) onOrdered();
  };
  return (
    <form class="card stack narrow" onSubmit={(event) => void submit(event)}>
      <label>
        {t("repairsHowMany")}
        <input
          type="number"
          min={1}
          max={queue.sentences}
          required
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.valueAsNumber || 0)}
        />
      </label>
      {last && (
        <p role="status">
          {t("repairsCost", { changes: changesOf(last.changes_so_far), time: timeOf(last.seconds_so_far) })}
        </p>
      )}
      <ErrorNote error={act.error.value} />
      {ordered.value !== null && <p role="status">{t("repairsOrdered", { count: number(ordered.value) })}</p>}
      <button type="submit" class="primary" disabled={act.isBusy.value}>
        {t("repairsOrder")}
      </button>
    </form>
  );
}

function Rows({ rows }: { rows: RepairQueue["rows"] }) {
  return (
    <section class="card scroll" tabIndex={0} aria-label={t("repairs")}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("sentences")}</th>
            <th scope="col">{t("repairsStrings")}</th>
            <th scope="col">{t("repairsChanges")}</th>
            <th scope="col">{t("workTime")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.sentence}>
              <td>
                <span lang="th" class="cut">
                  {row.clusters.join("")}
                </span>{" "}
                {row.is_holdout && <span class="tag">{t("split_holdout")}</span>}
              </td>
              <td lang="th">{row.strings.join(", ")}</td>
              <td>{changesOf(row.changes)}</td>
              <td>{timeOf(row.seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
