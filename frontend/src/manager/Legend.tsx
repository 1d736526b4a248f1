import type { Line } from "../domain/chart";

/** Which line is which: by colour and by dashes. */
export function Legend({ lines }: { lines: readonly Line[] }) {
  return (
    <ul class="plain row legend">
      {lines.map(({ label, tone, isDashed }) => (
        <li key={label}>
          <span class={`swatch ${tone} ${isDashed ? "dashed" : ""}`} aria-hidden="true" /> {label}
        </li>
      ))}
    </ul>
  );
}
