import { useLoaded } from "../shared/useLoaded";
import type { Managing } from "../store/managing";

/** Names of the project's people by the number of their account; empty until they are here. */
export function usePeople(store: Managing): ReadonlyMap<number, string> {
  const loaded = useLoaded(() => store.api.members());
  return new Map((loaded.data.value ?? []).map(({ user }) => [user.id, user.name || user.username]));
}
