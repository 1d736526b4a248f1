import { useSignal } from "@preact/signals";
import type { AuditEntry } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { findKey, type MessageKey } from "../domain/messages";
import { ErrorNote } from "../shared/ErrorNote";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Changes } from "./Changes";
import type { PageProps } from "./ManagerScreen";
import type { People } from "./sayFact";
import { usePeople } from "./usePeople";

const GROUPS = ["", "settings", "member", "invitation", "account", "guideline", "corpus", "export", "round", "plan"] as const;

/** Who changed what in the project, newest first, by person and kind of act. */
export function AuditPage({ store }: PageProps) {
  const { api } = store;
  const people = usePeople(store);
  const person = useSignal("");
  const act = useSignal("");
  const filter = () => ({ person: person.value, act: act.value });
  const loaded = useLoaded(() => api.audit(filter()), `${person.value} ${act.value}`);
  const trail = loaded.data.value;
  const more = () =>
    void loaded.run(async () => {
      const next = await api.audit({ ...filter(), before: trail!.before });
      loaded.data.value = { ...next, results: [...trail!.results, ...next.results] };
    });
  return (
    <>
      <p class="faint">{t("auditHelp")}</p>
      <div class="row">
        <label class="inline">
          {t("person")}
          <select value={person.value} onChange={(event) => (person.value = event.currentTarget.value)}>
            <option value="">{t("auditEverybody")}</option>
            {[...people].map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="inline">
          {t("auditAct")}
          <select value={act.value} onChange={(event) => (act.value = event.currentTarget.value)}>
            {GROUPS.map((group) => (
              <option key={group} value={group}>
                {t(`auditGroup_${group}`)}
              </option>
            ))}
          </select>
        </label>
        <a class="button" href={api.auditFile()} download>
          {t("downloadCsv")}
        </a>
      </div>
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {trail === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {trail?.results.length === 0 && <p>{t("auditNone")}</p>}
      {trail !== null && trail.results.length > 0 && (
        <section class="card scroll" tabIndex={0} aria-label={t("audit")}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t("eventAt")}</th>
                <th scope="col">{t("auditActor")}</th>
                <th scope="col">{t("auditAct")}</th>
                <th scope="col">{t("auditPerson")}</th>
                <th scope="col">{t("auditThing")}</th>
                <th scope="col">{t("eventChange")}</th>
              </tr>
            </thead>
            <tbody>
              {trail.results.map((entry) => (
                <EntryRow key={entry.id} entry={entry} people={people} />
              ))}
            </tbody>
          </table>
          {trail.before !== null && (
            <button type="button" disabled={loaded.isLoading.value} onClick={more}>
              {t("auditMore")}
            </button>
          )}
        </section>
      )}
    </>
  );
}

function EntryRow({ entry, people }: { entry: AuditEntry; people: People }) {
  return (
    <tr>
      <td>{formatDateTime(entry.at, language.value)}</td>
      <td>{entry.actor?.username ?? t("auditNobody")}</td>
      <td>{actName(entry.act)}</td>
      <td>{entry.person?.username}</td>
      <td>{entry.thing}</td>
      <td>
        <Changes before={entry.before} after={entry.after} people={people} />
      </td>
    </tr>
  );
}

/** An act in words; one that has none is shown as it is. */
function actName(act: string): string {
  const key: MessageKey | null = findKey("audit", act.replaceAll(".", "_"));
  return key ? t(key) : act;
}
