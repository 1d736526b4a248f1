import type { ComponentChildren } from "preact";
import { navigate, path } from "../store/route";

interface Props {
  to: string;
  children: ComponentChildren;
  class?: string;
}

/** A link inside the application; a click with Ctrl or the middle button opens a tab as usual. */
export function Link({ to, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} aria-current={path.value === to ? "page" : undefined} {...rest}>
      {children}
    </a>
  );
}
