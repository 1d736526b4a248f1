import { useSignal } from "@preact/signals";
import type { Accuracy, Member, MemberChange, NewMember, Role } from "../api/types";
import { formatNumber, formatShare } from "../domain/dates";
import { Dialog } from "../shared/Dialog";
import { ErrorNote } from "../shared/ErrorNote";
import { useLogInWays } from "../shared/SignOn";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { HoursCard } from "./HoursCard";
import { InvitationsCard } from "./InvitationsCard";
import type { PageProps } from "./ManagerScreen";
import { RoleOptions } from "./RoleOptions";

const ROLES: readonly Role[] = ["annotator", "adjudicator", "manager"];
/** Agreement on fewer sentences says more about chance than about the person. */
const ENOUGH_SENTENCES = 20;

/** Who works here: roles, pace, agreement and accuracy, each figure only where there is enough to tell. */
export function PeoplePage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(async () => {
    const [members, agreement, accuracy] = await Promise.all([api.members(), api.agreement(), api.accuracy()]);
    return { members, agreement, accuracy };
  });
  const act = useAct();
  const leaving = useSignal<Member | null>(null);
  const forgetful = useSignal<Member | null>(null);
  const change = (member: Member, changes: MemberChange) =>
    void act.run(() => api.changeMember(member.id, changes)).then(() => loaded.reload());
  const share = (value: number | null) => formatShare(value, language.value);
  const found = loaded.data.value;
  const overall = found?.agreement.overall;
  return (
    <>
      <ErrorNote error={act.error.value ?? loaded.error.value} onRetry={() => void loaded.reload()} />
      {found === null && loaded.isLoading.value && <p role="status">{t("loading")}</p>}
      {found && (
        <section class="card scroll" tabIndex={0} aria-label={t("people")}>
          <table class="table lines">
            <thead>
              <tr>
                <th scope="col">{t("person")}</th>
                <th scope="col">{t("role")}</th>
                <th scope="col">{t("annotationsDone")}</th>
                <th scope="col">{t("paceHead")}</th>
                <th scope="col">{t("agreementHead")}</th>
                <th scope="col">{t("accuracyHead")}</th>
                <th scope="col">{t("state")}</th>
              </tr>
            </thead>
            <tbody>
              {found.members.map((member) => (
                <MemberRow
                  key={member.id}
                  member={member}
                  accuracy={found.accuracy.find((row) => row.user === member.user.id) ?? null}
                  onChange={(changes) => change(member, changes)}
                  onForget={() => (leaving.value = member)}
                  onNewPassword={() => (forgetful.value = member)}
                />
              ))}
            </tbody>
          </table>
          {overall && (
            <p class="faint">
              {t("agreementOverall", {
                f1: share(overall.boundary_f1),
                kappa: overall.kappa === null ? "–" : formatNumber(overall.kappa, language.value, 2),
                exact: share(overall.exact),
                n: overall.sentences,
              })}
            </p>
          )}
          <p class="faint">{t("accuracyHelp")}</p>
        </section>
      )}
      <div class="pair">
        <InvitationsCard store={store} />
        <AddPerson onAdd={(member) => api.addMember(member).then(() => loaded.reload())} />
      </div>
      <HoursCard store={store} />
      {forgetful.value && (
        <PasswordDialog
          member={forgetful.value}
          onSet={(password) => api.resetPassword(forgetful.value!.id, password)}
          onClose={() => (forgetful.value = null)}
        />
      )}
      {leaving.value && (
        <ForgetDialog
          member={leaving.value}
          onForget={() => api.forgetMember(leaving.value!.id).then(() => loaded.reload())}
          onClose={() => (leaving.value = null)}
        />
      )}
    </>
  );
}

interface RowProps {
  member: Member;
  accuracy: Accuracy | null;
  onChange: (changes: MemberChange) => void;
  onForget: () => void;
  onNewPassword: () => void;
}

function MemberRow({ member, accuracy, onChange, onForget, onNewPassword }: RowProps) {
  const { user, agreement } = member;
  return (
    <tr>
      <th scope="row">
        {user.name || user.username} {user.name && <small class="faint">{user.username}</small>}
      </th>
      <td>
        <select
          aria-label={`${t("role")}: ${user.username}`}
          value={member.role}
          onChange={(event) => onChange({ role: event.currentTarget.value as Role })}
        >
          <RoleOptions roles={ROLES} />
        </select>
      </td>
      <td>{formatNumber(member.annotations, language.value)}</td>
      <td>{member.pace_seconds === null ? "–" : t("pace", { seconds: formatNumber(member.pace_seconds, language.value, 1) })}</td>
      <td>{describeAgreement(agreement)}</td>
      <td>{describeAccuracy(accuracy)}</td>
      <td>
        <span class="row">
          {t(member.active ? "working" : "paused")}
          <button
            type="button"
            aria-label={`${t(member.active ? "pauseMember" : "resumeMember")}: ${user.username}`}
            onClick={() => onChange({ active: !member.active })}
          >
            {t(member.active ? "pauseMember" : "resumeMember")}
          </button>
          <button type="button" class="quiet" aria-label={`${t("passwordReset")}: ${user.username}`} onClick={onNewPassword}>
            {t("passwordReset")}
          </button>
          <button type="button" class="quiet danger" aria-label={`${t("forget")}: ${user.username}`} onClick={onForget}>
            {t("forget")}
          </button>
        </span>
      </td>
    </tr>
  );
}

