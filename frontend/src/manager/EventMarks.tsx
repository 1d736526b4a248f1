import type { LoopEvent } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { language, t } from "../store/language";
import { Changes } from "./Changes";
import { eventName } from "./eventName";
import type { PageProps } from "./ManagerScreen";
import { usePeople } from "./usePeople";

/** What the numbered lines of the chart stand for, each with what changed. */
export function EventMarks({ store, marks }: PageProps & { marks: readonly LoopEvent[] }) {
  const people = usePeople(store);
  return (
    <section class="card">
      <h2>{t("eventsOnCurve")}</h2>
      <ol>
        {marks.map((mark) => (
          <li key={mark.id}>
            <strong>{eventName(mark.kind)}</strong>{" "}
            <span class="faint">
              {formatDateTime(mark.at, language.value)}
              {mark.until && ` – ${formatDateTime(mark.until, language.value)}`}
            </span>
            {mark.note && <p>{mark.note}</p>}
            <Changes before={mark.before} after={mark.after} people={people} />
          </li>
        ))}
      </ol>
    </section>
  );
}
