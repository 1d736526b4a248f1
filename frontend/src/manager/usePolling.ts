import { useEffect } from "preact/hooks";

const POLL_MS = 1_000;

/** Read something again every second for as long as it is being made. */
export function usePolling(isBeingMade: boolean, read: () => Promise<unknown>): void {
  useEffect(() => {
    if (!isBeingMade) return;
    const timer = setInterval(() => void read(), POLL_MS);
    return () => clearInterval(timer);
  }, [isBeingMade]);
}
