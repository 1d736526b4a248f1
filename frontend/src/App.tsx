import { useEffect, useMemo } from "preact/hooks";
import { AnnotateScreen } from "./annotator/AnnotateScreen";
import { later } from "./Later";
import { hasPage } from "./manager/pages";
import { LogInScreen } from "./shared/LogInScreen";
import { Dialog } from "./shared/Dialog";
import { ErrorNote } from "./shared/ErrorNote";
import { LogInForm } from "./shared/LogInForm";
import { Message } from "./shared/Message";
import { ProjectsScreen } from "./shared/ProjectsScreen";
import { useServices } from "./services";
import { homePath } from "./store/home";
import { loadKeys } from "./store/keys";
import { t } from "./store/language";
import { fragment, invitationToken, navigate, parsePath, path } from "./store/route";

// Most people annotate and never see these.
const ManagerScreen = later(() => import("./manager/ManagerScreen").then((file) => file.ManagerScreen));
const NewProjectScreen = later(() => import("./manager/NewProjectScreen").then((file) => file.NewProjectScreen));
const ForgotScreen = later(() => import("./shared/ForgotScreen").then((file) => file.ForgotScreen));
const ResetScreen = later(() => import("./shared/ResetScreen").then((file) => file.ResetScreen));
const InviteScreen = later(() => import("./manager/InviteScreen").then((file) => file.InviteScreen));

/** Choose the screen by the address and by who is logged in. */
export function App() {
  const { sessions } = useServices();
  const session = sessions.session.value;
  if (!sessions.isKnown.value) {
    return (
      <Message>
        {sessions.error.value ? <ErrorNote error={sessions.error.value} onRetry={() => void sessions.load()} /> : t("loading")}
      </Message>
    );
  }
  const token = invitationToken(path.value);
  if (token !== null) return <InviteScreen token={token} />;
  if (path.value === "/forgot") return <ForgotScreen />;
  if (path.value === "/reset") return <ResetScreen key={fragment.value} link={fragment.value} />;
  if (session === null) return <LogInScreen />;
  return (
    <>
      <Screen key={session.user.id} />
      {sessions.hasEnded.value && (
        <Dialog title={t("logIn")}>
          <p>{t("sessionEnded")}</p>
          <LogInForm sessions={sessions} username={session.user.username} />
        </Dialog>
      )}
    </>
  );
}

function Screen() {
  const { sessions } = useServices();
  const memberships = sessions.session.value?.memberships ?? [];
  const userId = sessions.session.value?.user.id;
  useMemo(() => userId && loadKeys(userId), [userId]);
  const place = parsePath(path.value);
  const only = memberships.length === 1 ? memberships[0] : undefined;
  const isStart = path.value === "/";
  // Who may make projects comes to the list, where that is done.
  const mayCreate = sessions.session.value?.may_create_projects ?? false;
  useEffect(() => {
    if (isStart && only && !mayCreate) navigate(homePath(only));
  }, [isStart, only, mayCreate]);
  if (path.value === "/new" && sessions.session.value?.may_create_projects) return <NewProjectScreen />;
  if (place === null) return isStart ? <ProjectsScreen memberships={memberships} /> : <Missing />;
  const membership = sessions.membership(place.projectId);
  if (membership === null) return <Missing />;
  if (place.page === "annotate" && membership.role === "annotator") {
    return <AnnotateScreen key={place.projectId} membership={membership} />;
  }
  const { page } = place;
  if (hasPage(membership.role, page)) return <ManagerScreen key={place.projectId} membership={membership} page={page} />;
  return <Missing />;
}

function Missing() {
  return (
    <Message>
      <h1>{t("pageMissing")}</h1>
      <button type="button" onClick={() => navigate("/")}>
        {t("toStart")}
      </button>
    </Message>
  );
}
