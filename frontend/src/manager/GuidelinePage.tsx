import { useSignal } from "@preact/signals";
import type { GuidelineVersion } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { diffLines, withContext } from "../domain/diff";
import { parseMarkdown } from "../domain/markdown";
import { ErrorNote } from "../shared/ErrorNote";
import { Markdown } from "../shared/Markdown";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";

/** The written rules: read and compare versions, write and publish the next. */
export function GuidelinePage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.guidelines());
  const versions = [...(loaded.data.value ?? [])].sort((a, b) => b.version - a.version);
  return (
    <>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && (
        <>
          {versions.length === 0 && <p>{t("guidelineNone")}</p>}
          <Editor
            key={versions[0]?.version ?? 0}
            current={versions[0]?.text ?? ""}
            next={(versions[0]?.version ?? 0) + 1}
            onPublish={(text) => api.publishGuideline(text).then(() => loaded.reload())}
          />
          {versions.length > 0 && <Versions versions={versions} />}
        </>
      )}
    </>
  );
}

interface EditorProps {
  current: string;
  /** The number the next version gets. */
  next: number;
  onPublish: (text: string) => Promise<unknown>;
}

function Editor({ current, next, onPublish }: EditorProps) {
  const act = useAct();
  const draft = useSignal<string | null>(null);
  const text = draft.value ?? current;
  const publish = () => {
    if (window.confirm(t("publishSure", { version: next }))) void act.run(() => onPublish(text));
  };
  const load = async (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    if (file) draft.value = await file.text();
  };
  return (
    <details class="card" open={next === 1}>
      <summary>{t("guidelineEdit")}</summary>
      <label>
        {t("guidelineLoad")}
        <input type="file" accept=".md,.txt,text/markdown,text/plain" onChange={(event) => void load(event)} />
      </label>
      <div class="columns">
        <label>
          {t("guidelineText")}
          <textarea rows={20} value={text} onInput={(event) => (draft.value = event.currentTarget.value)} />
        </label>
        <section class="preview" tabIndex={0} aria-label={t("preview")}>
          <h2>{t("preview")}</h2>
          <Markdown blocks={parseMarkdown(text)} />
        </section>
      </div>
      {next > 1 && draft.value !== null && (
        <section>
          <h2>{t("guidelineChanges")}</h2>
          <Diff before={current} after={text} />
        </section>
      )}
      <ErrorNote error={act.error.value} />
      <button type="button" class="primary" disabled={act.isBusy.value || draft.value === null || text.trim() === ""} onClick={publish}>
        {t("publish")}
      </button>
    </details>
  );
}

function Versions({ versions }: { versions: readonly GuidelineVersion[] }) {
  const chosen = useSignal<number | null>(null);
  const other = useSignal<number | null>(null);
  const shown = versions.find(({ version }) => version === chosen.value) ?? versions[0]!;
  const compared = versions.find(({ version }) => version === other.value && version !== shown.version);
  const options = versions.map(({ version }) => (
    <option key={version} value={version}>
      {version}
    </option>
  ));
  return (
    <section class="card">
      <h2>{t("guidelineVersion", { version: shown.version, at: formatDateTime(shown.published_at, language.value) })}</h2>
      {shown.author && <p class="faint">{t("guidelineBy", { name: shown.author.name || shown.author.username })}</p>}
      <div class="row">
        <label class="inline">
          {t("versions")}
          <select value={shown.version} onChange={(event) => (chosen.value = Number(event.currentTarget.value))}>
            {options}
          </select>
        </label>
        {versions.length > 1 && (
          <label class="inline">
            {t("guidelineCompare")}
            <select value={compared?.version ?? ""} onChange={(event) => (other.value = Number(event.currentTarget.value) || null)}>
              <option value="">{t("guidelineCompareNone")}</option>
              {options}
            </select>
          </label>
        )}
      </div>
      {compared ? <Diff before={compared.text} after={shown.text} /> : <Markdown blocks={parseMarkdown(shown.text)} />}
    </section>
  );
}

/** What changed between two texts; each changed line says in words whether it came or went. */
function Diff({ before, after }: { before: string; after: string }) {
  const lines = diffLines(before, after);
  if (lines.every(({ kind }) => kind === "same")) return <p>{t("guidelineSame")}</p>;
  return (
    <div class="diff" lang="th" tabIndex={0} role="group" aria-label={t("guidelineChanges")}>
      {withContext(lines).map((line, i) =>
        line === null ? (
          <p key={i} class="faint">
            ⋯
          </p>
        ) : (
          <p key={i} class={line.kind}>
            <span aria-hidden="true">{{ same: " ", added: "+", removed: "−" }[line.kind]}</span>
            {line.kind !== "same" && (
              <span class="visually-hidden">{t(line.kind === "added" ? "diffAdded" : "diffRemoved")}: </span>
            )}
            {line.text}
          </p>
        ),
      )}
    </div>
  );
}
