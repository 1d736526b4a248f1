import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { AnnotatorApi } from "../api/annotator";
import type { Membership } from "../api/types";
import { stringAt, tokens, wordsAround } from "../domain/boundaries";
import { change, moveToNext, takeAlternative, toggleAt, type Draft } from "../domain/draft";
import { EDITS } from "../domain/edits";
import type { Action } from "../domain/shortcuts";
import { useServices } from "../services";
import { BoundaryEditor } from "../shared/BoundaryEditor";
import { Dialog } from "../shared/Dialog";
import { ErrorNote } from "../shared/ErrorNote";
import { GuidelineDialog } from "../shared/GuidelineDialog";
import { HelpDialog } from "../shared/HelpDialog";
import { Message } from "../shared/Message";
import { TopBar } from "../shared/TopBar";
import { useKeys } from "../shared/useKeys";
import { Annotating } from "../store/annotating";
import { Comments } from "../store/comments";
import { t } from "../store/language";
import { Alternatives } from "./Alternatives";
import { DayCount } from "./DayCount";
import { FlagDialog } from "./FlagDialog";
import { LookupDialog } from "./LookupDialog";
import { NoWork } from "./NoWork";
import { Practice } from "./Practice";
import { RefusedWork, SaveState } from "./SaveState";
import { SkipDialog } from "./SkipDialog";
import { TextSize, useTextSize } from "./TextSize";
import { ToolBar } from "./ToolBar";
import { useLifecycle } from "./useLifecycle";
import { WorkDialog } from "./WorkDialog";

type OpenDialog = "skip" | "flag" | "help" | "guideline" | "history" | "lookup" | "comments";

/** How often the page asks whether adjudicators have settled something otherwise. */
const COMMENTS_MS = 5 * 60_000;

/** The annotator's page: one sentence at a time, keyboard first. */
export function AnnotateScreen({ membership }: { membership: Membership }) {
  const { client, sessions, openStorage } = useServices();
  const { project } = membership;
  const userId = sessions.session.value!.user.id;
  const [store, comments] = useMemo(() => {
    const api = new AnnotatorApi(client, project.id);
    const annotating = new Annotating({ api, userId, openStorage, onLoggedOut: sessions.noteEnd });
    return [annotating, new Comments(api, userId)] as const;
  }, [project.id]);
  const dialog = useSignal<OpenDialog | null>(null);
  const isPractising = useSignal(false);
  const said = useSignal("");
  const size = useTextSize();
  const tab = useLifecycle(store, sessions, `annotate ${userId} ${project.id}`);
  useEffect(() => {
    void comments.load();
    const again = setInterval(() => void comments.load(), COMMENTS_MS);
    return () => clearInterval(again);
  }, [comments]);

  const shown = store.shown.value;
  const edit = (step: (draft: Draft, length: number) => Draft) => {
    const before = store.shown.value;
    store.edit(step);
    const after = store.shown.value;
    if (before && after && before.draft.boundaries !== after.draft.boundaries) {
      said.value = describeChange(after.work.clusters, before.draft, after.draft);
    }
  };
  const take = (number: number) => {
    const work = store.shown.value?.work;
    const gaps = work?.alternatives[number - 1];
    if (gaps) edit((draft, length) => takeAlternative(draft, work.suggestion ?? [], gaps, length));
  };
  const act = (action: Action) => {
    const step = EDITS[action];
    if (step) edit(step);
    else if (action === "reset") edit((draft) => change(draft, store.shown.value?.work.suggestion ?? []));
    else if (action === "nextDoubt") edit((draft) => moveToNext(draft, store.shown.value?.work.doubtful ?? []));
    else if (action.startsWith("alternative")) take(Number(action.slice("alternative".length)));
    else if (action === "submit") store.submit();
    else if (action === "previous") void store.revisePrevious();
    else if (action === "pause") store.pause();
    else if (action === "skip" && store.revision.value) store.cancelRevision();
    else if (action === "skip" || action === "flag" || action === "lookup") dialog.value = store.shown.value ? action : null;
    else dialog.value = action as OpenDialog;
  };
  const isHere = tab.state.value !== "elsewhere";
  const isListening = () =>
    isHere && dialog.value === null && !isPractising.value && !store.isPaused.value && !sessions.hasEnded.value;
  useKeys("annotate", act, isListening);

  const words = shown ? tokens(shown.work.clusters, shown.draft.boundaries).length : 0;
  useEffect(() => {
    if (shown) said.value = t("saidWords", { count: words });
  }, [shown?.assignment]);

  const close = () => {
    dialog.value = null;
  };
  const mayLogOut = () => {
    const count = store.outbox.entries.value.length;
    return count === 0 || window.confirm(t("logOutUnsent", { count }));
  };
  if (!isHere) return <ElsewhereMessage takeOver={tab.takeOver} />;
  return (
    <div class="annotate" style={{ "--sentence-size": `${size.value}rem` }}>
      <TopBar project={project.name} mayLogOut={mayLogOut}>
        <SaveState outbox={store.outbox} />
        <DayCount store={store} />
        {comments.unseen.value > 0 && (
          <button type="button" class="quiet" onClick={() => (dialog.value = "comments")}>
            {t("commentsNew", { count: comments.unseen.value })}
          </button>
        )}
      </TopBar>
      {isPractising.value ? (
        <Practice projectId={project.id} onClose={() => (isPractising.value = false)} />
      ) : (
        <main id="content" class="annotate-main">
          <h1 class="visually-hidden">{t("annotate")}</h1>
          <Notices store={store} onPractise={() => (isPractising.value = true)} />
          <RefusedWork outbox={store.outbox} />
          {shown ? (
            <>
              <BoundaryEditor
                assignment={shown.assignment}
                clusters={shown.work.clusters}
                draft={shown.draft}
                marked={new Set(shown.work.doubtful)}
                mark="doubtful"
                onToggle={(gap) => edit((draft, length) => toggleAt(draft, gap, length))}
              />
              <div class="sentence-foot">
                <Alternatives work={shown.work} draft={shown.draft} onTake={take} />
                <span class="faint">{t("words", { count: words })}</span>
                <TextSize size={size} />
              </div>
            </>
          ) : (
            <NoWork store={store} />
          )}
          <ToolBar store={store} act={act} onPractise={() => (isPractising.value = true)} />
        </main>
      )}
      <div class="visually-hidden" aria-live="polite">
        {said.value}
      </div>
      {store.isPaused.value && (
        <Dialog title={t("pausedTitle")} onClose={() => store.resume()}>
          <p>{t("pausedText")}</p>
          <button type="button" class="primary" autofocus onClick={() => store.resume()}>
            {t("resume")}
          </button>
        </Dialog>
      )}
      {dialog.value === "skip" && <SkipDialog onSkip={(reason) => (close(), store.skip(reason))} onClose={close} />}
      {dialog.value === "flag" && <FlagDialog onFlag={(comment) => (close(), store.flag(comment))} onClose={close} />}
      {dialog.value === "help" && <HelpDialog page="annotate" onClose={close} />}
      {dialog.value === "guideline" && (
        <GuidelineDialog projectId={project.id} search={wordAtCursor(shown)} onClose={close} />
      )}
      {dialog.value === "lookup" && shown && (
        <LookupDialog
          projectId={project.id}
          assignment={shown.assignment}
          string={stringAt(shown.work.clusters, shown.draft.boundaries, shown.draft.cursor)}
          onClose={close}
        />
      )}
      {(dialog.value === "history" || dialog.value === "comments") && (
        <WorkDialog
          projectId={project.id}
          comments={comments}
          first={dialog.value === "comments" ? "comments" : "sentences"}
          onRevise={(entry) => (close(), store.revise(entry))}
          onClose={close}
        />
      )}
    </div>
  );
}

