import type { Client } from "./client";
import type { AccessTokens, MadeAccessToken, NewAccessToken } from "./types";

/** A person's own access tokens, by which programs speak for them. */
export class TokensApi {
  constructor(private readonly client: Client) {}

  list(): Promise<AccessTokens> {
    return this.client.request("GET", "/tokens");
  }

  /** Make one; the answer has its key, which is never told again. */
  make(token: NewAccessToken): Promise<MadeAccessToken> {
    return this.client.request("POST", "/tokens", token);
  }

  revoke(id: number): Promise<void> {
    return this.client.request("DELETE", `/tokens/${id}`);
  }
}
