import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AnnotatorApi } from "../../api/annotator";
import { Client } from "../../api/client";
import { moveTo, toggleAt } from "../../domain/draft";
import { FakeServer } from "../../test/fakeServer";
import { Annotating } from "../annotating";
import { openStorage } from "../storage";

let server: FakeServer;
let browser: IDBFactory;
let now: number;
const onLoggedOut = vi.fn();

/** Open the page, as the same person in the same browser. */
async function openPage(userId = 7): Promise<Annotating> {
  const store = new Annotating({
    api: new AnnotatorApi(new Client(server.fetch), 1),
    userId,
    openStorage: () => openStorage(browser),
    now: () => now,
    onLoggedOut,
  });
  await store.start();
  return store;
}

const number = (kept: { work: { clusters: string[] } } | null) => kept?.work.clusters.at(-1);
const cutAt = (store: Annotating, gap: number) => store.edit((draft, length) => toggleAt(draft, gap, length));
const settled = (store: Annotating) => vi.waitFor(() => expect(store.outbox.entries.value).toEqual([]));
const kept = async () => (await openStorage(browser)).load("7:1");

beforeEach(() => {
  server = new FakeServer();
  browser = new IDBFactory();
  now = Date.now();
  onLoggedOut.mockClear();
});

describe("an annotator at work", () => {
  it("sees the first sentence with its suggestion and holds the next one ready", async () => {
    const store = await openPage();
    expect(number(store.current.value)).toBe("1");
    expect(store.current.value?.draft.boundaries).toEqual([2]);
    expect(number(store.ahead.value)).toBe("2");
  });

  it("sees the next sentence at once on Enter, before the server has answered", async () => {
    const store = await openPage();
    cutAt(store, 4);
    now += 3_000;
    store.submit();
    expect(number(store.current.value)).toBe("2");
    await settled(store);
    expect(server.annotations).toMatchObject([{ boundaries: [2, 4], activeMs: 3_000, keyActions: 2 }]);
    expect(number(store.ahead.value)).toBe("3");
    expect(store.today.value).toBe(1);
  });

  it("costs one request a sentence", async () => {
    const store = await openPage();
    const before = server.requests.length;
    store.submit();
    await settled(store);
    store.submit();
    await settled(store);
    expect(server.requests.length - before).toBe(2);
  });

  it("is told why there is no work", async () => {
    server = new FakeServer([["ตา", "ก"]]);
    server.reasonForNone = "paused";
    const store = await openPage();
    store.submit();
    await settled(store);
    expect(store.shown.value).toBeNull();
    expect(store.reason.value).toBe("paused");
  });

  it("starts at the first place in doubt", async () => {
    server.doubt([3, 4]);
    const store = await openPage();
    expect(store.current.value?.draft.cursor).toBe(3);
  });

  it("sees that the clock stands once nothing has been done for a while", async () => {
    const store = await openPage();
    store.noteIdle();
    expect(store.isIdle.value).toBe(false);
    now += 61_000;
    store.noteIdle();
    expect(store.isIdle.value).toBe(true);
    store.touch();
    expect(store.isIdle.value).toBe(false);
  });

  it("skips with a reason and flags with a comment", async () => {
    const store = await openPage();
    store.flag("มีเบอร์โทร");
    store.skip("personal_data");
    await settled(store);
    expect(server.flags).toMatchObject([{ comment: "มีเบอร์โทร" }]);
    expect(server.skips).toMatchObject([{ reason: "personal_data" }]);
    expect(number(store.current.value)).toBe("2");
  });

  it("is not charged for the time away", async () => {
    const store = await openPage();
    now += 600_000;
    cutAt(store, 3);
    now += 5_000;
    store.submit();
    await settled(store);
    expect(server.annotations[0]?.activeMs).toBe(65_000);
  });
});

