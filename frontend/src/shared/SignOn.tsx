import { SessionApi } from "../api/annotator";
import type { LogInWays } from "../api/types";
import { useServices } from "../services";
import { t } from "../store/language";
import { path } from "../store/route";
import { useLoaded } from "./useLoaded";

const USUAL: LogInWays = { passwords: true, provider: null, reset_links: false, takes_emails: true };

/** How one may log in here; until the server has said (`isKnown`), and where it cannot, by password. */
export function useLogInWays(): LogInWays & { isKnown: boolean } {
  const { client } = useServices();
  const loaded = useLoaded(() => new SessionApi(client).ways());
  return { ...(loaded.data.value ?? USUAL), isKnown: loaded.data.value !== null };
}

interface Props {
  provider: string;
  /** The token of the invitation that somebody came by; empty: none. */
  invitation?: string;
}

/** The way to the OpenID provider, and back to this page. */
export function SignOnLink({ provider, invitation = "" }: Props) {
  const query = new URLSearchParams({ next: path.value, invitation });
  return (
    <a class="button primary" href={`/api/sign-on/start?${query}`}>
      {t("signOn", { provider })}
    </a>
  );
}
