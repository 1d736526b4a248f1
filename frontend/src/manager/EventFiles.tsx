import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { TakenIn } from "../api/types";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { t } from "../store/language";
import type { PageProps } from "./ManagerScreen";

/** All events as a file, and events from one: all of it is recorded or nothing. */
export function EventFiles({ store, onTaken }: PageProps & { onTaken: () => void }) {
  const { api } = store;
  const act = useAct();
  const taken = useSignal<TakenIn | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const isUnreadable = useSignal(false);
  const submit = async (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const form = submitted.currentTarget as HTMLFormElement;
    taken.value = null;
    const file = readEvents(await input.current!.files![0]!.text());
    isUnreadable.value = file === null;
    if (file === null || !(await act.run(async () => void (taken.value = await api.takeInEvents(file))))) return;
    form.reset();
    onTaken();
  };
  return (
    <details class="card">
      <summary>{t("eventFiles")}</summary>
      <p class="row">
        {(["csv", "json"] as const).map((kind) => (
          <a key={kind} class="button" href={api.eventFile(kind)} download>
            {t("eventsAsFile", { kind: kind.toUpperCase() })}
          </a>
        ))}
      </p>
      <form class="stack narrow" onSubmit={(event) => void submit(event)}>
        <label>
          {t("eventsFromFile")}
          <input ref={input} type="file" accept=".csv,.json,text/csv,application/json" required aria-describedby="events-file-help" />
        </label>
        <p class="faint" id="events-file-help">
          {t("eventsFromFileHelp")}
        </p>
        <ErrorNote error={act.error.value} />
        {isUnreadable.value && <p role="alert">{t("eventsFileUnreadable")}</p>}
        {taken.value && <p role="status">{t("eventsTaken", { ...taken.value })}</p>}
        <button type="submit" disabled={act.isBusy.value}>
          {t("eventsTakeIn")}
        </button>
      </form>
    </details>
  );
}

/** A file's text as a request says it; null for JSON that cannot be read. A text that begins with { or [ is JSON. */
function readEvents(text: string): Parameters<PageProps["store"]["api"]["takeInEvents"]>[0] | null {
  if (!/^\s*[[{]/.test(text)) return { csv: text.replace(/^\uFEFF/, "") };
  try {
    const read = JSON.parse(text) as { events?: Record<string, unknown>[] } | Record<string, unknown>[];
    const events = Array.isArray(read) ? read : read.events;
    return Array.isArray(events) ? { events } : null;
  } catch {
    return null;
  }
}
