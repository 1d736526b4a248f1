import { useSignal } from "@preact/signals";
import type { Disagreement } from "../api/types";
import { disputedGaps } from "../domain/boundaries";
import { change, moveTo, moveToNext, startDraft, toggleAt, type Draft } from "../domain/draft";
import { EDITS } from "../domain/edits";
import type { Action } from "../domain/shortcuts";
import { useServices } from "../services";
import { BoundaryEditor } from "../shared/BoundaryEditor";
import { ErrorNote } from "../shared/ErrorNote";
import { GuidelineDialog } from "../shared/GuidelineDialog";
import { HelpDialog } from "../shared/HelpDialog";
import { useAct } from "../shared/useAct";
import { useKeys } from "../shared/useKeys";
import { useLoaded } from "../shared/useLoaded";
import { keyOf } from "../store/keys";
import { t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { Passages } from "./Passages";
import { ReadingView } from "./ReadingView";

/** Settle the reference of sentences that people read differently, one after the other. */
export function AdjudicatePage({ store }: PageProps) {
  const loaded = useLoaded(() => store.api.disagreements());
  const put = useSignal<readonly number[]>([]);
  const waiting = (loaded.data.value ?? []).filter(
    (row) => row.adjudication === null && !put.value.includes(row.sentence),
  );
  const row = waiting[0];
  const next = () => {
    if (row) put.value = [...put.value, row.sentence];
    if (waiting.length === 1) void loaded.reload();
  };
  return (
    <>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && !row && <p>{t("disputesNone")}</p>}
      {row && (
        <>
          <p class="faint">{t("disputeOf", { number: put.value.length + 1, count: put.value.length + waiting.length })}</p>
          <Dispute
            key={row.sentence}
            row={row}
            projectId={store.api.projectId}
            onDecide={(boundaries, note) => store.api.adjudicate(row.sentence, boundaries, note)}
            onDone={next}
          />
        </>
      )}
    </>
  );
}

interface DisputeProps {
  row: Disagreement;
  projectId: number;
  onDecide: (boundaries: number[], note: string) => Promise<unknown>;
  onDone: () => void;
}

function Dispute({ row, projectId, onDecide, onDone }: DisputeProps) {
  const { clusters, readings } = row;
  const { sessions } = useServices();
  const disputed = disputedGaps(readings.map((reading) => reading.boundaries));
  const draft = useSignal<Draft>(
    moveTo(startDraft(clusters.length, readings[0]?.boundaries ?? []), disputed[0] ?? 1, clusters.length),
  );
  const note = useSignal("");
  const dialog = useSignal<"help" | "guideline" | null>(null);
  const decision = useAct();
  const edit = (step: (draft: Draft, length: number) => Draft) => {
    draft.value = step(draft.value, clusters.length);
  };
  const take = (number: number) => {
    const reading = readings[number - 1];
    if (reading) edit((current) => change(current, reading.boundaries));
  };
  const decide = async () => {
    if (decision.isBusy.value) return;
    if (await decision.run(() => onDecide([...draft.value.boundaries], note.value))) onDone();
    else if (decision.error.value?.status === 401) sessions.noteEnd();
  };
  const act = (action: Action) => {
    const step = EDITS[action];
    if (step) edit(step);
    else if (action === "submit") void decide();
    else if (action === "nextDispute") {
      edit((current) => moveToNext(current, disputed));
    } else if (action.startsWith("reading")) take(Number(action.slice("reading".length)));
    else if (action === "help" || action === "guideline") dialog.value = action;
  };
  useKeys("adjudicate", act, () => dialog.value === null && !sessions.hasEnded.value);
  return (
    <>
      <ol class="plain stack">
        {readings.map((reading, i) => (
          <li key={reading.annotation} class="card">
            <div class="row">
              <strong>{t("readingOf", { number: i + 1, name: reading.annotator.username })}</strong>
              {reading.guideline_version !== null && (
                <span class="faint">
                  {t("guidelineVersionShort")} {reading.guideline_version}
                </span>
              )}
              <button type="button" onClick={() => take(i + 1)}>
                {t("takeReading")} <kbd aria-hidden="true">{i + 1}</kbd>
              </button>
            </div>
            <ReadingView clusters={clusters} boundaries={reading.boundaries} all={readings.map((other) => other.boundaries)} />
          </li>
        ))}
      </ol>
      <div class="beside">
      <section class="card" aria-label={t("reference")}>
        <h2>{t("reference")}</h2>
        <BoundaryEditor
          assignment={String(row.sentence)}
          clusters={clusters}
          draft={draft.value}
          marked={new Set(disputed)}
          onToggle={(gap) => edit((current, length) => toggleAt(current, gap, length))}
        />
        <label>
          {t("noteToPeople")}
          <input aria-describedby="note-help" value={note.value} maxLength={1000} onInput={(event) => (note.value = event.currentTarget.value)} />
        </label>
        <p class="faint" id="note-help">
          {t("noteToPeopleHelp")}
        </p>
        <ErrorNote error={decision.error.value} />
        <p class="row">
          <button type="button" class="primary" disabled={decision.isBusy.value} onClick={() => void decide()}>
            {t("decide")} <kbd aria-hidden="true">{keyOf("submit")}</kbd>
          </button>
          <button type="button" onClick={() => act("nextDispute")}>
            {t("keyNextDispute")} <kbd aria-hidden="true">{keyOf("nextDispute")}</kbd>
          </button>
          <button type="button" onClick={onDone}>
            {t("later")}
          </button>
          <button type="button" class="quiet" onClick={() => (dialog.value = "guideline")}>
            {t("guideline")} <kbd aria-hidden="true">{keyOf("guideline")}</kbd>
          </button>
          <button type="button" class="quiet" onClick={() => (dialog.value = "help")}>
            {t("help")} <kbd aria-hidden="true">{keyOf("help")}</kbd>
          </button>
        </p>
      </section>
      <Passages projectId={projectId} clusters={clusters} readings={readings.map(({ boundaries }) => boundaries)} gaps={disputed} />
      </div>
      {dialog.value === "help" && <HelpDialog page="adjudicate" onClose={() => (dialog.value = null)} />}
      {dialog.value === "guideline" && (
        <GuidelineDialog projectId={projectId} search="" onClose={() => (dialog.value = null)} />
      )}
    </>
  );
}
