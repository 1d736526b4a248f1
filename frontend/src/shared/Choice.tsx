import type { Signal } from "@preact/signals";

interface Props<T extends string> {
  label: string;
  value: Signal<T>;
  options: readonly (readonly [T, string])[];
}

/** A labelled select that writes its choice into a signal. */
export function Choice<T extends string>({ label, value, options }: Props<T>) {
  return (
    <label class="inline">
      {label}
      <select value={value.value} onChange={(event) => (value.value = event.currentTarget.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
