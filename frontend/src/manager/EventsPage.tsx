import { useSignal } from "@preact/signals";
import type { LoopEvent, NewEvent } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { EVENT_FILTERS, fits, type EventFilter } from "../domain/events";
import { Choice } from "../shared/Choice";
import { Dialog } from "../shared/Dialog";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Changes } from "./Changes";
import { EventFiles } from "./EventFiles";
import { eventName } from "./eventName";
import type { PageProps } from "./ManagerScreen";
import { sayFact, type People } from "./sayFact";
import { usePeople } from "./usePeople";

/** Kinds that only people can know of. */
const HAND_KINDS = ["vendor", "pay", "holiday", "trouble", "other"] as const;

/** What happened in the loop and around it, newest first: filter, remark, add what the software cannot know. */
export function EventsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.events(), store.overview.value?.revision);
  const people = usePeople(store);
  const filter = useSignal<EventFilter>("changes");
  const search = useSignal("");
  const remarked = useSignal<LoopEvent | null>(null);
  const events = [...(loaded.data.value ?? [])].sort((a, b) => b.at.localeCompare(a.at));
  const found = events.filter((event) => fits(event.kind, filter.value) && holds(event, search.value.trim(), people));
  return (
    <>
      <AddEvent onAdd={(event) => api.addEvent(event).then(() => loaded.reload())} />
      <EventFiles store={store} onTaken={() => void loaded.reload()} />
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && events.length === 0 && <p>{t("eventsNone")}</p>}
      {events.length > 0 && (
        <>
          <div class="row">
            <Choice label={t("eventFilter")} value={filter} options={EVENT_FILTERS.map((name) => [name, t(`eventFilter_${name}`)])} />
            <label class="inline">
              {t("eventSearch")}
              <input type="search" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
            </label>
            <span class="faint" role="status">
              {found.length === 0 ? t("eventsNoneFit") : t("eventsShown", { shown: found.length, count: events.length })}
            </span>
          </div>
          {found.length > 0 && (
            <section class="card scroll" tabIndex={0} aria-label={t("events")}>
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">{t("eventAt")}</th>
                    <th scope="col">{t("eventKind")}</th>
                    <th scope="col">{t("eventActor")}</th>
                    <th scope="col">{t("eventChange")}</th>
                    <th scope="col">{t("eventNote")}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((event) => (
                    <EventRow key={event.id} event={event} people={people} onRemark={() => (remarked.value = event)} />
                  ))}
                </tbody>
              </table>
            </section>
          )}
        </>
      )}
      {remarked.value && (
        <RemarkDialog
          event={remarked.value}
          onRemark={(note) => api.remarkOnEvent(remarked.value!.id, note).then(() => loaded.reload())}
          onClose={() => (remarked.value = null)}
        />
      )}
    </>
  );
}

/** Whether a text is in what the page shows of an event. */
function holds(event: LoopEvent, text: string, people: People): boolean {
  if (text === "") return true;
  const facts = [event.before, event.after].map((part) => sayFact("", part, people));
  const all = [eventName(event.kind), event.kind, event.note, event.actor?.username, ...facts];
  return all.join(" ").toLowerCase().includes(text.toLowerCase());
}

function AddEvent({ onAdd }: { onAdd: (event: NewEvent) => Promise<unknown> }) {
  const act = useAct();
  const isPeriod = useSignal(false);
  const submit = async (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const form = submitted.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    const time = (name: string) => (values.get(name) ? new Date(String(values.get(name))).toISOString() : null);
    const event = { kind: `hand.${String(values.get("kind"))}`, at: time("at")!, until: time("until"), note: String(values.get("note")) };
    if (await act.run(() => onAdd(event))) {
      form.reset();
      isPeriod.value = false;
    }
  };
  return (
    <details class="card">
      <summary>{t("eventAdd")}</summary>
      <p class="faint">{t("eventAddHelp")}</p>
      <form class="stack narrow" onSubmit={(event) => void submit(event)}>
        <label>
          {t("eventKind")}
          <select name="kind">
            {HAND_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {eventName(`hand.${kind}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("eventAt")}
          <input type="datetime-local" name="at" required />
        </label>
        <label class="option">
          <input type="checkbox" checked={isPeriod.value} onChange={(event) => (isPeriod.value = event.currentTarget.checked)} />
          {t("eventIsPeriod")}
        </label>
        {isPeriod.value && (
          <label>
            {t("eventUntil")}
            <input type="datetime-local" name="until" required />
          </label>
        )}
        <label>
          {t("eventNote")}
          <textarea name="note" rows={2} maxLength={1000} required />
        </label>
        <ErrorNote error={act.error.value} />
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("add")}
        </button>
      </form>
    </details>
  );
}

interface RowProps {
  event: LoopEvent;
  people: People;
  onRemark: () => void;
}

function EventRow({ event, people, onRemark }: RowProps) {
  return (
    <tr>
      <td>
        {formatDateTime(event.at, language.value)}
        {event.until && ` – ${formatDateTime(event.until, language.value)}`}
      </td>
      <td title={event.kind}>{eventName(event.kind)}</td>
      <td>{event.actor?.username ?? t("software")}</td>
      <td>
        <Changes before={event.before} after={event.after} people={people} />
      </td>
      <td>
        {event.note.split("\n\n").filter(Boolean).map((note, i) => (
          <p key={i}>{note}</p>
        ))}
        <button type="button" class="quiet" aria-label={t("remarkOn", { event: eventName(event.kind) })} onClick={onRemark}>
          {t("remark")}
        </button>
      </td>
    </tr>
  );
}

interface RemarkProps {
  event: LoopEvent;
  onRemark: (note: string) => Promise<unknown>;
  onClose: () => void;
}

function RemarkDialog({ event, onRemark, onClose }: RemarkProps) {
  const act = useAct();
  const submit = async (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const note = String(new FormData(submitted.currentTarget as HTMLFormElement).get("note")).trim();
    if (await act.run(() => onRemark(note))) onClose();
  };
  return (
    <Dialog title={t("remarkOn", { event: eventName(event.kind) })} onClose={onClose}>
      <form class="stack" onSubmit={(submitted) => void submit(submitted)}>
        <label>
          {t("eventNote")}
          <textarea name="note" rows={3} maxLength={10_000} required autofocus />
        </label>
        <ErrorNote error={act.error.value} />
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("add")}
        </button>
      </form>
    </Dialog>
  );
}
