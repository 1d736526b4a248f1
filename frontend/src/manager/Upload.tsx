import { useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ManagerApi } from "../api/manager";
import type { FilePreview } from "../api/types";
import { formatNumber, formatShare } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { language, t } from "../store/language";
import { Facts } from "./Facts";
import { ShownSentences } from "./ShownSentences";

const SPLITTERS = ["line", "clause"] as const;

interface Props {
  api: ManagerApi;
  onDone: () => Promise<unknown>;
}

/** Choose a file, see what is in it, then store it. */
export function Upload({ api, onDone }: Props) {
  const looking = useAct();
  const storing = useAct();
  const sent = useSignal<number | null>(null);
  const preview = useSignal<FilePreview | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const look = () => {
    const values = new FormData(form.current!);
    preview.value = null;
    if (!(values.get("file") as File).size) return;
    void looking.run(async () => (preview.value = await api.previewCorpus(values, (share) => (sent.value = share)))).then(() => (sent.value = null));
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    sent.value = 0;
    const isDone = await storing.run(() => api.uploadCorpus(new FormData(form.current!), (share) => (sent.value = share)).then(onDone));
    sent.value = null;
    if (!isDone) return;
    form.current!.reset();
    preview.value = null;
  };
  return (
    <section class="card">
      <h2>{t("upload")}</h2>
      <p class="faint">{t("uploadHelp")}</p>
      <form class="pair" ref={form} onSubmit={(event) => void submit(event)}>
        <div class="stack">
          <label>
            {t("file")}
            <input type="file" name="file" required onChange={look} />
          </label>
          <label>
            {t("name")}
            <input name="name" required maxLength={200} />
          </label>
          <label>
            {t("source")}
            <input name="source" required maxLength={200} />
          </label>
          <label>
            {t("licence")}
            <input name="licence" required maxLength={200} />
          </label>
          <label>
            {t("domain")}
            <input name="domain" maxLength={80} onChange={look} />
          </label>
          <label>
            {t("splitter")}
            <select name="splitter" onChange={look}>
              {SPLITTERS.map((splitter) => (
                <option key={splitter} value={splitter}>
                  {t(`splitter_${splitter}`)}
                </option>
              ))}
            </select>
          </label>
          <ErrorNote error={storing.error.value} />
          <button type="submit" class="primary" disabled={storing.isBusy.value || preview.value?.why != null}>
            {t("upload")}
          </button>
          <Sending share={sent} />
        </div>
        <section aria-label={t("filePreview")} aria-live="polite">
          <h3>{t("filePreview")}</h3>
          {looking.isBusy.value && <p>{t("looking")}</p>}
          <ErrorNote error={looking.error.value} onRetry={look} />
          {preview.value ? <Preview found={preview.value} /> : !looking.isBusy.value && <p class="faint">{t("filePreviewHelp")}</p>}
        </section>
      </form>
    </section>
  );
}

function Sending({ share }: { share: Signal<number | null> }) {
  if (share.value === null) return null;
  return (
    <div role="status">
      <label>
        {t("uploading", { share: formatShare(share.value, language.value) })}
        <progress value={share.value} max={1} />
      </label>
    </div>
  );
}

function Preview({ found }: { found: FilePreview }) {
  const number = (value: number) => formatNumber(value, language.value);
  const facts = [
    [t("format"), found.format || "–"],
    [t("sentences"), `${number(found.sentences)}${found.whole ? "" : ` ${t("andMore")}`}`],
    [t("documents"), found.documents > 0 ? number(found.documents) : t("documentsNone")],
    [t("report_gold"), number(found.gold)],
    [t("report_duplicates_within"), number(found.repeated)],
    [t("report_duplicates_across"), number(found.known)],
    ...(found.moved_boundaries > 0 ? [[t("report_moved"), number(found.moved_boundaries)]] : []),
  ] as [string, string][];
  return (
    <>
      {found.why && (
        <p class="note bad" role="alert">
          {t("fileStops", { message: sayReason(found.why) })}
        </p>
      )}
      {found.imported_as && <p class="note">{t("fileKnown", { name: found.imported_as })}</p>}
      <Facts rows={facts} />
      {found.domains.length > 0 && (
        <p class="faint">{found.domains.map((row) => `${row.domain || t("domainNone")} ${number(row.sentences)}`).join(" · ")}</p>
      )}
      <ShownSentences rows={found.shown} />
    </>
  );
}
