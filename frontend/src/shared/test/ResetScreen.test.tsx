import { fireEvent, screen } from "@testing-library/preact";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "../../test/fakeServer";
import { findAxeViolations, renderApp } from "../../test/render";

const SECRET = "7.cz1-0a1b2c";
const why = (code: string, text: string) => ({ why: { code, values: {}, text } });
const OVER = {
  status: 404,
  body: { code: "not_found", message: "Over.", details: why("reset_over", "Over.") },
};
const WEAK = {
  status: 400,
  body: { code: "bad_input", message: "Weak.", details: why("password_too_common", "Weak.") },
};
let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.session = null;
});

const sent = (path: string) => server.requests.filter((request) => request.path === path).map(({ body }) => body);

describe("asking for a link", () => {
  async function ask(account: string) {
    renderApp(server, "/forgot");
    fireEvent.input(await screen.findByLabelText("User name or e-mail address"), { target: { value: account } });
    fireEvent.submit(document.querySelector("form")!);
  }

  it("says the same whether there is an account", async () => {
    server.once.set("POST /password/forgotten", { status: 204 });
    await ask("anong@example.org");
    expect((await screen.findByRole("status")).textContent).toMatch(/^If there is such an account/);
    expect(sent("/password/forgotten")).toEqual([{ account: "anong@example.org" }]);
    expect(screen.queryByRole("button", { name: "Send the link" })).toBeNull();
    expect(await findAxeViolations()).toEqual([]);
  });
  it("says when that was too often", async () => {
    const details = { why: { code: "reset_asked_too_often", values: { minutes: 60 }, text: "Too often." } };
    server.once.set("POST /password/forgotten", { status: 429, body: { code: "throttled", message: "", details } });
    await ask("anong");
    expect((await screen.findByRole("alert")).textContent).toMatch(/Try again in 60 minutes/);
    expect(await findAxeViolations()).toEqual([]);
  });
  it("is not offered where no mail can be sent", async () => {
    server.ways = { ...server.ways, reset_links: false };
    renderApp(server, "/forgot");
    expect(await screen.findByText(/Ask a manager of your project/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Send the link" })).toBeNull();
  });
});

describe("a link for a forgotten password", () => {
  const set = (password: string) => {
    fireEvent.input(screen.getByLabelText("New password"), { target: { value: password } });
    fireEvent.submit(document.querySelector("form")!);
  };

  beforeEach(() => server.once.set("POST /password/link", { status: 200, body: { username: "anong" } }));

  it("sets the password for the account it names", async () => {
    renderApp(server, `/reset#${SECRET}`);
    expect((await screen.findByLabelText<HTMLInputElement>("User name")).value).toBe("anong");
    expect(await findAxeViolations()).toEqual([]);
    server.once.set("POST /password/reset", { status: 204 });
    set("ตัดคำทุกวันนะ9");
    expect((await screen.findByRole("status")).textContent).toMatch(/The new password is set/);
    expect(screen.getByRole("link", { name: "Log in" }).getAttribute("href")).toBe("/");
    expect(sent("/password/link")).toEqual([{ link: SECRET }]);
    expect(sent("/password/reset")).toEqual([{ link: SECRET, password: "ตัดคำทุกวันนะ9" }]);
    expect(server.requests.filter(({ path }) => path.includes(SECRET))).toEqual([]);
  });
  it("goes on after a password that is too weak", async () => {
    renderApp(server, `/reset#${SECRET}`);
    await screen.findByLabelText("New password");
    server.once.set("POST /password/reset", WEAK);
    set("password1");
    expect((await screen.findByRole("alert")).textContent).toMatch(/too common/);
    expect(screen.getByLabelText("New password")).toBeTruthy();
  });
  it("leads to a new one when it is over, before and after the password was typed", async () => {
    renderApp(server, `/reset#${SECRET}`);
    await screen.findByLabelText("New password");
    server.once.set("POST /password/reset", OVER);
    set("ตัดคำทุกวันนะ9");
    expect((await screen.findByRole("alert")).textContent).toMatch(/used or is too old/);
    expect(screen.queryByLabelText("New password")).toBeNull();
    server.once.set("POST /password/link", OVER);
    history.pushState(null, "", "/reset#7.another-1");
    window.dispatchEvent(new PopStateEvent("popstate"));
    fireEvent.click(await screen.findByRole("link", { name: "Ask for a new link" }));
    expect(await screen.findByLabelText("User name or e-mail address")).toBeTruthy();
    expect(location.hash).toBe("");
  });
  it("is for who is logged in as well", async () => {
    server = new FakeServer();
    server.once.set("POST /password/link", { status: 200, body: { username: "boonmee" } });
    renderApp(server, `/reset#${SECRET}`);
    expect((await screen.findByLabelText<HTMLInputElement>("User name")).value).toBe("boonmee");
  });
});

describe("one's own address", () => {
  async function open() {
    renderApp(server);
    await screen.findByRole("application");
    fireEvent.click(screen.getByRole("button", { name: "My settings" }));
    await screen.findByText("Colours");
  }
  const save = (email: string, password: string) => {
    const form = screen.getByLabelText("E-mail address (optional)").closest("form")!;
    fireEvent.input(screen.getByLabelText("E-mail address (optional)"), { target: { value: email } });
    fireEvent.input(screen.getByLabelText("Password"), { target: { value: password } });
    fireEvent.submit(form);
  };

  beforeEach(() => {
    server = new FakeServer();
  });

  it("is stored with the password, and taken away", async () => {
    await open();
    for (const [email, said] of [["anong@example.org", "has been saved"], ["", "has been removed"]] as const) {
      server.once.set("POST /email", { status: 204 });
      save(email, "correct");
      expect(await screen.findByText(new RegExp(said))).toBeTruthy();
    }
    expect(sent("/email")).toEqual([
      { email: "anong@example.org", password: "correct" },
      { email: "", password: "correct" },
    ]);
    expect(await findAxeViolations()).toEqual([]);
  });
  it("is refused with a wrong password", async () => {
    await open();
    server.once.set("POST /email", { status: 401, body: { code: "not_authenticated", message: "", details: {} } });
    save("anong@example.org", "wrong");
    expect((await screen.findByRole("alert")).textContent).toBe("The password is wrong.");
  });
  it("is not asked of who signs in elsewhere, and neither is a password", async () => {
    server.session = { ...server.session!, has_password: false };
    await open();
    expect(screen.queryByText("E-mail address for a forgotten password")).toBeNull();
    expect(screen.queryByText("Change the password")).toBeNull();
  });
});
