import { fireEvent, screen } from "@testing-library/preact";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer, SESSION } from "../../test/fakeServer";
import { findAxeViolations, renderApp } from "../../test/render";

let server: FakeServer;

async function logIn(password: string) {
  fireEvent.input(await screen.findByLabelText("User name"), { target: { value: "anong" } });
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: password } });
  fireEvent.submit(document.querySelector("form")!);
}

beforeEach(() => {
  server = new FakeServer();
  server.session = null;
});

describe("logging in", () => {
  it("leads to the sentence", async () => {
    renderApp(server);
    await logIn("correct");
    expect(await screen.findByRole("application")).toBeTruthy();
  });
  it("says so when the password is wrong", async () => {
    renderApp(server);
    await logIn("wrong");
    expect((await screen.findByRole("alert")).textContent).toBe("The user name or the password is wrong.");
  });
  it("offers no provider where there is none", async () => {
    renderApp(server);
    await screen.findByLabelText("Password");
    expect(screen.queryByRole("link", { name: /Sign in with/ })).toBeNull();
  });
  it("leads to a link for a forgotten password", async () => {
    renderApp(server);
    fireEvent.click(await screen.findByRole("link", { name: "Forgot your password?" }));
    expect(await screen.findByLabelText("User name or e-mail address")).toBeTruthy();
    expect(location.pathname).toBe("/forgot");
  });
  it("sends who has forgotten the password to a manager where no mail can be sent", async () => {
    server.ways = { ...server.ways, reset_links: false };
    renderApp(server);
    expect(await screen.findByText(/Forgot your password\? Ask a manager of your project/)).toBeTruthy();
    expect(screen.queryByRole("link", { name: /Forgot/ })).toBeNull();
  });
  it("leads to the provider and back to this page", async () => {
    server.ways = { ...server.ways, provider: "KU" };
    renderApp(server);
    const link = await screen.findByRole("link", { name: "Sign in with KU" });
    expect(link.getAttribute("href")).toBe("/api/sign-on/start?next=%2F&invitation=");
    expect(screen.getByLabelText("Password")).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
  });
  it("keeps passwords aside where they are for staff", async () => {
    server.ways = { ...server.ways, passwords: false, provider: "KU" };
    renderApp(server);
    const aside = (await screen.findByText("For administrators")).closest("details")!;
    expect(aside.open).toBe(false);
    expect(aside.contains(screen.getByLabelText("Password"))).toBe(true);
  });
  it("says why the provider's person was sent back", async () => {
    renderApp(server, "/?refused=no_account");
    expect((await screen.findByRole("alert")).textContent).toMatch(/You have no account here yet/);
  });
  it("can be read in Thai", async () => {
    renderApp(server);
    fireEvent.click(await screen.findByRole("button", { name: "ไทย" }));
    expect(screen.getByLabelText("รหัสผ่าน")).toBeTruthy();
    expect(document.documentElement.lang).toBe("th");
  });
  it("is clean to axe", async () => {
    renderApp(server);
    await screen.findByLabelText("Password");
    expect(await findAxeViolations()).toEqual([]);
  });
  it("offers another try when the server cannot be reached", async () => {
    server.isOffline = true;
    renderApp(server);
    const retry = await screen.findByRole("button", { name: "Try again" });
    server.isOffline = false;
    fireEvent.click(retry);
    expect(await screen.findByLabelText("Password")).toBeTruthy();
  });
});

describe("choosing a project", () => {
  it("lists the projects of a person with several", async () => {
    const second = { project: { id: 2, name: "นิยาย", paused: true }, role: "annotator" as const };
    server.session = { ...SESSION, memberships: [...SESSION.memberships, second] };
    renderApp(server);
    expect(await screen.findByRole("link", { name: /นิยาย/ })).toBeTruthy();
    expect(await findAxeViolations()).toEqual([]);
    fireEvent.click(screen.getByRole("link", { name: /ข่าว/ }));
    expect(await screen.findByRole("application")).toBeTruthy();
  });
  it("says so to a person who is in no project", async () => {
    server.session = { ...SESSION, memberships: [] };
    renderApp(server);
    expect(await screen.findByText(/You are in no project yet/)).toBeTruthy();
  });
});
