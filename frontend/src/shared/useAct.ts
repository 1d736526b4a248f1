import { useSignal, type Signal } from "@preact/signals";
import { ApiError } from "../api/client";

export interface Act {
  isBusy: Signal<boolean>;
  error: Signal<ApiError | null>;
  /** Run the step; true when it worked, else `error` says why not. */
  run: (step: () => Promise<unknown>) => Promise<boolean>;
}

/** Something a person asks of the server by a press: busy meanwhile, and the error kept to be shown. */
export function useAct(): Act {
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const run = async (step: () => Promise<unknown>) => {
    isBusy.value = true;
    error.value = null;
    try {
      await step();
      return true;
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      error.value = caught;
      return false;
    } finally {
      isBusy.value = false;
    }
  };
  return { isBusy, error, run };
}