describe("nothing is lost", () => {
  it("when the network goes while sentences are submitted", async () => {
    const store = await openPage();
    server.isOffline = true;
    cutAt(store, 1);
    store.submit();
    store.submit();
    await vi.waitFor(() => expect(store.outbox.trouble.value?.status).toBe(0));
    expect(store.outbox.waiting.value).toHaveLength(2);
    server.isOffline = false;
    await store.outbox.drain();
    await vi.waitFor(() => expect(number(store.ahead.value)).toBe("4"));
    expect(server.annotations.map(({ boundaries }) => boundaries)).toEqual([[1, 2], [2]]);
    expect(number(store.current.value)).toBe("3");
  });

  it("when the answer to a submit is lost: the repeated submit is stored once", async () => {
    const store = await openPage();
    server.losesAnswerTo = "/submit";
    store.submit();
    await vi.waitFor(() => expect(store.outbox.trouble.value).not.toBeNull());
    await store.outbox.drain();
    expect(server.annotations).toHaveLength(1);
    expect(store.outbox.entries.value).toEqual([]);
  });

  it("when the page is closed with unsent work: the next visit sends it", async () => {
    const store = await openPage();
    server.isOffline = true;
    cutAt(store, 4);
    store.submit();
    await vi.waitFor(async () => expect((await kept()).outgoing).toHaveLength(1));
    store.stop();
    server.isOffline = false;
    const again = await openPage();
    await settled(again);
    expect(server.annotations).toMatchObject([{ boundaries: [2, 4] }]);
    expect((await kept()).outgoing).toEqual([]);
  });

  it("when the page is reloaded in the middle of a sentence", async () => {
    const store = await openPage();
    cutAt(store, 4);
    store.edit((draft, length) => moveTo(draft, 3, length));
    now += 2_000;
    cutAt(store, 3);
    await vi.waitFor(async () => expect((await kept()).works[0]?.draft.boundaries).toEqual([2, 3, 4]));
    store.stop();
    now += 100_000;
    const again = await openPage();
    expect(number(again.current.value)).toBe("1");
    expect(again.current.value?.draft).toMatchObject({ boundaries: [2, 3, 4], cursor: 3, activeMs: 2_000 });
    again.submit();
    await settled(again);
    expect(server.annotations).toMatchObject([{ boundaries: [2, 3, 4], activeMs: 2_000 }]);
  });

  it("when the sentence went to somebody else: the work is sent all the same", async () => {
    const store = await openPage();
    cutAt(store, 4);
    server.giveToOther(store.current.value!.assignment);
    await store.renewLeases({ all: true });
    expect(store.notice.value).toBe("leaseLost");
    store.submit();
    await settled(store);
    expect(server.annotations).toMatchObject([{ boundaries: [2, 4] }]);
  });

  it("when the session ends: the work waits until the person has logged in again", async () => {
    const store = await openPage();
    server.once.set(`POST /projects/1/assignments/${store.current.value!.assignment}/submit`, { status: 401 });
    store.submit();
    await vi.waitFor(() => expect(onLoggedOut).toHaveBeenCalled());
    expect(store.outbox.waiting.value).toHaveLength(1);
    await store.outbox.drain();
    expect(server.annotations).toHaveLength(1);
  });

  it("when it was sent from another device first: both are shown, none is overwritten", async () => {
    const store = await openPage();
    const { assignment } = store.current.value!;
    cutAt(store, 4);
    server.sendFromElsewhere(assignment, [1]);
    store.submit();
    await vi.waitFor(() => expect(store.outbox.refused.value).toHaveLength(1));
    const [entry] = store.outbox.refused.value;
    expect(entry!.refusal).toMatchObject({ code: "revised_elsewhere", details: { revision: 0, boundaries: [1] } });
    expect(server.annotations).toMatchObject([{ boundaries: [1] }]);
    store.outbox.retry(entry!.id, { revision: 1 });
    await settled(store);
    expect(server.annotations).toMatchObject([{ boundaries: [1] }, { boundaries: [2, 4], revision: 1 }]);
  });

  it("when the server refuses it: it stays visible until the person decides", async () => {
    const store = await openPage();
    const { assignment } = store.current.value!;
    store.submit();
    await settled(store);
    server.adjudicated.add(assignment);
    await store.revisePrevious();
    cutAt(store, 1);
    store.submit();
    await vi.waitFor(() => expect(store.outbox.refused.value).toHaveLength(1));
    expect(store.outbox.refused.value[0]?.refusal?.code).toBe("adjudicated");
    expect((await kept()).outgoing).toHaveLength(1);
    store.outbox.discard(store.outbox.refused.value[0]!.id);
    await vi.waitFor(async () => expect((await kept()).outgoing).toEqual([]));
  });

  it("and says so when the browser cannot keep drafts", async () => {
    const store = new Annotating({
      api: new AnnotatorApi(new Client(server.fetch), 1),
      userId: 7,
      openStorage: () => Promise.reject(new Error("denied")),
      onLoggedOut,
    });
    await store.start();
    expect(store.isStorageBroken.value).toBe(true);
    expect(number(store.current.value)).toBe("1");
  });
});

describe("leases", () => {
  it("let an untouched sentence go that somebody else has by now", async () => {
    const store = await openPage();
    server.giveToOther(store.current.value!.assignment);
    await store.renewLeases({ all: true });
    await vi.waitFor(() => expect(number(store.ahead.value)).toBe("3"));
    expect(number(store.current.value)).toBe("2");
    expect(store.notice.value).toBe("newSentence");
  });

  it("are renewed while the person works and not while the page lies idle", async () => {
    const store = await openPage();
    const renewals = () => server.requests.filter(({ path }) => path.endsWith("/renew")).length;
    const before = renewals();
    now += 30_000;
    await store.renewLeases({ all: true });
    expect(renewals()).toBe(before + 2);
    now += 120_000;
    await store.renewLeases({ all: true });
    expect(renewals()).toBe(before + 2);
  });

  it("of the sentence fetched ahead are given back when the page closes", async () => {
    const store = await openPage();
    const { assignment } = store.ahead.value!;
    store.leave();
    await vi.waitFor(() => expect(server.released).toEqual([assignment]));
  });

  it("never show one person the drafts of another in the same browser", async () => {
    const store = await openPage(7);
    cutAt(store, 4);
    await vi.waitFor(async () => expect((await kept()).works[0]?.draft.boundaries).toEqual([2, 4]));
    store.stop();
    const other = await openPage(8);
    expect(other.current.value?.draft.boundaries).toEqual([2]);
  });
});

describe("a correction", () => {
  it("goes before the sentence it interrupts, which then comes back as it was", async () => {
    const store = await openPage();
    store.submit();
    await settled(store);
    cutAt(store, 3);
    await store.revisePrevious();
    expect(number(store.shown.value)).toBe("1");
    cutAt(store, 4);
    store.submit();
    await settled(store);
    expect(server.annotations).toMatchObject([
      { revision: 0, boundaries: [2] },
      { revision: 1, boundaries: [2, 4] },
    ]);
    expect(number(store.shown.value)).toBe("2");
    expect(store.shown.value?.draft.boundaries).toEqual([2, 3]);
    expect(store.today.value).toBe(1);
  });

  it("can be left without a trace", async () => {
    const store = await openPage();
    store.submit();
    await settled(store);
    await store.revisePrevious();
    store.cancelRevision();
    expect(number(store.shown.value)).toBe("2");
    await vi.waitFor(async () => expect((await kept()).works.some((work) => work.revision > 0)).toBe(false));
  });
});
