import type { FunctionComponent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ManagerApi } from "../api/manager";
import type { Membership } from "../api/types";
import type { MessageKey } from "../domain/messages";
import { useServices } from "../services";
import { Link } from "../shared/Link";
import { TopBar } from "../shared/TopBar";
import { t } from "../store/language";
import { Managing } from "../store/managing";
import { ConnectionNote } from "./ConnectionNote";
import { AdjudicatePage } from "./AdjudicatePage";
import { AnalysisPage } from "./AnalysisPage";
import { AuditPage } from "./AuditPage";
import { ConflictsPage } from "./ConflictsPage";
import { CorporaPage } from "./CorporaPage";
import { CurvesPage } from "./CurvesPage";
import { EventsPage } from "./EventsPage";
import { ExportsPage } from "./ExportsPage";
import { FlagsPage } from "./FlagsPage";
import { GuidelinePage } from "./GuidelinePage";
import { OverviewPage } from "./OverviewPage";
import { hasPage, PAGE_GROUPS, type PageName } from "./pages";
import { PeoplePage } from "./PeoplePage";
import { PlanPage } from "./PlanPage";
import { RepairsPage } from "./RepairsPage";
import { RoundsPage } from "./RoundsPage";
import { SettingsPage } from "./SettingsPage";

export interface PageProps {
  store: Managing;
}

const PAGES: Record<PageName, { title: MessageKey; draw: FunctionComponent<PageProps> }> = {
  overview: { title: "overview", draw: OverviewPage },
  curves: { title: "curves", draw: CurvesPage },
  analysis: { title: "analysis", draw: AnalysisPage },
  plan: { title: "plan", draw: PlanPage },
  events: { title: "events", draw: EventsPage },
  rounds: { title: "rounds", draw: RoundsPage },
  people: { title: "people", draw: PeoplePage },
  adjudicate: { title: "adjudicate", draw: AdjudicatePage },
  conflicts: { title: "conflicts", draw: ConflictsPage },
  repairs: { title: "repairs", draw: RepairsPage },
  flags: { title: "flags", draw: FlagsPage },
  corpora: { title: "corpora", draw: CorporaPage },
  guideline: { title: "guideline", draw: GuidelinePage },
  exports: { title: "exports", draw: ExportsPage },
  audit: { title: "audit", draw: AuditPage },
  settings: { title: "settings", draw: SettingsPage },
};

/** The frame of the manager's and the adjudicator's pages: the menu and the figures that all share. */
export function ManagerScreen({ membership, page }: { membership: Membership; page: PageName }) {
  const { client, sessions } = useServices();
  const { project, role } = membership;
  const store = useMemo(() => new Managing(new ManagerApi(client, project.id), sessions.noteEnd), [project.id]);
  useEffect(() => {
    if (role !== "manager") return;
    store.start();
    return () => store.stop();
  }, [store, role]);
  const menu = useRef<HTMLElement>(null);
  // On a phone the menu is a strip to be pushed: the page one is on is in sight.
  useEffect(() => menu.current?.querySelector("[aria-current]")?.scrollIntoView?.({ inline: "center", block: "nearest" }), [page]);
  const { title, draw: Draw } = PAGES[page];
  const groups = PAGE_GROUPS.map((names) => names.filter((name) => hasPage(role, name))).filter((names) => names.length > 0);
  return (
    <>
      <TopBar project={project.name} />
      <nav class="menu" aria-label={t("navigation")} ref={menu}>
        {groups.map((names) => (
          <div key={names[0]} class="menu-group">
            {names.map((name) => (
              <Link key={name} to={`/projects/${project.id}/${name}`}>
                {t(PAGES[name].title)}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <main id="content" class="page">
        <h1>{t(title)}</h1>
        <ConnectionNote store={store} />
        <Draw store={store} />
      </main>
    </>
  );
}
