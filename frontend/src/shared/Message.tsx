import type { ComponentChildren } from "preact";

/** A page that holds nothing but a short message in its middle. */
export function Message({ children }: { children: ComponentChildren }) {
  return <main class="message">{children}</main>;
}
