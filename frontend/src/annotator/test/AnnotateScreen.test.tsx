import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "../../test/fakeServer";
import { findAxeViolations, renderApp } from "../../test/render";

const FIRST = "00000000-0000-4000-8000-000000000001";
let server: FakeServer;

const press = (code: string, marks: KeyboardEventInit = {}) => {
  fireEvent.keyDown(document.activeElement ?? document.body, { code, ...marks });
};
const words = () =>
  [...document.querySelectorAll(".sentence .word")].map((word) => word.textContent).join("|");

beforeEach(async () => {
  server = new FakeServer();
  renderApp(server);
  await screen.findByRole("application");
});

describe("the annotator's page", () => {
  it("opens by itself for a person with one project and shows the suggestion", () => {
    expect(location.pathname).toBe("/projects/1/annotate");
    expect(words()).toBe("ตาก|ลม1");
  });

  it("is worked by keys alone", async () => {
    press("ArrowRight");
    press("Backspace");
    expect(words()).toBe("ตากลม1");
    press("ArrowRight", { ctrlKey: true });
    press("Space");
    expect(words()).toBe("ตากลม|1");
    press("KeyU");
    press("KeyU");
    expect(words()).toBe("ตาก|ลม1");
    press("Enter");
    await waitFor(() => expect(words()).toBe("ตาก|ลม2"));
    await waitFor(() => expect(server.annotations).toMatchObject([{ boundaries: [2], keyActions: 7 }]));
  });

  it("keeps the focus on the gap under the cursor and names it", () => {
    press("ArrowRight");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("between ตาก and ลม1, boundary");
    press("Space");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("between ตาก and ลม1, joined");
    expect(screen.getByText("Joined: ตากลม1")).toBeTruthy();
  });

  it("takes a click on a gap", () => {
    fireEvent.click(document.querySelector("[data-gap='4']")!);
    expect(words()).toBe("ตาก|ลม|1");
  });

  it("goes back to the suggestion and can take that back too", () => {
    press("Space");
    press("End");
    press("Space");
    expect(words()).toBe("ตา|ก|ลม|1");
    press("KeyR");
    expect(words()).toBe("ตาก|ลม1");
    press("KeyZ", { ctrlKey: true });
    expect(words()).toBe("ตา|ก|ลม|1");
  });

  it("does not send twice while Enter is held down", async () => {
    press("Enter");
    press("Enter", { repeat: true });
    await waitFor(() => expect(server.annotations).toHaveLength(1));
    expect(words()).toBe("ตาก|ลม2");
  });

  it("skips by S and a digit", async () => {
    press("KeyS");
    const dialog = screen.getByRole("dialog", { name: "Why skip this sentence?" });
    fireEvent.keyDown(within(dialog).getAllByRole("button")[1]!, { code: "Digit3" });
    await waitFor(() => expect(server.skips).toMatchObject([{ reason: "personal_data" }]));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("shows every key in its help", () => {
    press("Slash", { shiftKey: true });
    const help = screen.getByRole("dialog", { name: "All keys" });
    expect(within(help).getByText("Join with the word before")).toBeTruthy();
    expect(within(help).getByText("Ctrl + ←")).toBeTruthy();
  });

  it("says that work waits for the network, and when it is saved", async () => {
    expect(screen.getByText(/All saved/)).toBeTruthy();
    server.isOffline = true;
    press("Enter");
    expect(await screen.findByText(/1 not sent yet/)).toBeTruthy();
    server.isOffline = false;
    fireEvent.click(screen.getByRole("button", { name: "Send now" }));
    expect(await screen.findByText(/All saved/)).toBeTruthy();
    expect(server.annotations).toHaveLength(1);
  });

  it("asks before the page is left with unsent work, and only then", async () => {
    const leave = () => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(leave()).toBe(false);
    server.isOffline = true;
    press("Enter");
    await screen.findByText(/1 not sent yet/);
    expect(leave()).toBe(true);
  });

  it("asks for the password over the sentence when the session has ended", async () => {
    server.session = null;
    press("Space");
    press("Enter");
    const dialog = await screen.findByRole("dialog", { name: "Log in" });
    fireEvent.input(within(dialog).getByLabelText("Password"), { target: { value: "correct" } });
    fireEvent.submit(dialog.querySelector("form")!);
    await waitFor(() => expect(server.annotations).toMatchObject([{ boundaries: [1, 2] }]));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("shows one's own work and takes a correction", async () => {
    press("Enter");
    await waitFor(() => expect(server.annotations).toHaveLength(1));
    press("KeyH");
    fireEvent.click(await screen.findByRole("button", { name: "Correct" }));
    expect(screen.getByText(/Correcting a sentence you sent/)).toBeTruthy();
    press("End");
    press("Space");
    press("Enter");
    await waitFor(() => expect(server.annotations[1]).toMatchObject({ revision: 1, boundaries: [2, 4] }));
    expect(words()).toBe("ตาก|ลม2");
  });

  it("opens the guideline at the word under the cursor", async () => {
    const text = "# กฎ\n\nเรื่องอื่น\n\nคำว่า `ลม1` เก็บไว้";
    server.routes.set("GET /projects/1/guideline", { version: 3, text, published_at: "2026-11-01T00:00:00Z" });
    press("ArrowRight");
    press("KeyG");
    expect(await screen.findByText("1 passages")).toBeTruthy();
    expect(screen.queryByText("เรื่องอื่น")).toBeNull();
  });

  it("jumps from doubt to doubt and takes an alternative by its number", async () => {
    cleanup();
    server = new FakeServer();
    server.doubt([2, 4], [[4], [1, 2]]);
    renderApp(server);
    await screen.findByRole("application");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("between ตาก and ลม1, boundary, in doubt");
    press("KeyN");
    press("Space");
    expect(words()).toBe("ตาก|ลม|1");
    expect(screen.getByRole("button", { name: "ลม | 1", pressed: true })).toBeTruthy();
    press("Digit2");
    expect(words()).toBe("ตา|กลม|1");
    press("Digit2");
    expect(words()).toBe("ตาก|ลม|1");
    press("Digit3");
    expect(words()).toBe("ตาก|ลม|1");
    expect(await findAxeViolations()).toEqual([]);
  });

  it("looks the string under the cursor up", async () => {
    const cuts = [{ tokens: ["ตาก", "ลม"], count: 3, settled: 1, examples: [{ before: ["นั่ง"], after: [] }] }];
    server.routes.set(`GET /projects/1/assignments/${FIRST}/lookup`, { blind: false, cuts, words: ["ตาก", "ลม"] });
    server.routes.set("GET /projects/1/guideline", { version: 3, text: "ตากลม ตัดตามความหมาย", published_at: "2026-11-01T00:00:00Z" });
    press("KeyL");
    expect((await screen.findByLabelText<HTMLInputElement>("Text to look up")).value).toBe("ตาก");
    expect(await screen.findByText("ตาก · ลม")).toBeTruthy();
    expect(screen.getByText("1 settled")).toBeTruthy();
    fireEvent.input(screen.getByLabelText("Text to look up"), { target: { value: "ตากลม" } });
    expect(await screen.findByText("ตากลม ตัดตามความหมาย")).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
    fireEvent.keyDown(screen.getByLabelText("Text to look up"), { code: "Escape" });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("takes other keys, and shows them", async () => {
    press("F1");
    fireEvent.click(screen.getByRole("button", { name: "Change keys" }));
    const button = screen.getByRole("button", { name: "Cut or join here: Space, change" });
    fireEvent.click(button);
    fireEvent.keyDown(button, { code: "KeyS" });
    expect(screen.getByRole("alert").textContent).toBe("Taken: Skip with a reason");
    fireEvent.keyDown(button, { code: "KeyX" });
    expect(screen.getByRole("button", { name: "Cut or join here: X, change" })).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
    fireEvent.keyDown(screen.getByRole("dialog"), { code: "Escape" });
    press("KeyX");
    expect(words()).toBe("ตา|ก|ลม1");
    expect(localStorage.getItem("tatkham.keys.7")).toContain("KeyX");
  });

  it("brings back what adjudicators settled otherwise, until it has been seen", async () => {
    cleanup();
    server.routes.set("GET /projects/1/comments", [
      { id: 5, clusters: ["ตา", "ก", "ล", "ม"], boundaries: [1], reference: [2], note: "กฎข้อ 1", created_at: "2026-11-01T00:00:00Z" },
    ]);
    renderApp(server);
    fireEvent.click(await screen.findByRole("button", { name: "1 new comments" }));
    expect(await screen.findByText("กฎข้อ 1")).toBeTruthy();
    expect(screen.getByText("ตาก | ลม")).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("button", { name: "1 new comments" })).toBeNull());
    expect(await findAxeViolations()).toEqual([]);
  });

  it("shows one's own hours", async () => {
    server.routes.set("GET /projects/1/hours/own", [
      { day: "2026-01-05", sentences: 40, revisions: 2, skips: 1, active_seconds: 5400 },
    ]);
    press("KeyH");
    fireEvent.click(screen.getByRole("button", { name: "Hours" }));
    expect(await screen.findByRole("row", { name: "5 Jan 2026 1.5 40 2 1" })).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
  });

  it("lets one practise, and says what was wrong and why", async () => {
    server.routes.set("GET /projects/1/practice", [
      { clusters: ["ตา", "ก", "ล", "ม"], start: [1], reference: [2], note: { th: "ข้อ 1", en: "Rule 1" } },
    ]);
    fireEvent.click(screen.getAllByRole("button", { name: "Practise" })[0]!);
    await screen.findByText("Practice sentence 1 of 1");
    press("Enter");
    expect(screen.getByText("Different at 2 places. The reference:")).toBeTruthy();
    expect(screen.getByText("Rule 1")).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
    press("Enter");
    expect(screen.getByText("Right at once: 0 of 1")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "On to real work" }));
    expect(words()).toBe("ตาก|ลม1");
    expect(server.annotations).toEqual([]);
  });

  it("shows what came from another device first, and sends a correction only when told to", async () => {
    server.sendFromElsewhere(FIRST, [1]);
    press("Enter");
    expect(await screen.findByText("ตา | กลม1")).toBeTruthy();
    expect(server.annotations).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Send this one as a correction" }));
    await waitFor(() => expect(server.annotations[1]).toMatchObject({ boundaries: [2], revision: 1 }));
  });

  it("says when a sentence may come back", async () => {
    cleanup();
    server = new FakeServer([]);
    server.until = "2026-11-23T03:00:00Z";
    renderApp(server);
    expect(await screen.findByText(/one may come back after/)).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
  });

  it("is set light or dark, with a goal for the day", async () => {
    fireEvent.click(screen.getByRole("button", { name: "My settings" }));
    fireEvent.click(screen.getByLabelText("Dark"));
    expect(document.documentElement.dataset.theme).toBe("dark");
    fireEvent.change(screen.getByLabelText("My goal for a day"), { target: { value: "50" } });
    expect(screen.getByText("· 50 left")).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
  });

  it.each(["KeyS", "KeyF", "KeyH", "KeyL", "KeyP", "F1", "F24"])("is clean to axe after %s", async (code) => {
    press(code);
    expect(await findAxeViolations()).toEqual([]);
  });
});
