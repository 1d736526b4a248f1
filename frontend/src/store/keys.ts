import { signal } from "@preact/signals";
import { keyOf as nameKey, type Action, type ChosenKeys, type Key } from "../domain/shortcuts";

/** The keys this person has chosen, on this device. */
export const chosenKeys = signal<ChosenKeys>({});

let owner = 0;
const place = () => `tatkham.keys.${owner}`;

/** Take up the keys of the person who has logged in. */
export function loadKeys(userId: number): void {
  owner = userId;
  try {
    chosenKeys.value = JSON.parse(localStorage.getItem(place()) ?? "{}") as ChosenKeys;
  } catch {
    chosenKeys.value = {};
  }
}

export function chooseKey(action: Action, key: Key): void {
  keep({ ...chosenKeys.value, [action]: key });
}

/** Go back to the keys of the table. */
export function forgetKeys(): void {
  keep({});
}

/** The name of an action's key, as it is chosen now. */
export function keyOf(action: Action): string {
  return nameKey(action, chosenKeys.value);
}

function keep(keys: ChosenKeys): void {
  chosenKeys.value = keys;
  localStorage.setItem(place(), JSON.stringify(keys));
}
