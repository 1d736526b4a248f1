import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/client";

export interface Loaded<T> {
  data: Signal<T | null>;
  error: Signal<ApiError | null>;
  isLoading: Signal<boolean>;
  /** Read it again; what is shown stays until the answer is here. */
  reload: () => Promise<void>;
  /** Read something more; loading and error are shown alike. A step asks whether it is still the latest. */
  run: (step: (isLatest: () => boolean) => Promise<void>) => Promise<void>;
}

/** Read something from the server when the screen opens and whenever `key` changes; the latest answer counts. */
export function useLoaded<T>(read: () => Promise<T>, key: string | number = ""): Loaded<T> {
  const data = useSignal<T | null>(null);
  const error = useSignal<ApiError | null>(null);
  const isLoading = useSignal(true);
  const asked = useSignal(0);
  const run = async (step: (isLatest: () => boolean) => Promise<void>) => {
    const number = ++asked.value;
    const isLatest = () => number === asked.value;
    isLoading.value = true;
    try {
      await step(isLatest);
      if (isLatest()) error.value = null;
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      if (isLatest()) error.value = caught;
    } finally {
      if (isLatest()) isLoading.value = false;
    }
  };
  const reload = () =>
    run(async (isLatest) => {
      const answer = await read();
      if (isLatest()) data.value = answer;
    });
  useEffect(() => void reload(), [key]);
  return { data, error, isLoading, reload, run };
}
