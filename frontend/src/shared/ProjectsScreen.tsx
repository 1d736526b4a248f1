import type { Membership } from "../api/types";
import { useServices } from "../services";
import { homePath } from "../store/home";
import { t } from "../store/language";
import { Link } from "./Link";
import { TopBar } from "./TopBar";

/** Choose among one's projects. */
export function ProjectsScreen({ memberships }: { memberships: Membership[] }) {
  const { sessions } = useServices();
  const mayCreate = sessions.session.value?.may_create_projects ?? false;
  return (
    <>
      <TopBar />
      <main id="content" class="page">
        <h1>{t("chooseProject")}</h1>
        {memberships.length === 0 && <p>{t(mayCreate ? "noProjectsYet" : "noProjects")}</p>}
        <ul class="plain stack">
          {memberships.map((membership) => (
            <li key={membership.project.id}>
              <Link class="card choice" to={homePath(membership)}>
                <strong>{membership.project.name}</strong>
                <span class="faint">
                  {t(`role_${membership.role}`)}
                  {membership.project.paused && ` · ${t("paused")}`}
                </span>
              </Link>
            </li>
          ))}
        </ul>
        {mayCreate && (
          <p>
            <Link class="button primary" to="/new">
              {t("projectNew")}
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
