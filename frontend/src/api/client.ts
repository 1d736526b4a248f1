/** The only place that calls fetch: addresses, the CSRF mark, and one error for everything that goes wrong. */

/** A request that did not succeed. `status` 0: the server was not reached, so it may or may not have acted. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

/** An answer kept with its entity tag, so that the next poll costs the server almost nothing. */
export interface Tagged<T> {
  tag: string | null;
  body: T;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A request that has not been answered by then counts as lost, so that saves are tried again. */
const TIMEOUT_MS = 20_000;

export class Client {
  constructor(private readonly fetch: Fetch = (address, options) => window.fetch(address, options)) {}

  async request<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, { body: body === undefined ? undefined : JSON.stringify(body) });
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Read again what was read before; null when it has not changed. */
  async poll<T>(path: string, tag: string | null): Promise<Tagged<T> | null> {
    const response = await this.send("GET", path, { headers: tag === null ? {} : { "If-None-Match": tag } });
    if (response.status === 304) return null;
    return { tag: response.headers.get("ETag"), body: (await response.json()) as T };
  }

  /** Tell the server something while the page closes; nobody is left to hear the answer. */
  sendLast(path: string, body: unknown): void {
    this.send("POST", path, { body: JSON.stringify(body), keepalive: true }).catch(() => undefined);
  }

  /** Send a form with a file; `onProgress` hears the share sent, 0 to 1. fetch cannot tell it, hence XHR. */
  upload<T>(path: string, form: FormData, onProgress: (share: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `/api${path}`);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onerror = () => reject(unreachable());
      request.onload = () => {
        if (request.status < 400) resolve(JSON.parse(request.responseText) as T);
        else reject(readError(request.status, request.responseText));
      };
      request.send(form);
    });
  }

  private async send(method: Method, path: string, options: RequestInit): Promise<Response> {
    const headers: Record<string, string> = {
      Accept: "application/json",
      ...(options.headers as Record<string, string>),
    };
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
    if (options.body) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      response = await this.fetch(`/api${path}`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...options,
        method,
        headers,
        credentials: "same-origin",
      });
    } catch {
      throw unreachable();
    }
    if (response.ok || response.status === 304) return response;
    throw readError(response.status, await response.text().catch(() => ""));
  }
}

function unreachable(): ApiError {
  return new ApiError(0, "unreachable", "The server cannot be reached.");
}

function readError(status: number, text: string): ApiError {
  try {
    const { code, message, details } = JSON.parse(text) as Partial<ApiError>;
    return new ApiError(status, code ?? "unknown", message ?? text, details);
  } catch {
    return new ApiError(status, "unknown", `The server answered with status ${status}.`);
  }
}

function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}
