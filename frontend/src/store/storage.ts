import type { Work } from "../api/types";
import type { Draft } from "../domain/draft";

/** A sentence this person holds, with the draft made of it so far. */
export interface KeptWork {
  /** Whose it is: person and project, so that people who share a browser never see each other's drafts. */
  owner: string;
  assignment: string;
  work: Work;
  draft: Draft;
  /** 0: the first reading; n: the n-th correction of a sentence that was submitted before. */
  revision: number;
  /** When it was first held, in milliseconds; the oldest is shown first. */
  since: number;
}

interface OutgoingBase {
  owner: string;
  /** Chosen here; a submit sends it as its client key, so that the server stores a repeated submit once. */
  id: string;
  assignment: string;
  since: number;
  /** Why the server refused it for good; null while it may still be sent. */
  refusal: { code: string; message: string; details: Record<string, unknown> } | null;
}

export interface OutgoingSubmit extends OutgoingBase {
  kind: "submit";
  clusters: string[];
  boundaries: number[];
  activeMs: number;
  keyActions: number;
  revision: number;
}

export interface OutgoingSkip extends OutgoingBase {
  kind: "skip";
  reason: string;
  activeMs: number;
}

export interface OutgoingFlag extends OutgoingBase {
  kind: "flag";
  comment: string;
}

/** Something done that the server has not confirmed yet. */
export type Outgoing = OutgoingSubmit | OutgoingSkip | OutgoingFlag;

/** Where drafts and unsent work outlive the page. Every method resolves when the data is safe. */
export interface WorkStorage {
  load(owner: string): Promise<{ works: KeptWork[]; outgoing: Outgoing[] }>;
  keepWork(kept: KeptWork): Promise<void>;
  dropWork(assignment: string): Promise<void>;
  /** Keep `outgoing` and, in the same step, drop the work it finishes. */
  keepOutgoing(outgoing: Outgoing, finished?: string): Promise<void>;
  dropOutgoing(id: string): Promise<void>;
}

const WORKS = "works";
const OUTGOING = "outgoing";

/** Open the browser's storage; rejects where the browser allows none. */
export async function openStorage(factory: IDBFactory, name = "tatkham"): Promise<WorkStorage> {
  const opening = factory.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(WORKS, { keyPath: "assignment" });
    opening.result.createObjectStore(OUTGOING, { keyPath: "id" });
  };
  const database = await finished(opening);

  const write = (stores: string[], steps: (transaction: IDBTransaction) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      steps(transaction);
    });

  const ofOwner = async <T extends { owner: string; since: number }>(store: string, owner: string) => {
    const rows = await finished<T[]>(database.transaction(store).objectStore(store).getAll());
    return rows.filter((row) => row.owner === owner).sort((a, b) => a.since - b.since);
  };

  return {
    load: async (owner) => ({
      works: await ofOwner<KeptWork>(WORKS, owner),
      outgoing: await ofOwner<Outgoing>(OUTGOING, owner),
    }),
    keepWork: (kept) => write([WORKS], (step) => step.objectStore(WORKS).put(kept)),
    dropWork: (assignment) => write([WORKS], (step) => step.objectStore(WORKS).delete(assignment)),
    keepOutgoing: (outgoing, finishedWork) =>
      write([WORKS, OUTGOING], (step) => {
        step.objectStore(OUTGOING).put(outgoing);
        if (finishedWork !== undefined) step.objectStore(WORKS).delete(finishedWork);
      }),
    dropOutgoing: (id) => write([OUTGOING], (step) => step.objectStore(OUTGOING).delete(id)),
  };
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
