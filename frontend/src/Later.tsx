import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Message } from "./shared/Message";
import { t } from "./store/language";

/**
 * A screen whose code is fetched when it is first shown, so that who never sees it does not wait for it. `load`
 * is asked again when the network failed it.
 */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let found: FunctionComponent<P> | null = null;
  return function Later(props: P) {
    const [state, setState] = useState<"waiting" | "here" | "failed">(found === null ? "waiting" : "here");
    useEffect(() => {
      if (state !== "waiting") return;
      load().then(
        (screen) => {
          found = screen;
          setState("here");
        },
        () => setState("failed"),
      );
    }, [state]);
    if (found !== null) {
      const Screen = found;
      return <Screen {...props} />;
    }
    if (state !== "failed") return <Message>{t("loading")}</Message>;
    return (
      <Message>
        <div class="note bad" role="alert">
          <p>{t("errorNetwork")}</p>
          <button type="button" onClick={() => setState("waiting")}>
            {t("tryAgain")}
          </button>
        </div>
      </Message>
    );
  };
}