function ElsewhereMessage({ takeOver }: { takeOver: () => void }) {
  return (
    <Message>
      <h1>{t("annotate")}</h1>
      <p>{t("otherTab")}</p>
      <button type="button" class="primary" onClick={takeOver}>
        {t("takeOver")}
      </button>
    </Message>
  );
}

/** What the person should know about the sentence, the storage and the connection. */
function Notices({ store, onPractise }: { store: Annotating; onPractise: () => void }) {
  const notice = store.notice.value;
  return (
    <>
      {store.current.value !== null && store.total.value === 0 && (
        <p class="note">
          {t("practiceFirst")}{" "}
          <button type="button" onClick={onPractise}>
            {t("practice")}
          </button>
        </p>
      )}
      {store.isStorageBroken.value && <p class="note bad">{t("storageBroken")}</p>}
      {store.shown.value && store.outbox.trouble.value?.status === 0 && <p class="note">{t("offline")}</p>}
      {notice && (
        <p class="note" role="status">
          {t(notice)}
        </p>
      )}
      {store.revision.value && (
        <p class="note" role="status">
          {t("revisingTitle")}
          <button type="button" class="quiet" onClick={() => store.cancelRevision()}>
            {t("revisingCancel")}
          </button>
        </p>
      )}
      {store.shown.value && store.outbox.trouble.value === null && (
        <ErrorNote error={store.error.value} onRetry={() => void store.fill()} />
      )}
    </>
  );
}

function describeChange(clusters: readonly string[], before: Draft, after: Draft): string {
  const added = after.boundaries.find((gap) => !before.boundaries.includes(gap));
  if (added !== undefined) return t("saidCut", wordsAround(clusters, after.boundaries, added));
  const removed = before.boundaries.find((gap) => !after.boundaries.includes(gap)) ?? 0;
  const around = wordsAround(clusters, before.boundaries, removed);
  return t("saidJoined", { word: around.before + around.after });
}

/** The word the cursor stands in, to look it up in the guideline. */
function wordAtCursor(shown: Annotating["shown"]["value"]): string {
  if (shown === null) return "";
  const { work, draft } = shown;
  return wordsAround(work.clusters, [...new Set([...draft.boundaries, draft.cursor])].sort((a, b) => a - b), draft.cursor).after;
}