function describeAgreement(agreement: { value: number | null; n: number } | null): string {
  if (agreement === null || agreement.n === 0 || agreement.value === null) return "–";
  if (agreement.n < ENOUGH_SENTENCES) return t("agreementFew", { n: agreement.n });
  return t("agreementOf", { value: formatShare(agreement.value, language.value), n: agreement.n });
}

/** Without an interval there is too little to judge anybody by, and the figure is not shown at all. */
function describeAccuracy(accuracy: Accuracy | null): string {
  if (accuracy === null || accuracy.value === null) return "–";
  if (accuracy.low === null || accuracy.high === null) return t("agreementFew", { n: accuracy.sentences });
  const share = (value: number) => formatShare(value, language.value);
  return t("accuracyOf", { value: share(accuracy.value), low: share(accuracy.low), high: share(accuracy.high), n: accuracy.sentences });
}

interface PasswordProps {
  member: Member;
  onSet: (password: string) => Promise<unknown>;
  onClose: () => void;
}

/** A new password for somebody who has forgotten theirs; the server refuses it for accounts at home elsewhere too. */
function PasswordDialog({ member, onSet, onClose }: PasswordProps) {
  const act = useAct();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password"));
    if (await act.run(() => onSet(password))) onClose();
  };
  return (
    <Dialog title={`${t("passwordReset")}: ${member.user.username}`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <label>
          {t("passwordChoose")}
          <input name="password" type="password" required minLength={8} autocomplete="new-password" aria-describedby="reset-help" />
        </label>
        <p class="faint" id="reset-help">
          {t("passwordResetHelp")}
        </p>
        <ErrorNote error={act.error.value} />
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("save")}
        </button>
      </form>
    </Dialog>
  );
}

interface ForgetProps {
  member: Member;
  onForget: () => Promise<unknown>;
  onClose: () => void;
}

/** Cannot be undone, so the name has to be typed. */
function ForgetDialog({ member, onForget, onClose }: ForgetProps) {
  const act = useAct();
  const typed = useSignal("");
  const { username } = member.user;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await act.run(onForget)) onClose();
  };
  return (
    <Dialog title={t("forgetTitle", { name: username })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>{t("forgetHelp")}</p>
        <label>
          {t("forgetType", { name: username })}
          <input value={typed.value} autocomplete="off" autocapitalize="none" onInput={(event) => (typed.value = event.currentTarget.value)} />
        </label>
        <ErrorNote error={act.error.value} />
        <button type="submit" class="danger" disabled={typed.value !== username || act.isBusy.value}>
          {t("forget")}
        </button>
      </form>
    </Dialog>
  );
}

function AddPerson({ onAdd }: { onAdd: (member: NewMember) => Promise<unknown> }) {
  const act = useAct();
  const added = useSignal("");
  const { takes_emails } = useLogInWays();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const password = String(new FormData(form).get("password"));
    const member = {
      username: field("username"),
      role: field("role") as Role,
      ...(field("name") && { name: field("name") }),
      ...(field("email") && { email: field("email") }),
      ...(password && { password }),
    };
    added.value = "";
    if (await act.run(() => onAdd(member))) {
      added.value = t("personAdded", { name: member.username });
      form.reset();
    }
  };
  return (
    <section class="card">
      <h2>{t("addPerson")}</h2>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <label>
          {t("username")}
          <input name="username" required maxLength={150} autocomplete="off" autocapitalize="none" />
        </label>
        <label>
          {t("name")}
          <input name="name" maxLength={150} autocomplete="off" />
        </label>
        {takes_emails && (
          <label>
            {t("emailOptional")}
            <input name="email" type="email" maxLength={254} autocomplete="off" />
          </label>
        )}
        <label>
          {t("passwordFirst")}
          <input name="password" type="password" autocomplete="new-password" />
        </label>
        <label>
          {t("role")}
          <select name="role">
            <RoleOptions roles={ROLES} />
          </select>
        </label>
        <ErrorNote error={act.error.value} />
        {added.value && <p role="status">{added.value}</p>}
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("add")}
        </button>
      </form>
    </section>
  );
}
