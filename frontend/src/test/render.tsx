import { render } from "@testing-library/preact";
import axe from "axe-core";
import { IDBFactory } from "fake-indexeddb";
import { SessionApi } from "../api/annotator";
import { Client } from "../api/client";
import { App } from "../App";
import { ServicesContext } from "../services";
import { SessionStore } from "../store/session";
import { openStorage } from "../store/storage";
import type { FakeServer } from "./fakeServer";

/** Open the whole application at an address, against a fake server and an empty browser. */
export function renderApp(server: FakeServer, address = "/") {
  const browser = new IDBFactory();
  const client = new Client(server.fetch);
  const sessions = new SessionStore(new SessionApi(client));
  history.replaceState(null, "", address);
  window.dispatchEvent(new PopStateEvent("popstate"));
  void sessions.load();
  return render(
    <ServicesContext.Provider value={{ client, sessions, openStorage: () => openStorage(browser) }}>
      <App />
    </ServicesContext.Provider>,
  );
}

/** What axe has to say about the page; colours are checked in the browser tests, where there are some. */
export async function findAxeViolations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}
