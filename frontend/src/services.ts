import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Client } from "./api/client";
import type { SessionStore } from "./store/session";
import type { WorkStorage } from "./store/storage";

/** What main builds once and every screen may use. */
export interface Services {
  client: Client;
  sessions: SessionStore;
  openStorage: () => Promise<WorkStorage>;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("A screen was drawn outside of ServicesContext.");
  return services;
}
