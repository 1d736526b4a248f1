import { cutText } from "../domain/visibleText";
import type { Outbox } from "../store/outbox";
import type { Outgoing } from "../store/storage";
import { t } from "../store/language";

/** How far the work has got: all saved, on its way, or waiting for the network. */
export function SaveState({ outbox }: { outbox: Outbox }) {
  const waiting = outbox.waiting.value.length;
  if (waiting === 0) return <span class="save-state good">✓ {t("allSaved")}</span>;
  if (outbox.trouble.value === null) return <span class="save-state">{t("saving", { count: waiting })}</span>;
  return (
    <span class="save-state bad" role="status">
      ⚠ {t("unsent", { count: waiting })}
      <button type="button" class="quiet" onClick={() => void outbox.drain()}>
        {t("sendNow")}
      </button>
    </span>
  );
}

/** Work the server refused: shown until the person sends it again or throws it away. */
export function RefusedWork({ outbox }: { outbox: Outbox }) {
  const refused = outbox.refused.value;
  if (refused.length === 0) return null;
  const discard = (entry: Outgoing) => {
    if (window.confirm(t("discardSure"))) outbox.discard(entry.id);
  };
  return (
    <section class="note bad" role="alert" aria-label={t("refusedTitle", { count: refused.length })}>
      <strong>{t("refusedTitle", { count: refused.length })}</strong>
      <p>{t("refusedText")}</p>
      <ul class="plain">
        {refused.map((entry) => (
          <li key={entry.id}>
            <p lang="th">{summarize(entry)}</p>
            <Refusal entry={entry} outbox={outbox} />
            <button type="button" class="quiet" onClick={() => discard(entry)}>
              {t("discard")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Why an entry was refused, and what would send it all the same. */
function Refusal({ entry, outbox }: { entry: Outgoing; outbox: Outbox }) {
  const { code, message, details } = entry.refusal ?? { code: "", message: "", details: {} };
  if (code === "revised_elsewhere" && entry.kind === "submit") {
    return (
      <>
        <p>{t("refusedElsewhere")}</p>
        <p lang="th">{cutText(entry.clusters, details.boundaries as number[])}</p>
        <button type="button" onClick={() => outbox.retry(entry.id, { revision: Number(details.revision) + 1 })}>
          {t("sendAsCorrection")}
        </button>
      </>
    );
  }
  return (
    <>
      <p>{code === "adjudicated" ? t("refusedAdjudicated") : message}</p>
      <button type="button" onClick={() => outbox.retry(entry.id)}>
        {t("tryAgain")}
      </button>
    </>
  );
}

function summarize(entry: Outgoing): string {
  if (entry.kind === "submit") return cutText(entry.clusters, entry.boundaries);
  return entry.kind === "skip" ? t("skip") : entry.comment;
}
