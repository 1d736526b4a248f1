import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Export, ExportFilter, ExportPreview, NewExport } from "../api/types";
import { formatDateTime, formatNumber } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { factName, sayFact } from "./sayFact";
import { usePolling } from "./usePolling";

const FORMATS = ["jsonl", "best", "conllu", "parquet"] as const;
const WHICH = ["training", "all", "adjudicated"] as const;
const SPLITS = ["pool", "seed", "holdout"] as const;

/** Finished work as files: ask for one, watch it being made, take it away. */
export function ExportsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.exports());
  const exports = [...(loaded.data.value ?? [])].sort((a, b) => b.id - a.id);
  const isRunning = exports.some(({ state }) => state === "waiting" || state === "running");
  usePolling(isRunning, loaded.reload);
  return (
    <>
      <CreateExport
        onCreate={(options) => api.createExport(options).then(() => loaded.reload())}
        onPreview={(filter) => api.previewExport(filter)}
      />
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {loaded.data.value === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {loaded.data.value !== null && exports.length === 0 && <p>{t("exportsNone")}</p>}
      <ul class="plain stack">
        {exports.map((row) => (
          <ExportCard key={row.id} row={row} file={api.exportFile(row.id)} />
        ))}
      </ul>
    </>
  );
}

function ExportCard({ row, file }: { row: Export; file: string }) {
  const filters = Object.entries(row.filters).filter(([, value]) => value !== null && value !== "");
  return (
    <li class="card">
      <div class="row">
        {row.name && <strong>{row.name}</strong>} <strong>{row.format}</strong> <span>{t(`which_${row.which}`)}</span>
        <span class="tag">{t(`state_${row.state}`)}</span>
        <span class="faint">
          {formatDateTime(row.created_at, language.value)} {filters.map(([name, value]) => `${name}: ${String(value)}`).join(", ")}
        </span>
        {row.state === "ready" && (
          <a class="button" href={file} download>
            {t("download")} {row.size !== null && `(${formatNumber(row.size / 1024, language.value, 1)} kB)`}
          </a>
        )}
      </div>
      {row.why && <p class="bad">{sayReason(row.why)}</p>}
      {Object.keys(row.manifest).length > 0 && (
        <details>
          <summary>{t("manifest")}</summary>
          <pre class="scroll" tabIndex={0}>
            {JSON.stringify(row.manifest, null, 2)}
          </pre>
        </details>
      )}
    </li>
  );
}

type Wanted = Pick<NewExport, "format" | "name"> & ExportFilter;

/** What the form asks for now. Each select offers exactly what the server knows. */
function readForm(form: HTMLFormElement): Wanted {
  const values = new FormData(form);
  const field = (name: string) => String(values.get(name) ?? "").trim() || null;
  const day = (name: string) => (field(name) ? new Date(field(name)!).toISOString() : null);
  return {
    format: field("format"),
    name: field("name") ?? "",
    which: field("which"),
    arm: field("arm"),
    split: field("split"),
    since: day("since"),
    until: day("until"),
  } as Wanted;
}

interface CreateProps {
  onCreate: (options: NewExport) => Promise<unknown>;
  onPreview: (filter: ExportFilter) => Promise<ExportPreview>;
}

function CreateExport({ onCreate, onPreview }: CreateProps) {
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  const wanted = useSignal("");
  const preview = useLoaded(async () => {
    const { format, name, ...filter } = readForm(form.current!);
    return onPreview(filter);
  }, wanted.value);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void act.run(() => onCreate(readForm(form.current!) as NewExport));
  };
  return (
    <section class="card">
      <h2>{t("exportCreate")}</h2>
      <form class="pair" ref={form} onSubmit={submit} onChange={() => (wanted.value = JSON.stringify(readForm(form.current!)))}>
        <div class="stack">
          <label>
            {t("format")}
            <select name="format">
              {FORMATS.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("which")}
            <select name="which">
              {WHICH.map((name) => (
                <option key={name} value={name}>
                  {t(`which_${name}`)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("arm")}
            <select name="arm">
              <option value="">{t("anyArm")}</option>
              <option value="random">{t("arm_random")}</option>
              <option value="active">{t("arm_active")}</option>
            </select>
          </label>
          <label>
            {t("split")}
            <select name="split">
              <option value="">{t("anySplit")}</option>
              {SPLITS.map((name) => (
                <option key={name} value={name}>
                  {t(`split_${name}`)}
                </option>
              ))}
            </select>
          </label>
          <div class="columns tight">
            <label>
              {t("since")}
              <input type="date" name="since" />
            </label>
            <label>
              {t("until")}
              <input type="date" name="until" />
            </label>
          </div>
          <label>
            {t("edition")}
            <input name="name" maxLength={100} aria-describedby="edition-help" />
          </label>
          <p class="faint" id="edition-help">
            {t("editionHelp")}
          </p>
          <ErrorNote error={act.error.value} />
          <button type="submit" class="primary" disabled={act.isBusy.value}>
            {t("exportCreate")}
          </button>
        </div>
        <section aria-label={t("exportPreview")} aria-live="polite">
          <h3>{t("exportPreview")}</h3>
          <ErrorNote error={preview.error.value} onRetry={() => void preview.reload()} />
          {preview.data.value ? <PreviewRows found={preview.data.value} /> : <p>{t("loading")}</p>}
        </section>
      </form>
    </section>
  );
}

/** Fields of a row that tell what it is; the whole of it is folded away. */
const TOLD = ["split", "arm", "weight", "domain", "label"] as const;

function PreviewRows({ found }: { found: ExportPreview }) {
  const number = (value: number) => formatNumber(value, language.value);
  if (found.rows === 0) return <p>{t("exportNothing")}</p>;
  return (
    <>
      <p>{t("exportRows", { rows: number(found.rows), sentences: number(found.sentences) })}</p>
      <ul class="plain stack">
        {found.shown.map((row) => (
          <li key={`${String(row["id"])} ${String(row["label_id"])}`}>
            <span lang="th">{(row["words"] as string[]).join("|")}</span>
            <br />
            <small class="faint">
              {TOLD.map((name) => `${factName(name)}: ${sayFact(name, row[name])}`).join(" · ")}
            </small>
          </li>
        ))}
      </ul>
    </>
  );
}
