import { fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AccessToken } from "../../api/types";
import { FakeServer } from "../../test/fakeServer";
import { findAxeViolations, renderApp } from "../../test/render";

const TOKENS: AccessToken[] = [
  {
    id: 4,
    name: "nightly",
    scope: "read",
    project: { id: 1, name: "ข่าว", paused: false },
    by_password: false,
    created_at: "2026-11-20T03:00:00Z",
    last_used_at: "2026-11-22T03:00:00Z",
    expires_at: "2026-12-20T03:00:00Z",
  },
  {
    id: 3,
    name: "",
    scope: "write",
    project: null,
    by_password: true,
    created_at: "2026-11-19T03:00:00Z",
    last_used_at: null,
    expires_at: "2027-02-17T03:00:00Z",
  },
];
const KEY = "tatkham_of_the_test";

let server: FakeServer;

async function open() {
  renderApp(server);
  await screen.findByRole("application");
  fireEvent.click(screen.getByRole("button", { name: "My settings" }));
  const details = (await screen.findByText("Access tokens for programs")).closest("details")!;
  details.open = true;
  fireEvent(details, new Event("toggle"));
  await screen.findByRole("button", { name: "Make a token" });
}

function sent(method: string, path: string) {
  return server.requests.filter((request) => request.method === method && request.path === path);
}

beforeEach(() => {
  server = new FakeServer();
  server.routes.set("GET /tokens", { tokens: TOKENS, longest_days: 14 });
});

describe("access tokens", () => {
  it("are listed with what they are good for", async () => {
    await open();
    const rows = screen.getAllByRole("listitem").filter((row) => within(row).queryByText("Revoke"));
    expect(rows[0]!.textContent).toMatch(/nightly.*Only read · ข่าว.*Last used 22 Nov 2026/);
    expect(rows[1]!.textContent).toMatch(/A program's log-in.*Read and write · All of mine, and my account.*Never used/);
    expect(await findAxeViolations()).toEqual([]);
  });

  it("are made to read one project unless somebody chooses more, and their key is shown", async () => {
    server.routes.set("POST /tokens", { ...TOKENS[0], token: KEY });
    await open();
    fireEvent.input(screen.getByLabelText("What it is for"), { target: { value: "nightly" } });
    fireEvent.submit(screen.getByRole("button", { name: "Make a token" }).closest("form")!);
    expect(await screen.findByDisplayValue(KEY)).toBeTruthy();
    expect(sent("POST", "/tokens")[0]!.body).toEqual({ name: "nightly", scope: "read", project: 1, days: 14 });
    await waitFor(() => expect(sent("GET", "/tokens")).toHaveLength(2));
    expect(await findAxeViolations()).toEqual([]);
  });

  it("can be for everything", async () => {
    server.routes.set("POST /tokens", { ...TOKENS[1], token: KEY });
    await open();
    fireEvent.input(screen.getByLabelText("What it is for"), { target: { value: "x" } });
    fireEvent.change(screen.getByLabelText("It may"), { target: { value: "write" } });
    fireEvent.change(screen.getByLabelText("Project"), { target: { value: "" } });
    fireEvent.submit(screen.getByRole("button", { name: "Make a token" }).closest("form")!);
    await waitFor(() => expect(sent("POST", "/tokens")[0]?.body).toMatchObject({ scope: "write", project: null }));
  });

  it("are revoked once one is sure", async () => {
    const confirm = vi.spyOn(window, "confirm").mockReturnValueOnce(false).mockReturnValueOnce(true);
    server.routes.set("DELETE /tokens/4", {});
    await open();
    const revoke = screen.getByRole("button", { name: "Revoke: nightly" });
    fireEvent.click(revoke);
    expect(sent("DELETE", "/tokens/4")).toHaveLength(0);
    fireEvent.click(revoke);
    await waitFor(() => expect(sent("DELETE", "/tokens/4")).toHaveLength(1));
    expect(confirm).toHaveBeenCalledWith("Revoke the token “nightly”? Whatever uses it is shut out at once.");
  });

  it("are refused with the reason", async () => {
    const reason = { code: "tokens_full", values: { most: 50 }, text: "" };
    server.once.set("POST /tokens", { status: 409, body: { code: "conflict", message: "", details: { why: reason } } });
    await open();
    fireEvent.input(screen.getByLabelText("What it is for"), { target: { value: "x" } });
    fireEvent.submit(screen.getByRole("button", { name: "Make a token" }).closest("form")!);
    expect((await screen.findByRole("alert")).textContent).toMatch(/You have 50 access tokens already/);
  });
});
