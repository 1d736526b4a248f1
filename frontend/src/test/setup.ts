import "fake-indexeddb/auto";
import { cleanup, configure } from "@testing-library/preact";
import { afterAll, afterEach, beforeEach } from "vitest";
import { setGoal } from "../store/goal";
import { setLanguage } from "../store/language";
import { setTheme } from "../store/theme";

// A page that is loaded when it is first opened takes more than the usual second on a busy machine.
configure({ asyncUtilTimeout: 20_000 });
// jsdom draws no modal dialogs: an open one is enough for what the tests look at.
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
// uPlot asks for the screen's resolution when it is loaded.
window.matchMedia ??= (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList;
window.scrollTo = () => undefined;

beforeEach(() => {
  localStorage.clear();
  history.replaceState(null, "", "/");
  setLanguage("en");
  setGoal(0);
  setTheme("auto");
});
afterEach(cleanup);
// Preact's effects wait for a frame or 35 ms; a file that ends sooner would take the browser away from under them.
afterAll(() => new Promise((resolve) => setTimeout(resolve, 100)));
