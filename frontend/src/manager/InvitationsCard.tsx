import { useSignal } from "@preact/signals";
import type { Invitation, Role } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { ShownOnce } from "../shared/ShownOnce";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { RoleOptions } from "./RoleOptions";

const ROLES: readonly Role[] = ["annotator", "adjudicator"];

/** Links by which people join: make one, copy it, end it. */
export function InvitationsCard({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.invitations());
  const act = useAct();
  const made = useSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const invitation = { role: form.get("role") as Role, places: Number(form.get("places")), days: Number(form.get("days")) };
    void act.run(async () => {
      const { token } = await api.invite(invitation);
      made.value = `${location.origin}/invite/${token}`;
      await loaded.reload();
    });
  };
  const open = (loaded.data.value ?? []).filter(isOpen);
  return (
    <section class="card">
      <h2>{t("inviteTitle")}</h2>
      <form class="stack" onSubmit={submit}>
        <div class="columns tight">
          <label>
            {t("role")}
            <select name="role">
              <RoleOptions roles={ROLES} />
            </select>
          </label>
          <label>
            {t("invitePlaces")}
            <input name="places" type="number" min={1} max={500} defaultValue="1" required />
          </label>
          <label>
            {t("inviteDays")}
            <input name="days" type="number" min={1} max={90} defaultValue="7" required />
          </label>
        </div>
        <ErrorNote error={act.error.value ?? loaded.error.value} />
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("inviteMake")}
        </button>
      </form>
      {made.value && <ShownOnce label={t("inviteLink")} value={made.value} note={t("inviteOnce")} />}
      {open.length > 0 && (
        <>
          <h3>{t("inviteOpen")}</h3>
          <ul class="plain stack">
            {open.map((row) => (
              <li key={row.id} class="finding">
                <span>
                  {t("inviteRow", {
                    role: t(`role_${row.role}`),
                    taken: row.taken,
                    places: row.places,
                    until: formatDateTime(row.expires_at, language.value),
                  })}
                </span>
                <button
                  type="button"
                  aria-label={`${t("inviteRevoke")}: ${row.id}`}
                  disabled={act.isBusy.value}
                  onClick={() => void act.run(() => api.revokeInvitation(row.id)).then(() => loaded.reload())}
                >
                  {t("inviteRevoke")}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function isOpen({ revoked_at, expires_at, taken, places }: Invitation): boolean {
  return revoked_at === null && taken < places && Date.parse(expires_at) > Date.now();
}
