import { useEffect, useMemo } from "preact/hooks";
import type { Annotating } from "../store/annotating";
import { t } from "../store/language";
import { guardLeaving } from "../store/route";
import type { SessionStore } from "../store/session";
import { holdTab, type Tab } from "../store/tab";

const LEASE_CHECK_MS = 20_000;
const IDLE_CHECK_MS = 5_000;
const LOOK_AGAIN_MS = 15_000;

/**
 * Tie the store to the page: timers, network, visibility, and the question before unsent work is left. The store
 * works only while this tab holds the work; the result says whether it does.
 */
export function useLifecycle(store: Annotating, sessions: SessionStore, name: string): Tab {
  const tab = useMemo(() => holdTab(name), [name]);
  useEffect(() => tab.leave, [tab]);
  const isHeld = tab.state.value === "held";
  useEffect(() => {
    if (!isHeld) return;
    const leases = setInterval(() => void store.renewLeases(), LEASE_CHECK_MS);
    const idle = setInterval(() => store.noteIdle(), IDLE_CHECK_MS);
    const look = setInterval(() => {
      if (store.current.value === null && !document.hidden && !sessions.hasEnded.value) void store.fill();
    }, LOOK_AGAIN_MS);
    const resend = () => void store.outbox.drain().then(() => store.fill());
    const hide = () => (document.hidden ? store.stopClock() : store.touch());
    const ask = (event: BeforeUnloadEvent) => {
      if (store.outbox.entries.value.length > 0) event.preventDefault();
    };
    const leave = () => store.leave();
    window.addEventListener("online", resend);
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("beforeunload", ask);
    window.addEventListener("pagehide", leave);
    const unguard = guardLeaving(() => {
      const count = store.outbox.entries.value.length;
      return count === 0 || window.confirm(t("logOutUnsent", { count }));
    });
    void store.start();
    return () => {
      clearInterval(leases);
      clearInterval(idle);
      clearInterval(look);
      window.removeEventListener("online", resend);
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("beforeunload", ask);
      window.removeEventListener("pagehide", leave);
      unguard();
      store.leave();
      store.stop();
    };
  }, [store, isHeld]);

  const hasEnded = sessions.hasEnded.value;
  useEffect(() => {
    if (!hasEnded && store.outbox.trouble.value?.status === 401) void store.outbox.drain().then(() => store.fill());
  }, [hasEnded]);
  return tab;
}
