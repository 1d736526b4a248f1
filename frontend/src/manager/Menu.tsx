import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Membership } from "../api/types";
import { Link } from "../shared/Link";
import { t } from "../store/language";
import { hasPage, PAGE_GROUPS, type GroupName, type PageName } from "./pages";

type FoldName = Exclude<GroupName, "loop">;

interface Props {
  membership: Membership;
  page: PageName;
}

/** The menu: groups of pages side by side. Where the window is too narrow, a group folds behind its name (manage.css). */
export function Menu({ membership: { project, role }, page }: Props) {
  const menu = useRef<HTMLElement>(null);
  // Unfolded on one page, a group is folded again on the next.
  const [open, setOpen] = useState<{ name: FoldName; page: PageName } | null>(null);
  useEffect(() => {
    // On a phone the menu is a strip to be pushed: the page one is on is in sight.
    menu.current?.querySelector("[aria-current]")?.scrollIntoView?.({ inline: "center", block: "nearest" });
  }, [page]);
  return (
    <nav class="menu" aria-label={t("navigation")} ref={menu}>
      {PAGE_GROUPS.map(({ name, pages }) => {
        const links = pages
          .filter((one) => hasPage(role, one))
          .map((one) => (
            <Link key={one} to={`/projects/${project.id}/${one}`}>
              {t(one)}
            </Link>
          ));
        // What is looked at all day is always in sight, and so is a single page.
        return name === "loop" || links.length < 2 ? (
          <div key={name} class="menu-pages">
            {links}
          </div>
        ) : (
          <FoldingGroup
            key={name}
            name={name}
            isOpen={open?.name === name && open.page === page}
            onOpen={(isOpen) => setOpen(isOpen ? { name, page } : null)}
          >
            {links}
          </FoldingGroup>
        );
      })}
    </nav>
  );
}

interface GroupProps {
  name: FoldName;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  children: ComponentChildren;
}

/** A group with the button that shows its pages while it is folded. It closes when the focus leaves it. */
function FoldingGroup({ name, isOpen, onOpen, children }: GroupProps) {
  const button = useRef<HTMLButtonElement>(null);
  const leave = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!(currentTarget as HTMLElement).contains(relatedTarget as Node | null)) onOpen(false);
  };
  const escape = ({ key }: KeyboardEvent) => {
    if (key !== "Escape" || !isOpen) return;
    onOpen(false);
    button.current?.focus();
  };
  return (
    <div class={`menu-group ${name}`} onFocusOut={leave} onKeyDown={escape}>
      <button type="button" class="quiet fold" ref={button} aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        {t(`menu_${name}`)}
      </button>
      <div class={isOpen ? "menu-pages is-open" : "menu-pages"}>{children}</div>
    </div>
  );
}
