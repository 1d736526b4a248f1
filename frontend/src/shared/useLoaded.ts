import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/client";

export interface Loaded<T> {
  data: Signal<T | null>;
  error: Signal<ApiError | null>;
  isLoading: Signal<boolean>;
  /** Read it again; what is shown stays until the answer is here. */
  reload: () => Promise<void>;
  /** Read something more; loading and error are shown alike. */
  run: (step: () => Promise<void>) => Promise<void>;
}

/** Read something from the server when the screen opens and whenever `key` changes; the latest answer counts. */
export function useLoaded<T>(read: () => Promise<T>, key: string | number = ""): Loaded<T> {
  const data = useSignal<T | null>(null);
  const error = useSignal<ApiError | null>(null);
  const isLoading = useSignal(true);
  const asked = useSignal(0);
  const run = async (step: () => Promise<void>) => {
    isLoading.value = true;
    try {
      await step();
      error.value = null;
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      error.value = caught;
    } finally {
      isLoading.value = false;
    }
  };
  const reload = () =>
    run(async () => {
      const number = ++asked.value;
      const answer = await read();
      if (number === asked.value) data.value = answer;
    });
  useEffect(() => void reload(), [key]);
  return { data, error, isLoading, reload, run };
}
