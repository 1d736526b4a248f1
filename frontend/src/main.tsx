import { render } from "preact";
import { SessionApi } from "./api/annotator";
import { Client } from "./api/client";
import { App } from "./App";
import { ServicesContext } from "./services";
import { language, setLanguage } from "./store/language";
import { SessionStore } from "./store/session";
import { openStorage } from "./store/storage";
import { setTheme, theme } from "./store/theme";
import "./styles/base.css";
import "./styles/annotate.css";
import "./styles/manage.css";

const client = new Client();
const sessions = new SessionStore(new SessionApi(client));
setLanguage(language.value);
setTheme(theme.value);
void sessions.load();

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element #root.");
void fontsLoaded().then(() =>
  render(
    <ServicesContext.Provider value={{ client, sessions, openStorage: () => openStorage(indexedDB) }}>
      <App />
    </ServicesContext.Provider>,
    root,
  ),
);

/** Wait for the fonts, for half a second at most: text drawn in another would move when its own comes. */
function fontsLoaded(): Promise<unknown> {
  const weights = [400, 600].map((weight) => document.fonts.load(`${weight} 1rem "Plex Thai Looped"`, "กa"));
  // A font that cannot be loaded is no reason to show nothing.
  return Promise.race([Promise.allSettled(weights), new Promise((resolve) => setTimeout(resolve, 500))]);
}
