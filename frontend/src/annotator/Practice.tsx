import { useSignal } from "@preact/signals";
import { AnnotatorApi } from "../api/annotator";
import type { PracticeSentence } from "../api/types";
import { disputedGaps } from "../domain/boundaries";
import { change, startDraft, toggleAt, type Draft } from "../domain/draft";
import { EDITS } from "../domain/edits";
import type { Action } from "../domain/shortcuts";
import { cutText } from "../domain/visibleText";
import { useServices } from "../services";
import { BoundaryEditor } from "../shared/BoundaryEditor";
import { ErrorNote } from "../shared/ErrorNote";
import { GuidelineDialog } from "../shared/GuidelineDialog";
import { HelpDialog } from "../shared/HelpDialog";
import { useKeys } from "../shared/useKeys";
import { useLoaded } from "../shared/useLoaded";
import { keyOf } from "../store/keys";
import { language, t } from "../store/language";

interface Props {
  projectId: number;
  onClose: () => void;
}

/** Sentences to practise on: each is compared with its reference when it is done, and nothing is stored. */
export function Practice({ projectId, onClose }: Props) {
  const { client } = useServices();
  const loaded = useLoaded(() => new AnnotatorApi(client, projectId).practice());
  const place = useSignal(0);
  const right = useSignal(0);
  const all = loaded.data.value ?? [];
  const sentence = all[place.value];
  const next = (isRight: boolean) => {
    if (isRight) right.value += 1;
    place.value += 1;
  };
  return (
    <main id="content" class="annotate-main">
      <div class="row">
        <h1>{t("practice")}</h1>
        <button type="button" class="quiet" onClick={onClose}>
          {t("practiceLeave")}
        </button>
      </div>
      <p class="faint">{t("practiceWhat")}</p>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {sentence && (
        <Exercise
          key={place.value}
          sentence={sentence}
          projectId={projectId}
          heading={t("practiceOf", { number: place.value + 1, count: all.length })}
          onDone={next}
        />
      )}
      {loaded.data.value && !sentence && (
        <section class="card no-work" role="status">
          <h2>{t("practiceDone")}</h2>
          <p>{t("practiceResult", { right: right.value, count: all.length })}</p>
          <button type="button" class="primary" autofocus onClick={onClose}>
            {t("practiceToWork")}
          </button>
        </section>
      )}
    </main>
  );
}

interface ExerciseProps {
  sentence: PracticeSentence;
  projectId: number;
  heading: string;
  onDone: (isRight: boolean) => void;
}

function Exercise({ sentence, projectId, heading, onDone }: ExerciseProps) {
  const { clusters, start, reference, note } = sentence;
  const draft = useSignal<Draft>(startDraft(clusters.length, start));
  /** The gaps that were wrong at the first look; null before it. */
  const wrong = useSignal<readonly number[] | null>(null);
  const dialog = useSignal<"help" | "guideline" | null>(null);
  const edit = (step: (draft: Draft, length: number) => Draft) => {
    draft.value = step(draft.value, clusters.length);
  };
  const submit = () => {
    if (wrong.value === null) wrong.value = disputedGaps([draft.value.boundaries, reference]);
    else onDone(wrong.value.length === 0);
  };
  const act = (action: Action) => {
    const step = EDITS[action];
    if (step) edit(step);
    else if (action === "reset") edit((current) => change(current, start));
    else if (action === "submit") submit();
    else if (action === "help" || action === "guideline") dialog.value = action;
  };
  useKeys("annotate", act, () => dialog.value === null);
  const close = () => (dialog.value = null);
  return (
    <>
      <h2>{heading}</h2>
      <BoundaryEditor
        assignment={heading}
        clusters={clusters}
        draft={draft.value}
        marked={new Set(wrong.value ?? [])}
        mark="wrong"
        onToggle={(gap) => edit((current, length) => toggleAt(current, gap, length))}
      />
      <div class="practice-said" role="status">
        {wrong.value !== null && (
          <div class={wrong.value.length === 0 ? "note" : "note bad"}>
            <p>{wrong.value.length === 0 ? t("practiceRight") : t("practiceWrong", { count: wrong.value.length })}</p>
            {wrong.value.length > 0 && (
              <p lang="th" class="cut">
                {cutText(clusters, reference)}
              </p>
            )}
            <p>{note[language.value]}</p>
          </div>
        )}
      </div>
      <div class="tools">
        <div class="tools-main">
          <button type="button" class="primary" aria-keyshortcuts={keyOf("submit")} onClick={submit}>
            {t(wrong.value === null ? "practiceCheck" : "practiceNext")} <kbd aria-hidden="true">{keyOf("submit")}</kbd>
          </button>
          <button type="button" onClick={() => act("guideline")}>
            {t("guideline")} <kbd aria-hidden="true">{keyOf("guideline")}</kbd>
          </button>
          <button type="button" onClick={() => act("help")}>
            {t("help")} <kbd aria-hidden="true">{keyOf("help")}</kbd>
          </button>
        </div>
      </div>
      {dialog.value === "help" && <HelpDialog page="annotate" onClose={close} />}
      {dialog.value === "guideline" && <GuidelineDialog projectId={projectId} search="" onClose={close} />}
    </>
  );
}
