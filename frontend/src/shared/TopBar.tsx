import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { useServices } from "../services";
import { t } from "../store/language";
import { navigate } from "../store/route";
import { LanguageSwitch } from "./LanguageSwitch";
import { Link } from "./Link";
import { PreferencesDialog } from "./PreferencesDialog";

interface Props {
  project?: string;
  /** Asked before logging out; answers whether to go on. */
  mayLogOut?: () => boolean;
  children?: ComponentChildren;
}

/** The bar at the head of every screen: where we are, the screen's own tools, language, log-out. */
export function TopBar({ project, mayLogOut = () => true, children }: Props) {
  const { sessions } = useServices();
  const [hasFailed, setFailed] = useState(false);
  const [hasPreferences, showPreferences] = useState(false);
  const session = sessions.session.value;
  const several = (session?.memberships.length ?? 0) > 1 || !!session?.may_create_projects;
  const logOut = async () => {
    if (!mayLogOut()) return;
    try {
      await sessions.logOut();
      navigate("/");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(true);
    }
  };
  return (
    <header class="topbar">
      <a class="skip-link" href="#content">
        {t("skipToContent")}
      </a>
      {several ? (
        <Link class="brand" to="/">
          {t("product")}
        </Link>
      ) : (
        <span class="brand">{t("product")}</span>
      )}
      {project && <span class="project-name">{project}</span>}
      {children}
      <span class="topbar-end">
        <LanguageSwitch />
        <button type="button" class="quiet" onClick={() => showPreferences(true)}>
          {t("preferences")}
        </button>
        <button type="button" class="quiet" onClick={() => void logOut()}>
          {t("logOut")}
        </button>
      </span>
      {hasFailed && <p role="alert">{t("errorNetwork")}</p>}
      {hasPreferences && <PreferencesDialog onClose={() => showPreferences(false)} />}
    </header>
  );
}
