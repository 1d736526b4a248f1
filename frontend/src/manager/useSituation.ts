import { useEffect } from "preact/hooks";
import type { Agreement, Disagreement, Flag, LoopEvent, Member, Settings, WorkDay } from "../api/types";
import { useLoaded, type Loaded } from "../shared/useLoaded";
import type { Managing } from "../store/managing";

/** What the overview needs beside the figures that are polled. */
export interface Known {
  settings: Settings;
  corpora: number;
  guidelines: number;
  members: Member[];
  agreement: Agreement;
  disagreements: Disagreement[];
  flags: Flag[];
  lately: LoopEvent[];
  today: WorkDay[];
}

const DAY_MS = 24 * 3600 * 1000;
/** Events of the last week may still want an answer. */
const LATELY_MS = 7 * DAY_MS;
const RETRY_MS = 2_000;
/** Thailand keeps no summer time, and hours are told by Thai days. */
const THAI_MS = 7 * 3600 * 1000;

/** These lists change rarely: they are read again every so many annotations, and when the round moves on. */
export function useSituation(store: Managing): Loaded<Known> {
  const { api } = store;
  const overview = store.overview.value;
  const key = overview === null ? "" : `${Math.floor(overview.annotations / 20)} ${overview.round?.state} ${overview.people_active}`;
  const loaded = useLoaded(async () => {
    const now = Date.now();
    const midnight = Math.floor((now + THAI_MS) / DAY_MS) * DAY_MS - THAI_MS;
    const [settings, corpora, guidelines, members, agreement, disagreements, flags, lately, today] = await Promise.all([
      api.settings(),
      api.corpora(),
      api.guidelines(),
      api.members(),
      api.agreement(),
      api.disagreements(),
      api.flags(),
      api.eventsSince(new Date(now - LATELY_MS)),
      api.hours(new Date(midnight), new Date(midnight + DAY_MS)),
    ]);
    const ready = corpora.filter(({ state }) => state !== "failed" && state !== "withdrawn").length;
    return { settings, corpora: ready, guidelines: guidelines.length, members, agreement, disagreements, flags, lately, today };
  }, key);
  const error = loaded.error.value;
  useEffect(() => {
    if (error === null) return;
    const timer = setTimeout(() => void loaded.reload(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [error]);
  return loaded;
}
