import { useSignal } from "@preact/signals";
import type { Corpus } from "../api/types";
import type { Reason } from "../domain/analyses";
import { formatDateTime, formatNumber } from "../domain/dates";
import { findKey } from "../domain/messages";
import { ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Facts } from "./Facts";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";
import { ShownSentences } from "./ShownSentences";
import { Upload } from "./Upload";


/** The texts of the project: look at a file and bring it in, see what an import found, take it back. */
export function CorporaPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.corpora());
  const act = useAct();
  const corpora = [...(loaded.data.value ?? [])].reverse();
  const isImporting = corpora.some((corpus) => corpus.state === "importing");
  usePolling(isImporting, loaded.reload);
  const withdraw = (corpus: Corpus) => {
    if (!window.confirm(t("withdrawSure"))) return;
    void act.run(() => api.withdrawCorpus(corpus.id)).then(() => loaded.reload());
  };
  return (
    <>
      <Upload api={api} onDone={() => loaded.reload()} />
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && corpora.length === 0 && <p>{t("corporaNone")}</p>}
      <ul class="plain stack">
        {corpora.map((corpus) => (
          <CorpusCard key={corpus.id} store={store} corpus={corpus} onWithdraw={() => withdraw(corpus)} />
        ))}
      </ul>
    </>
  );
}

function CorpusCard({ store, corpus, onWithdraw }: PageProps & { corpus: Corpus; onWithdraw: () => void }) {
  const isOpen = useSignal(false);
  const facts = [
    [t("source"), corpus.source],
    [t("licence"), corpus.licence],
    [t("domain"), corpus.domain],
    [t("splitter"), t(`splitter_${corpus.splitter as "line" | "clause"}`)],
    [t("file"), `${corpus.file_name} (${corpus.format})`],
    [t("measuredAt"), corpus.imported_at && formatDateTime(corpus.imported_at, language.value)],
  ] as const;
  return (
    <li class="card">
      <h2>
        {corpus.name} <span class="tag">{t(`state_${corpus.state}`)}</span>
      </h2>
      {corpus.state === "importing" && (
        <progress aria-label={t("state_importing")} value={corpus.progress.bytes} max={corpus.progress.of || 1} />
      )}
      {corpus.state === "failed" && <p class="bad">{sayReason(corpus.report["why"] as Reason)}</p>}
      <Facts rows={facts.map(([name, value]) => [name, value || "–"])} />
      <Report report={corpus.report} />
      {(corpus.state === "ready" || corpus.state === "withdrawn") && (
        <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
          <summary>{t("lookInto")}</summary>
          {isOpen.value && <Sample store={store} id={corpus.id} />}
        </details>
      )}
      {corpus.state === "ready" && (
        <p class="row">
          <button type="button" class="danger" onClick={onWithdraw}>
            {t("withdraw")}
          </button>
          <span class="faint">{t("withdrawHelp")}</span>
        </p>
      )}
    </li>
  );
}

function Sample({ store, id }: PageProps & { id: number }) {
  const loaded = useLoaded(() => store.api.corpusSample(id));
  const found = loaded.data.value;
  if (found === null) {
    return loaded.error.value ? <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} /> : <p role="status">{t("loading")}</p>;
  }
  return (
    <>
      <table class="table compact narrow">
        <thead>
          <tr>
            <th scope="col">{t("domain")}</th>
            <th scope="col">{t("documents")}</th>
            <th scope="col">{t("sentences")}</th>
          </tr>
        </thead>
        <tbody>
          {found.domains.map((row) => (
            <tr key={row.domain}>
              <th scope="row">{row.domain || t("domainNone")}</th>
              <td>{formatNumber(row.documents, language.value)}</td>
              <td>{formatNumber(row.sentences, language.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="faint">{t("sampleHelp")}</p>
      <ShownSentences rows={found.shown} />
    </>
  );
}

/** Counts that a manager reads first; the rest is folded away. */
const FIRST = ["sentences", "documents", "holdout", "withheld", "duplicates_within", "duplicates_across", "gold"] as const;

function Report({ report }: { report: Corpus["report"] }) {
  const isFirst = (name: string) => (FIRST as readonly string[]).includes(name);
  // Why an import failed stands above.
  const lines = Object.entries(report).filter(([name]) => name !== "error" && name !== "why");
  if (lines.length === 0) return null;
  const title = (name: string) => {
    const known = findKey("report", name);
    return known ? t(known) : name.replaceAll("_", " ");
  };
  const told = (value: unknown) =>
    typeof value === "number" ? formatNumber(value, language.value, 1) : typeof value === "object" ? JSON.stringify(value) : String(value);
  const list = (rows: [string, unknown][]) => <Facts rows={rows.map(([name, value]) => [title(name), told(value)])} />;
  return (
    <>
      {list(lines.filter(([name]) => isFirst(name)))}
      <details>
        <summary>{t("report")}</summary>
        {list(lines.filter(([name]) => !isFirst(name)))}
      </details>
    </>
  );
}
